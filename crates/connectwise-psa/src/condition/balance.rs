//! Nothing that somebody wrote may end the parentheses that are put around it.

/// What is left open, or closed too often; positions count characters from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unbalanced {
    /// A text value without its end.
    #[error(
        "the text that begins with {quote} at character {at} has no end; write {quote} after it, and \\{quote} for one inside"
    )]
    Quote {
        /// The quote.
        quote: char,
        /// Where it stands.
        at: usize,
    },
    /// Something opened and not closed.
    #[error("`{open}` at character {at} is not closed; write `{close}` where it ends")]
    Open {
        /// What was opened.
        open: char,
        /// What would close it.
        close: char,
        /// Where it stands.
        at: usize,
    },
    /// Something closed that was not open.
    #[error("`{close}` at character {at} closes nothing; take it out or open it before")]
    Close {
        /// What was closed.
        close: char,
        /// Where it stands.
        at: usize,
    },
}

/// Checks quotes, brackets and parentheses of a condition that somebody wrote, and nothing else.
///
/// ```
/// use connectwise_psa::condition::check_balance;
///
/// assert!(check_balance(r#"company/name contains "(A) \"B\"" or (id > 5)"#).is_ok());
/// assert!(check_balance("id = 1) or (id > 0").is_err());
/// ```
pub fn check_balance(text: &str) -> Result<(), Unbalanced> {
    let mut open: Vec<(char, usize)> = Vec::new();
    let mut quote: Option<(char, usize)> = None;
    let mut escaped = false;
    for (at, c) in text.chars().enumerate().map(|(at, c)| (at + 1, c)) {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some((begin, _)) if c == begin => quote = None,
            Some(_) => {}
            None => outside(c, at, &mut open, &mut quote)?,
        }
    }
    if let Some((quote, at)) = quote {
        return Err(Unbalanced::Quote { quote, at });
    }
    match open.pop() {
        Some((open, at)) => Err(Unbalanced::Open {
            open,
            close: partner(open),
            at,
        }),
        None => Ok(()),
    }
}

fn outside(
    c: char,
    at: usize,
    open: &mut Vec<(char, usize)>,
    quote: &mut Option<(char, usize)>,
) -> Result<(), Unbalanced> {
    match c {
        '"' | '\'' => *quote = Some((c, at)),
        '(' | '[' => open.push((c, at)),
        ')' | ']' => match open.pop() {
            Some((opened, _)) if partner(opened) == c => {}
            _ => return Err(Unbalanced::Close { close: c, at }),
        },
        _ => {}
    }
    Ok(())
}

fn partner(open: char) -> char {
    if open == '(' { ')' } else { ']' }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_open_is_named_with_its_place() {
        assert_eq!(check_balance("a = \"x"), Err(Unbalanced::Quote { quote: '"', at: 5 }));
        assert_eq!(
            check_balance("(a = 1"),
            Err(Unbalanced::Open {
                open: '(',
                close: ')',
                at: 1
            })
        );
        assert_eq!(check_balance("a = 1)"), Err(Unbalanced::Close { close: ')', at: 6 }));
        assert_eq!(
            check_balance("a > [2024-01-01)"),
            Err(Unbalanced::Close { close: ')', at: 16 })
        );
        assert!(check_balance("a = 'it is \"fine\" (really'").is_ok());
        assert!(check_balance(r#"a = "ends in a backslash \\""#).is_ok());
        assert!(check_balance(r#"a = "x\""#).is_err());
    }

    proptest! {
        /// Whatever passes stays inside parentheses put around it.
        #[test]
        fn what_passes_cannot_end_the_parentheses_around_it(text in "[a-z()\\[\\]\"'\\\\ =]{0,24}") {
            if check_balance(&text).is_ok() {
                let (closed, open) = (format!("({text})"), format!("({text}"));
                prop_assert!(check_balance(&closed).is_ok());
                prop_assert!(check_balance(&open).is_err());
            }
        }
    }
}
