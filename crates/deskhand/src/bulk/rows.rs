//! The rows of a file: CSV with a heading, or JSON Lines.

use std::path::Path;

use anyhow::Context as _;
use deskhand_command::Declaration;
use deskhand_command::input::resolve_names;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::exit::BadInput;

/// One call: its place in the file and its inputs by their declared names.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    /// The line of the file, the heading counted.
    pub(super) line: u64,
    pub(super) inputs: Map<String, Value>,
}

/// Reads all rows; the inputs of the command line stand for what a row leaves out. Nothing has been sent when one is wrong.
pub(super) fn read(path: &Path, declaration: &Declaration, shared: &Map<String, Value>) -> anyhow::Result<Vec<Row>> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| BadInput::new(format!("cannot read `{}`: {error}", path.display())))?;
    let raw = if looks_like_json(&text) {
        json_lines(&text)
    } else {
        csv_rows(&text)
    };
    let raw = raw.map_err(|(line, why)| bad(path, line, &why))?;
    if raw.is_empty() {
        return Err(BadInput::new(format!("there are no rows in `{}`", path.display()))
            .hint("give CSV whose first line names the inputs, or one JSON object a line")
            .into());
    }
    let named = |(line, given): (u64, Map<String, Value>)| {
        let mut inputs = shared.clone();
        let given = given
            .into_iter()
            .filter(|(_, value)| !value.is_null() && value.as_str() != Some(""));
        let resolved = resolve_names(declaration, given.collect()).map_err(|failure| {
            let hint = failure.hint.unwrap_or_default();
            bad(path, line, &format!("{} {hint}", failure.message))
        })?;
        inputs.extend(resolved);
        Ok(Row { line, inputs })
    };
    raw.into_iter().map(named).collect()
}

type Raw = Result<Vec<(u64, Map<String, Value>)>, (u64, String)>;

fn looks_like_json(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

fn json_lines(text: &str) -> Raw {
    let lines = text.lines().zip(1_u64..).filter(|(line, _)| !line.trim().is_empty());
    let row = |(line, number): (&str, u64)| match serde_json::from_str(line) {
        Ok(Value::Object(inputs)) => Ok((number, inputs)),
        Ok(_) => Err((number, "a JSON object is expected".to_owned())),
        Err(error) => Err((number, format!("this is no JSON: {error}"))),
    };
    lines.map(row).collect()
}

fn csv_rows(text: &str) -> Raw {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::Headers)
        .from_reader(text.as_bytes());
    let headings = reader.headers().map_err(|error| (1, error.to_string()))?.clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| (error.position().map_or(0, csv::Position::line), error.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let cells = headings.iter().zip(record.iter());
        let inputs = cells.map(|(name, cell)| (name.to_owned(), Value::String(cell.to_owned())));
        rows.push((line, inputs.collect()));
    }
    Ok(rows)
}

fn bad(path: &Path, line: u64, why: &str) -> anyhow::Error {
    BadInput::new(format!("`{}`, line {line}: {}", path.display(), why.trim()))
        .hint("nothing was sent; mend the file and run the same command again")
        .into()
}

/// What a row's effect is noted under: the run of the file, the row's inputs, and which of the same rows it is.
pub(super) fn keys(batch: &str, rows: &[Row]) -> anyhow::Result<Vec<String>> {
    let mut seen = std::collections::HashMap::<String, u32>::new();
    let key = |row: &Row| {
        let inputs = serde_json::to_string(&row.inputs).context("a row cannot be written as JSON")?;
        let nth = seen.entry(inputs.clone()).or_default();
        *nth += 1;
        let digest = Sha256::digest(inputs.as_bytes());
        let digest = digest
            .iter()
            .take(12)
            .fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        Ok(format!("{batch} {digest} {nth}"))
    };
    rows.iter().map(key).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn declaration() -> &'static Declaration {
        let declarations = deskhand_connectwise::declarations();
        declarations.iter().find(|one| one.slug == "update-tickets").unwrap()
    }

    fn rows(text: &str, shared: Value) -> anyhow::Result<Vec<Row>> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        read(file.path(), declaration(), shared.as_object().unwrap())
    }

    #[test]
    fn csv_and_json_lines_are_the_same_rows() {
        let csv = rows(
            "\u{feff}Ticket IDs, summary\n\"101,102\",\"a \"\"b\"\"\"\n103,\n",
            json!({"summary": "s"}),
        )
        .unwrap();
        let json = rows(
            "{\"Ticket IDs\": \"101,102\", \"Summary\": \"a \\\"b\\\"\"}\n\n{\"ticket-ids\": \"103\"}\n",
            json!({"summary": "s"}),
        );
        let inputs = |rows: Vec<Row>| {
            rows.into_iter()
                .map(|row| Value::Object(row.inputs))
                .collect::<Vec<_>>()
        };
        let expected = [
            json!({"summary": "a \"b\"", "ticket_ids": "101,102"}),
            json!({"summary": "s", "ticket_ids": "103"}),
        ];
        assert_eq!(inputs(csv), expected);
        assert_eq!(inputs(json.unwrap()), expected);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, said) in [
            ("", "there are no rows"),
            ("Ticket IDs\n", "there are no rows"),
            (
                "Tickt IDs\n1\n",
                "line 2: There is no parameter (Tickt IDs). did you mean `Ticket IDs`?",
            ),
            ("{\"Summary\": \"x\"}\n[1]\n", "line 2: a JSON object is expected"),
            ("{\"Summary\": \"x\"}\n{\n", "line 2: this is no JSON"),
            ("Summary,Status\na\n", "line 2"),
        ] {
            let error = rows(text, json!({})).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn the_same_row_twice_is_two_wishes_and_a_mended_row_a_new_one() {
        let both = rows("Ticket IDs,Summary\n1,a\n1,a\n2,b\n", json!({})).unwrap();
        let keys_of = |rows: &[Row]| keys("batch", rows).unwrap();
        let first = keys_of(&both);
        assert_ne!(first[0], first[1]);
        let mended = keys_of(&rows("Ticket IDs,Summary\n1,a\n1,a\n2,c\n", json!({})).unwrap());
        assert_eq!(first[..2], mended[..2]);
        assert_ne!(first[2], mended[2]);
    }
}
