//! Durations as people write them: `30s`, `15m`, `2h`, `3d`, `90 minutes`.

use std::time::Duration;

use jiff::fmt::friendly::{Designator, Spacing, SpanPrinter};
use jiff::{SignedDuration, Span, SpanRelativeTo};

/// Reads a duration; a day has 24 hours. Months and years, whose length differs, are refused.
///
/// ```
/// use std::time::Duration;
/// use deskhand_engine::schedules::parse_duration;
///
/// assert_eq!(parse_duration("15m")?, Duration::from_secs(900));
/// assert_eq!(parse_duration("1 day 12 hours")?, Duration::from_secs(36 * 3600));
/// assert!(parse_duration("1 month").is_err());
/// # Ok::<(), String>(())
/// ```
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let refused = || format!("`{text}` is no duration; write it as `30s`, `15m`, `2h` or `3d`");
    let span: Span = text.trim().parse().map_err(|_| refused())?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours());
    duration
        .ok()
        .and_then(|duration| duration.try_into().ok())
        .ok_or_else(refused)
}

/// A duration in words: `15 minutes`, `1 hour 30 minutes`.
pub(crate) fn in_words(duration: Duration) -> String {
    let Ok(duration) = SignedDuration::try_from(duration) else {
        return "for ever".to_owned();
    };
    let printer = SpanPrinter::new()
        .designator(Designator::Verbose)
        .spacing(Spacing::BetweenUnitsAndDesignators);
    printer.duration_to_string(&duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        for (text, seconds) in [
            ("30s", 30),
            ("15m", 900),
            ("15 minutes", 900),
            ("2h", 7200),
            ("3d", 259_200),
            ("1w", 604_800),
            ("1h 30m", 5400),
            ("PT5M", 300),
            (" 5m ", 300),
        ] {
            assert_eq!(parse_duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "15", "m", "1 month", "1y", "-5m", "often"] {
            assert!(parse_duration(text).unwrap_err().contains("is no duration"), "{text}");
        }
    }

    #[test]
    fn durations_are_said_in_words() {
        assert_eq!(in_words(Duration::from_secs(60)), "1 minute");
        assert_eq!(in_words(Duration::from_secs(5400)), "1 hour 30 minutes");
        assert_eq!(in_words(Duration::from_secs(259_200)), "72 hours");
    }
}
