//! Lines of a text.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

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

/// The lines of a definition's members.
#[derive(Debug, Clone, Default)]
pub struct Lines(BTreeMap<Vec<String>, usize>);

impl Lines {
    /// The lines of what is below a table of a file.
    pub(super) fn of(text: &str, table: &Spanned<DeValue<'_>>) -> Self {
        let mut lines = Self::default();
        // A member of `[[table]]` stands below its head; counted from there, a long file is not read again for each.
        let from = (table.span().start, line_of(text, table.span().start));
        lines.add(text, from, &mut Vec::new(), table.get_ref());
        lines
    }

    fn add(&mut self, text: &str, from: (usize, usize), place: &mut Vec<String>, value: &DeValue<'_>) {
        let mut found = |name: String, at: usize, value: &DeValue<'_>| {
            let line = match text.get(from.0..at) {
                Some(between) => from.1 + between.matches('\n').count(),
                None => line_of(text, at),
            };
            place.push(name);
            self.0.insert(place.clone(), line);
            self.add(text, from, place, value);
            place.pop();
        };
        match value {
            DeValue::Table(members) => {
                for (key, value) in members {
                    found(key.get_ref().to_string(), key.span().start, value.get_ref());
                }
            }
            DeValue::Array(elements) => {
                for (number, value) in elements.iter().enumerate() {
                    found(number.to_string(), value.span().start, value.get_ref());
                }
            }
            _ => {}
        }
    }

    /// The line of the member at a place such as `["alert", "to", "0"]`, or of the nearest around it.
    pub fn find(&self, place: &[&str]) -> Option<usize> {
        let mut place: Vec<String> = place.iter().map(|&name| name.to_owned()).collect();
        while !place.is_empty() {
            if let Some(line) = self.0.get(&place) {
                return Some(*line);
            }
            place.pop();
        }
        None
    }
}
