//! Text from elsewhere, made safe for a terminal or a spreadsheet.

/// Replaces control characters by spaces: what comes from a ticket must not steer a terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() || is_direction_mark(c) { ' ' } else { c })
        .collect()
}

/// Characters that change the direction of the text after them.
fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// At most `width` characters, the last an ellipsis when something was left out.
pub(crate) fn shortened(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(width.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// Puts an apostrophe before what a spreadsheet would take for a formula; negative numbers stay.
pub(crate) fn spreadsheet_safe(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err();
    if formula { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_not_steered() {
        assert_eq!(printable("a\u{1b}[31mred\u{202e}x\n"), "a [31mred x ");
    }

    #[test]
    fn a_spreadsheet_does_not_calculate() {
        assert_eq!(spreadsheet_safe("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(spreadsheet_safe("+1 813 555 0101"), "'+1 813 555 0101");
        assert_eq!(spreadsheet_safe("-5.25"), "-5.25");
        assert_eq!(spreadsheet_safe("plain"), "plain");
    }

    #[test]
    fn long_text_ends_in_an_ellipsis() {
        assert_eq!(shortened("Müller & Söhne", 6), "Mülle…");
        assert_eq!(shortened("short", 6), "short");
    }
}
