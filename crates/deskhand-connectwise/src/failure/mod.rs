//! The client's errors in words that say what to do.

mod hint;
mod search;

use connectwise_psa::{Error, ErrorKind};
use deskhand_command::{Failure, Retry};

pub(crate) use search::explain_search;

/// What an error means for whoever ran a command that needs `rights`.
///
/// 401 always reads `Unauthorized.`; without an HTTP answer it is 504 for a time-out and 502 for everything else.
pub fn translate(error: &Error, rights: &[&str]) -> Failure {
    let status = error
        .status()
        .filter(|status| *status >= 300)
        .unwrap_or(match error.kind() {
            ErrorKind::TimedOut => 504,
            ErrorKind::Configuration => 400,
            _ => 502,
        });
    let message = match error.kind() {
        ErrorKind::Unauthorized => "Unauthorized.".to_owned(),
        _ => sentence(&error.message()),
    };
    let mut failure = Failure::new(status, message).with_retry(retry(error));
    if let Some(hint) = hint::hint(error, rights) {
        failure = failure.with_hint(hint);
    }
    failure
}

fn retry(error: &Error) -> Retry {
    if error.is_retryable() {
        Retry::Later
    } else {
        Retry::Never
    }
}

/// Our own fragments become sentences; the vendor's stay as they are.
fn sentence(message: &str) -> String {
    let mut characters = message.chars();
    match characters.next() {
        Some(first)
            if first.is_ascii_lowercase()
                && (message.starts_with("the ") || message.starts_with("no ") || message.starts_with("cannot ")) =>
        {
            format!(
                "{}{}.",
                first.to_ascii_uppercase(),
                characters.as_str().trim_end_matches('.')
            )
        }
        _ => message.to_owned(),
    }
}
