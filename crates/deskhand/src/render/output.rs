//! What a command returned, in the form that was asked for.

use std::io::{self, Write};

use deskhand_command::{CommandOutput, ContextData, ReturnData};
use serde_json::Value;

use super::format::Format;
use super::{table, text};
use crate::dates::Dates;

/// Tables are for looking at; beyond this many rows a program's form serves better.
const TABLE_ROWS: usize = 200;
/// Cells are cut to this many characters, in tables.
const CELL: usize = 60;

/// Writes the output in this form.
pub(crate) fn write(output: &CommandOutput, form: Format, dates: &Dates, to: &mut dyn Write) -> anyhow::Result<()> {
    match (form, rehearsed(output)) {
        (Format::Json, _) => output.write_json(to)?,
        (Format::Jsonl, Some(items)) => write_items(items, to)?,
        (Format::Jsonl, None) => write_lines(output, to)?,
        (Format::Csv, _) => write_csv(output, to)?,
        (Format::Table, Some(items)) => write_rehearsal(items, to)?,
        (Format::Table, None) => write_table(output, dates, to)?,
    }
    Ok(())
}

/// The items of a dry run: each says what would have been sent.
fn rehearsed(output: &CommandOutput) -> Option<&[Value]> {
    match &output.context_data {
        ContextData::Items(items) if items.iter().any(|item| item.get(WOULD_SEND).is_some()) => Some(items),
        _ => None,
    }
}

const WOULD_SEND: &str = "Would Send";

fn write_items(items: &[Value], to: &mut dyn Write) -> io::Result<()> {
    for item in items {
        serde_json::to_writer(&mut *to, item)?;
        to.write_all(b"\n")?;
    }
    Ok(())
}

/// What a dry run found, item by item: the request, and everything else that is told.
fn write_rehearsal(items: &[Value], to: &mut dyn Write) -> io::Result<()> {
    for item in items.iter().filter_map(Value::as_object) {
        for line in item
            .get(WOULD_SEND)
            .map(plain)
            .unwrap_or_default()
            .lines()
            .filter(|line| !line.is_empty())
        {
            writeln!(to, "{}", text::printable(line))?;
        }
        for (name, value) in item
            .iter()
            .filter(|(name, _)| *name != WOULD_SEND && *name != "Changes")
        {
            writeln!(to, "  {name}: {}", text::printable(&plain(value)))?;
        }
        for change in item.get("Changes").and_then(Value::as_array).into_iter().flatten() {
            let part = |name: &str| text::printable(&change.get(name).map(named).unwrap_or_default());
            writeln!(to, "  {}: {} → {}", part("Field"), part("From"), part("To"))?;
        }
    }
    writeln!(to, "Nothing was changed: this was a dry run")
}

/// A reference by its name, else its id; other values as they are.
fn named(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Object(reference) => ["name", "identifier", "id"]
            .iter()
            .find_map(|name| reference.get(*name))
            .map_or_else(|| value.to_string(), plain),
        value => plain(value),
    }
}

fn write_lines(output: &CommandOutput, to: &mut dyn Write) -> io::Result<()> {
    for record in output.results.records() {
        to.write_all(&record?)?;
        to.write_all(b"\n")?;
    }
    Ok(())
}

/// One row a record: its mapped fields where the output has a mapping, else the columns of its table.
///
/// What failed has no columns to offer.
fn write_csv(output: &CommandOutput, to: &mut dyn Write) -> anyhow::Result<()> {
    if output.return_data == ReturnData::Failed {
        return Ok(());
    }
    let mut rows = csv::Writer::from_writer(to);
    match &output.context_data {
        ContextData::Mapped(source) => {
            rows.write_record(source.field_names())?;
            for record in output.results.records() {
                let fields = source.map(&serde_json::from_slice(&record?)?);
                rows.write_record(fields.values().map(|value| text::spreadsheet_safe(&plain(value))))?;
            }
        }
        ContextData::Items(_) => {
            rows.write_record(output.headings())?;
            for row in output.rows() {
                rows.write_record(row?.iter().map(|cell| text::spreadsheet_safe(cell)))?;
            }
        }
    }
    rows.flush()?;
    Ok(())
}

fn write_table(output: &CommandOutput, dates: &Dates, to: &mut dyn Write) -> anyhow::Result<()> {
    let verdict = verdict(output.return_data);
    let total = output.row_count();
    if total == 0 || (output.results.is_empty() && output.return_data == ReturnData::Failed) {
        // What failed is told on standard error.
        if output.return_data != ReturnData::Failed {
            writeln!(to, "{verdict}")?;
        }
        return Ok(());
    }
    let mut rows = Vec::new();
    let mut headings: Vec<_> = output.headings().map(str::to_owned).collect();
    for row in output.rows().take(TABLE_ROWS) {
        let row = row?;
        let mut cells = Vec::with_capacity(row.len());
        for ((cell, heading), title) in row.into_iter().zip(&mut headings).zip(output.headings()) {
            let shown = dates.cell(&cell);
            if shown.is_some() {
                *heading = dates.heading(title);
            }
            cells.push(text::shortened(&shown.unwrap_or(cell), CELL));
        }
        rows.push(cells);
    }
    writeln!(to, "{}", table::table(headings.iter().map(String::as_str), rows))?;
    if total > TABLE_ROWS {
        writeln!(
            to,
            "… and {} more; `--output csv` or `--output jsonl` writes them all",
            total - TABLE_ROWS
        )?;
    }
    let one = if total == 1 { "" } else { "s" };
    writeln!(to, "{verdict}: {total} record{one}")?;
    Ok(())
}

/// A value as text: strings without quotes, null as nothing.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The verdict in words.
fn verdict(return_data: ReturnData) -> &'static str {
    match return_data {
        ReturnData::Successful => "Successful",
        ReturnData::PartiallySuccessful => "Partially Successful",
        ReturnData::Failed => "Failed",
    }
}
