//! The output as JSON, written as it is made: records never sit in memory together.

use std::collections::HashSet;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use super::{CommandOutput, ContextData, KeyField};
use crate::Failure;

impl CommandOutput {
    /// The failures as people read them, a block of three lines each; empty exactly when all went well.
    pub fn error(&self) -> String {
        self.errors
            .iter()
            .map(Failure::to_text)
            .collect::<Vec<_>>()
            .join("\n\n")
    }

    /// Writes the output as one JSON object; records as they were received.
    pub fn write_json(&self, to: &mut dyn Write) -> io::Result<()> {
        member(to, "{\"returnData\":", &self.return_data)?;
        member(to, ",\"result\":", &self.result)?;
        to.write_all(b",\"keyFields\":{")?;
        for (at, field) in self.key_fields.iter().enumerate() {
            to.write_all(if at > 0 { b",\"" } else { b"\"" })?;
            write!(to, "{}\":", field.name)?;
            self.write_key_field(to, field)?;
        }
        to.write_all(b"},\"contextData\":")?;
        self.write_context(to)?;
        to.write_all(b",\"rawData\":{\"Results\":[")?;
        for (at, record) in self.results.records().enumerate() {
            if at > 0 {
                to.write_all(b",")?;
            }
            to.write_all(&record?)?;
        }
        member(to, "]},\"error\":", &self.error())?;
        member(to, ",\"errors\":", &self.errors)?;
        member(to, ",\"run\":", &self.run)?;
        to.write_all(b"}\n")
    }

    /// The values of one member, each once, in order of appearance.
    fn write_key_field(&self, to: &mut dyn Write, field: &KeyField) -> io::Result<()> {
        let mut seen = HashSet::new();
        to.write_all(b"[")?;
        for record in self.results.records() {
            let record: Value = serde_json::from_slice(&record?)?;
            let Some(value) = record.pointer(field.pointer).filter(|value| !value.is_null()) else {
                continue;
            };
            let text = value.to_string();
            if !seen.contains(&text) {
                to.write_all(if seen.is_empty() { b"" } else { b"," })?;
                to.write_all(text.as_bytes())?;
                seen.insert(text);
            }
        }
        to.write_all(b"]")
    }

    fn write_context(&self, to: &mut dyn Write) -> io::Result<()> {
        let source = match &self.context_data {
            ContextData::Items(items) => return member(to, "", items),
            ContextData::Mapped(source) => source,
        };
        to.write_all(b"[")?;
        for (at, record) in self.results.records().enumerate() {
            let record: Value = serde_json::from_slice(&record?)?;
            member(to, if at > 0 { "," } else { "" }, &source.map(&record))?;
        }
        to.write_all(b"]")
    }
}

fn member(to: &mut dyn Write, before: &str, value: &impl Serialize) -> io::Result<()> {
    to.write_all(before.as_bytes())?;
    serde_json::to_writer(&mut *to, value).map_err(io::Error::from)
}
