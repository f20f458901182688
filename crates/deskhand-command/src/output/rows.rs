//! An output as rows of text, for tables and spreadsheets.

use std::io;

use serde_json::Value;

use super::{Column, CommandOutput, ContextData, Results, Rows, Table};

impl CommandOutput {
    /// The headings of its table.
    pub fn headings(&self) -> impl Iterator<Item = &'static str> {
        self.table.columns.iter().map(|Column(title, _)| *title)
    }

    /// How many rows its table has.
    pub fn row_count(&self) -> usize {
        match (self.table.rows, &self.context_data) {
            (Rows::Items, ContextData::Items(items)) => items.len(),
            _ => self.results.len(),
        }
    }

    /// The rows of its table.
    pub fn rows(&self) -> Box<dyn Iterator<Item = io::Result<Vec<String>>> + '_> {
        rows(self.table, &self.results, &self.context_data)
    }
}

/// The rows of a table over records or items; what is missing is an empty cell.
pub(super) fn rows<'a>(
    table: Table,
    results: &'a Results,
    context: &'a ContextData,
) -> Box<dyn Iterator<Item = io::Result<Vec<String>>> + 'a> {
    match (table.rows, context) {
        (Rows::Items, ContextData::Items(items)) => Box::new(items.iter().map(move |item| Ok(cells(table, item)))),
        _ => Box::new(results.records().map(move |record| {
            let record: Value = serde_json::from_slice(&record?)?;
            Ok(cells(table, &record))
        })),
    }
}

fn cells(table: Table, of: &Value) -> Vec<String> {
    let columns = table.columns.iter();
    columns
        .map(|Column(_, pointer)| of.pointer(pointer).map(plain).unwrap_or_default())
        .collect()
}

/// A value as text: strings without quotes, null as nothing, lists of plain values with commas between.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) if values.iter().all(|value| !value.is_object() && !value.is_array()) => {
            values.iter().map(plain).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}
