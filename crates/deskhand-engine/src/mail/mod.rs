//! Letters, and what sends them.

mod address;

use deskhand_command::{BoxFuture, Failure};

pub use address::is_address;

/// A letter in plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// What tells this letter from all others: the id of the run and the step that write it. One that is sent again, because
    /// nobody knows whether the first time worked, has the same, so that its readers' programs can tell.
    pub message_id: String,
    /// To whom: addresses, with or without a name before them in the form `Name <address>`.
    pub to: Vec<String>,
    /// The subject; line breaks become blanks.
    pub subject: String,
    /// The text.
    pub text: String,
}

/// Sends letters.
pub trait Mailer: Send + Sync {
    /// Sends a letter; a failure says what to do, and whether trying again can help. It never waits for ever.
    fn send<'a>(&'a self, letter: &'a Letter) -> BoxFuture<'a, Result<(), Failure>>;
}
