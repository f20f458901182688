//! What can be a mail address.

/// Whether letters could be sent to this: `name@example.com`, or with a name before it, `Name <name@example.com>`.
///
/// Whether somebody reads them there, only the mail servers know.
pub fn is_address(text: &str) -> bool {
    let text = text.trim();
    let address = match text.strip_suffix('>') {
        Some(before) => match before.rsplit_once('<') {
            Some((_, address)) => address,
            None => return false,
        },
        None => text,
    };
    let Some((local, domain)) = address.rsplit_once('@') else {
        return false;
    };
    let stray = |c: char| c.is_whitespace() || c.is_control() || ",;:<>()@".contains(c);
    let labels = domain.split('.').all(|label| !label.is_empty());
    let literal = domain.starts_with('[') && domain.ends_with(']');
    !local.is_empty() && !local.contains(stray) && (literal || labels && !domain.contains(stray))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_name_at_a_domain_with_or_without_words_before_it() {
        for good in [
            "noc@example.com",
            " a.b+c@localhost ",
            "NOC <noc@example.com>",
            "\"Ann, first line\" <ann@example.com>",
            "noc@[10.0.0.1]",
        ] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "",
            "noc",
            "@example.com",
            "noc@",
            "noc@example..com",
            "noc@.com",
            "noc example@example.com",
            "a@b.c, d@e.f",
            "a@b@c",
            "noc@example.com>",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
