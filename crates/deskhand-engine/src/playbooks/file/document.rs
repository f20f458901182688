//! A TOML document that knows the line of each of its members.

use std::ops::Range;

use serde::de::{DeserializeOwned, IntoDeserializer as _};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Problem;

/// A document and the text that it was read from.
pub(in crate::playbooks) struct Document<'a> {
    text: &'a str,
    root: DeTable<'a>,
}

impl<'a> Document<'a> {
    /// Reads a document; what is no TOML is said with its line.
    pub(in crate::playbooks) fn parse(text: &'a str) -> Result<Self, Vec<Problem>> {
        let (root, errors) = DeTable::parse_recoverable(text);
        if errors.is_empty() {
            let root = root.into_inner();
            return Ok(Self { text, root });
        }
        let problems = errors.iter().map(|error| Problem {
            line: error.span().map_or(1, |span| line_at(text, &span)),
            step: None,
            message: error.message().to_owned(),
            hint: None,
        });
        Err(problems.collect())
    }

    /// The line of the member at a place, or of the nearest one around it that is there.
    pub(in crate::playbooks) fn line(&self, place: &[&str]) -> usize {
        let spans = self.spans(place);
        spans.last().map_or(1, |span| line_at(self.text, span))
    }

    /// Whether there is a member at a place.
    pub(in crate::playbooks) fn has(&self, place: &[&str]) -> bool {
        self.spans(place).len() == place.len()
    }

    /// Where each member on the way to a place begins, as far as they are there.
    fn spans(&self, place: &[&str]) -> Vec<Range<usize>> {
        let Some((first, deeper)) = place.split_first() else {
            return Vec::new();
        };
        let Some((key, mut value)) = member(&self.root, first) else {
            return Vec::new();
        };
        let mut spans = vec![key.span()];
        for name in deeper {
            let found = match value.get_ref() {
                DeValue::Table(table) => member(table, name).map(|(key, value)| (key.span(), value)),
                DeValue::Array(array) => {
                    let element = name.parse().ok().and_then(|at: usize| array.get(at));
                    element.map(|element| (element.span(), element))
                }
                _ => None,
            };
            let Some((span, found)) = found else { break };
            spans.push(span);
            value = found;
        }
        spans
    }

    /// The members of the document itself.
    pub(in crate::playbooks) fn names(&self) -> impl Iterator<Item = &str> {
        self.root.keys().map(|key| &**key.get_ref())
    }

    /// The value of a member of the document itself.
    pub(in crate::playbooks) fn get(&self, name: &str) -> Option<&Spanned<DeValue<'a>>> {
        member(&self.root, name).map(|(_, value)| value)
    }

    /// Reads a value as something; else says what is wrong, with its line.
    pub(in crate::playbooks) fn read<T: DeserializeOwned>(
        &self,
        value: Spanned<DeValue<'a>>,
    ) -> Result<T, (usize, String)> {
        let span = value.span();
        T::deserialize(value.into_deserializer()).map_err(|error| {
            let span = error.span().unwrap_or(span);
            (line_at(self.text, &span), first_line(error.message()))
        })
    }
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}

/// A member of a table with its key.
pub(super) fn member<'t, 'a>(
    table: &'t DeTable<'a>,
    name: &str,
) -> Option<(&'t Spanned<std::borrow::Cow<'a, str>>, &'t Spanned<DeValue<'a>>)> {
    table.iter().find(|(key, _)| key.get_ref() == name)
}

fn line_at(text: &str, span: &Range<usize>) -> usize {
    text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1
}
