//! Lines of a text.

use std::ops::Range;

use super::{DeskFile, Problem};

/// The line of a place in a text, from 1.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// What a parser says, with its line; `otherwise` where it does not know one.
pub(super) fn malformed(file: &DeskFile, error: &toml::de::Error, otherwise: Range<usize>) -> Problem {
    let span = error.span().unwrap_or(otherwise);
    problem(file, span.start, error.message())
}

/// Something wrong at a place.
pub(super) fn problem(file: &DeskFile, at: usize, message: impl Into<String>) -> Problem {
    Problem {
        file: file.name.clone(),
        line: line_of(&file.text, at),
        message: message.into(),
    }
}
