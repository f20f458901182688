//! What the program's exit code says.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use deskhand_command::{CommandOutput, Failure, ReturnData};
use deskhand_engine::StoreError;

/// How a run of the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything worked.
    Successful = 0,
    /// It failed.
    Failed = 1,
    /// Bad usage or bad input: nothing was sent.
    Usage = 2,
    /// Some of it worked.
    Partial = 3,
    /// Ctrl-C, or asked to stop.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl From<&CommandOutput> for Exit {
    /// A failure with status 400 before anything was sent is bad input.
    fn from(output: &CommandOutput) -> Self {
        let refused = output.run.vendor_calls == 0 && output.errors.iter().all(|failure| failure.status_code == 400);
        match output.return_data {
            ReturnData::Successful => Self::Successful,
            ReturnData::PartiallySuccessful => Self::Partial,
            ReturnData::Failed if refused => Self::Usage,
            ReturnData::Failed => Self::Failed,
        }
    }
}

/// An error that is the caller's to mend: exit code 2, with what to do.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct BadInput {
    /// What is wrong.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) hint: Option<String>,
}

impl BadInput {
    /// What is wrong, in a lowercase fragment.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
        }
    }

    /// A file that was named and cannot be read; `what` it should have been.
    pub(crate) fn unreadable(what: &str, path: &Path, error: &io::Error) -> Self {
        let bad = Self::new(format!("cannot read the {what} `{}`: {error}", path.display()));
        match error.kind() {
            io::ErrorKind::NotFound => bad.hint("check the path: there is no such file"),
            io::ErrorKind::PermissionDenied => bad.hint("check who may read it"),
            io::ErrorKind::InvalidData => bad.hint("it is no text in UTF-8: save it as UTF-8, which every editor can"),
            _ => bad,
        }
    }

    /// What to do about it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<Failure> for BadInput {
    /// A parameter or input that was refused before anything was sent.
    fn from(failure: Failure) -> Self {
        Self {
            message: failure.message,
            hint: failure.hint,
        }
    }
}

/// Something that failed through nobody's mistake, with what to do.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Trouble {
    /// What failed.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) hint: String,
    /// Whether it can be over without anybody who looks after this program.
    pub(crate) can_pass: bool,
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self {
            message: error.in_full(),
            can_pass: error.can_pass(),
            hint: error.hint().to_owned(),
        }
    }
}

/// The exit code that an error ends the program with; a closed pipe is the reader's choice, and no failure.
pub(crate) fn of(error: &anyhow::Error) -> Exit {
    if crate::render::error::is_closed_pipe(error) {
        return Exit::Successful;
    }
    if error.downcast_ref::<BadInput>().is_some() {
        Exit::Usage
    } else {
        Exit::Failed
    }
}
