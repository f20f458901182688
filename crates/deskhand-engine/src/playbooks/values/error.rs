//! Why a value cannot be worked out.

use std::fmt;

use deskhand_command::Failure;

/// A value that cannot be worked out: where it is, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", At(.at))]
pub struct ValueError {
    /// Where in the value: `Note Text`, `to[1]`; empty when it is the value itself.
    pub at: String,
    /// Why, in a sentence without a full stop.
    pub message: String,
}

/// Where, as the beginning of a sentence.
struct At<'a>(&'a str);

impl fmt::Display for At<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            Ok(())
        } else {
            write!(to, "`{}`: ", self.0)
        }
    }
}

impl ValueError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            at: String::new(),
            message: message.into(),
        }
    }

    /// The same, further in.
    #[must_use]
    pub(super) fn inside(mut self, outer: &str) -> Self {
        self.at = match self.at.as_str() {
            "" => outer.to_owned(),
            inner if inner.starts_with('[') => format!("{outer}{inner}"),
            inner => format!("{outer}.{inner}"),
        };
        self
    }
}

impl From<ValueError> for Failure {
    fn from(error: ValueError) -> Self {
        Self::new(400, error.to_string())
    }
}
