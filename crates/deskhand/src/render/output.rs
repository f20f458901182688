//! What a command returned, in the form that was asked for.

use std::io::{self, Write};

use deskhand_command::{CommandOutput, ContextData, EventSource, ReturnData};
use serde_json::Value;

use super::format::Format;
use super::{table, text};

/// Tables are for looking at; beyond this many rows a program's form serves better.
const TABLE_ROWS: usize = 200;

/// Writes the output in this form.
pub(crate) fn write(output: &CommandOutput, form: Format, to: &mut dyn Write) -> anyhow::Result<()> {
    match form {
        Format::Json => output.write_json(to)?,
        Format::Jsonl => write_lines(output, to)?,
        Format::Csv => write_csv(output, to)?,
        Format::Table => write_table(output, to)?,
    }
    Ok(())
}

fn write_lines(output: &CommandOutput, to: &mut dyn Write) -> io::Result<()> {
    for record in output.results.records() {
        to.write_all(&record?)?;
        to.write_all(b"\n")?;
    }
    Ok(())
}

/// One row a record with its mapped fields; what failed, or maps nothing and found nothing, has no columns to offer.
fn write_csv(output: &CommandOutput, to: &mut dyn Write) -> anyhow::Result<()> {
    if output.results.is_empty() && !matches!(output.context_data, ContextData::Mapped(_)) {
        return Ok(());
    }
    let source = mapping_of(output);
    let mut rows = csv::Writer::from_writer(to);
    rows.write_record(source.field_names())?;
    for record in output.results.records() {
        let record: Value = serde_json::from_slice(&record?)?;
        rows.write_record(
            source
                .map(&record)
                .values()
                .map(|value| text::spreadsheet_safe(&plain(value))),
        )?;
    }
    rows.flush()?;
    Ok(())
}

fn mapping_of(output: &CommandOutput) -> EventSource {
    match &output.context_data {
        ContextData::Mapped(source) => (**source).clone(),
        ContextData::Items(_) => EventSource::default_source(),
    }
}

fn write_table(output: &CommandOutput, to: &mut dyn Write) -> anyhow::Result<()> {
    let verdict = verdict(output.return_data);
    if output.results.is_empty() {
        // What failed is told on standard error.
        if output.return_data != ReturnData::Failed {
            writeln!(to, "{verdict}")?;
        }
        return Ok(());
    }
    let mut rows = Vec::new();
    for record in output.results.records().take(TABLE_ROWS) {
        rows.push(ticket_row(&serde_json::from_slice(&record?)?));
    }
    writeln!(
        to,
        "{}",
        table::table(["ID", "Summary", "Status", "Priority", "Company", "Updated"], rows)
    )?;
    let total = output.results.len();
    if total > TABLE_ROWS {
        writeln!(
            to,
            "… and {} more; `--output csv` or `--output jsonl` writes them all",
            total - TABLE_ROWS
        )?;
    }
    writeln!(to, "{verdict}: {total} records")?;
    Ok(())
}

fn ticket_row(ticket: &Value) -> [String; 6] {
    let at = |pointer: &str| ticket.pointer(pointer).map(plain).unwrap_or_default();
    [
        at("/id"),
        text::shortened(&at("/summary"), 60),
        at("/status/name"),
        at("/priority/name"),
        text::shortened(&at("/company/name"), 40),
        at("/_info/lastUpdated"),
    ]
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
