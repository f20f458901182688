//! Where a condition stops making sense, and what to write instead.

use std::fmt;

/// Where reading stopped, what stands there and what was expected; one sentence when it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The place, in characters from 1.
    pub at: usize,
    /// What stands there; `None` at the end.
    pub found: Option<String>,
    /// What could have stood there.
    pub expected: &'static str,
    /// What to write instead, where that can be guessed.
    pub suggestion: Option<String>,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.found {
            Some(found) => write!(to, "`{found}` at character {} is not {}", self.at, self.expected)?,
            None => write!(to, "it ends at character {} without {}", self.at, self.expected)?,
        }
        match &self.suggestion {
            Some(suggestion) => write!(to, "; {suggestion}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Unreadable {}
