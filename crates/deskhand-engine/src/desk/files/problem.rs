//! What is wrong with a desk's files.

use std::fmt;

/// Something wrong, where it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 of what is on the desk and in no file.
    pub line: usize,
    /// What is wrong and what to do, in a fragment; nothing secret.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, message } = self;
        match line {
            0 => write!(to, "{file}: {message}"),
            line => write!(to, "{file}, line {line}: {message}"),
        }
    }
}
