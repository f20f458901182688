//! What an answer to a probe says of a right.

use connectwise_psa::{Error, ErrorKind};

/// A line of the security role, and whether the API member has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Right {
    /// The line as the role editor names it: `Service Desk > Service Tickets > Edit Level: All`.
    pub line: &'static str,
    /// What the PSA says.
    pub state: RightState,
}

/// What is known of a right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RightState {
    /// The PSA did what needs it, or refused it for another reason.
    Granted,
    /// The PSA refused for want of it.
    Missing,
    /// It could not be tried, and why.
    Unknown(String),
}

/// A read that worked, or was refused.
pub(super) fn of_read(error: Option<&Error>) -> RightState {
    match error {
        None => RightState::Granted,
        Some(error) => refused(error).unwrap_or_else(|| RightState::Unknown(error.message())),
    }
}

/// A write that was to be refused: for want of the right, or because it makes no sense.
pub(super) fn of_write(error: Option<&Error>) -> RightState {
    match error {
        None => RightState::Unknown("the PSA accepted a request that it should have refused".to_owned()),
        Some(error) => refused(error).unwrap_or_else(|| match error.kind() {
            ErrorKind::NotFound | ErrorKind::Rejected if error.vendor().is_some() => RightState::Granted,
            // What a server cannot make sense of, it looked at: rights come first.
            ErrorKind::Server if error.had_no_effect() => RightState::Granted,
            _ => RightState::Unknown(error.message()),
        }),
    }
}

fn refused(error: &Error) -> Option<RightState> {
    let for_want_of_it = error.kind() == ErrorKind::Forbidden && error.vendor().is_some();
    for_want_of_it.then_some(RightState::Missing)
}
