//! What came of the rows of a file.

use std::io::{self, Write as _};

use deskhand_command::{CommandOutput, Failure, Mode, ReturnData};

use super::format::Format;
use super::{output, table, text};
use crate::bulk::{RowResult, Tally};
use crate::dates::Dates;

/// Tells of rows as they end, in the form that was asked for, and of all of them at the end.
pub(crate) struct Told {
    form: Format,
    mode: Mode,
    dates: Dates,
    /// Everything for JSON and CSV; for a table what did not work.
    kept: Vec<RowResult>,
}

/// A table of failures is for looking at; the results file has them all.
const SHOWN: usize = 50;

impl Told {
    pub(crate) fn new(form: Format, mode: Mode, dates: Dates) -> Self {
        Self {
            form,
            mode,
            dates,
            kept: Vec::new(),
        }
    }

    /// A row has ended.
    pub(crate) fn row(&mut self, result: &RowResult, output: &CommandOutput) -> anyhow::Result<()> {
        let mut to = io::stdout().lock();
        match self.form {
            Format::Table if self.mode == Mode::DryRun && output.return_data != ReturnData::Failed => {
                writeln!(to, "line {}:", result.line)?;
                output::write(output, Format::Table, &self.dates, &mut to)?;
            }
            Format::Table if result.return_data == ReturnData::Successful => {}
            Format::Jsonl => writeln!(to, "{}", serde_json::to_string(result)?)?,
            Format::Table | Format::Json | Format::Csv => self.kept.push(result.clone()),
        }
        Ok(())
    }

    /// All rows have ended.
    pub(crate) fn finish(self, tally: &Tally) -> anyhow::Result<()> {
        let mut to = io::stdout().lock();
        match self.form {
            Format::Jsonl => {}
            Format::Json => writeln!(to, "{}", serde_json::to_string(&self.kept)?)?,
            Format::Csv => {
                let mut rows = csv::Writer::from_writer(&mut to);
                rows.write_record(["Line", "Return Data", "IDs", "Message"])?;
                for result in &self.kept {
                    rows.write_record(cells(result).iter().map(|cell| text::spreadsheet_safe(cell)))?;
                }
                rows.flush()?;
            }
            Format::Table => {
                if !self.kept.is_empty() {
                    let rows = self.kept.iter().take(SHOWN).map(cells);
                    writeln!(to, "{}", table::table(["Line", "Return Data", "IDs", "Message"], rows))?;
                }
                writeln!(to, "{}", in_words(tally))?;
            }
        }
        to.flush()?;
        Ok(())
    }
}

fn cells(result: &RowResult) -> [String; 4] {
    let verdict = serde_json::to_value(result.return_data).unwrap_or_default();
    let ids: Vec<_> = result.ids.iter().map(ToString::to_string).collect();
    let messages: Vec<_> = result.errors.iter().map(message).collect();
    let verdict = verdict.as_str().unwrap_or_default().to_owned();
    [result.line.to_string(), verdict, ids.join(", "), messages.join("; ")]
}

fn message(failure: &Failure) -> String {
    match &failure.hint {
        Some(hint) => format!("{} {}", failure.message, hint.lines().next().unwrap_or_default()),
        None => failure.message.clone(),
    }
}

fn in_words(tally: &Tally) -> String {
    let count = |number: usize, what: &str| (number > 0).then(|| format!("{number} {what}"));
    let parts: Vec<_> = [
        count(tally.successful, "successful"),
        count(tally.partial, "partially successful"),
        count(tally.failed, "failed"),
        count(tally.passed_over, "had a result already"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let rows = tally.successful + tally.partial + tally.failed + tally.passed_over;
    format!("{rows} rows: {}", parts.join(", "))
}
