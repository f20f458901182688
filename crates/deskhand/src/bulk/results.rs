//! What came of each row, one JSON object a line, beside the file; a run goes on from there.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use deskhand_command::{CommandOutput, Failure, ReturnData};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::exit::BadInput;

/// The first line: whose results these are.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Heading {
    batch: String,
    command: String,
    connection: String,
}

/// What came of one row.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RowResult {
    /// The line of the file that the row was on.
    pub(crate) line: u64,
    /// The verdict.
    pub(crate) return_data: ReturnData,
    /// The ids of the records that the output has.
    pub(crate) ids: Vec<i64>,
    /// What failed.
    pub(crate) errors: Vec<Failure>,
    /// What the row's effect is noted under.
    key: String,
}

/// The results of a file, open for more.
#[derive(Debug)]
pub(super) struct Results {
    file: File,
    /// The name that the rows' keys begin with.
    pub(super) batch: String,
    known: HashMap<String, ReturnData>,
}

impl RowResult {
    pub(super) fn new(line: u64, key: &str, output: &CommandOutput) -> Self {
        let id = |record: std::io::Result<bytes::Bytes>| {
            let record: Value = serde_json::from_slice(&record.ok()?).ok()?;
            record.get("id")?.as_i64()
        };
        Self {
            line,
            return_data: output.return_data,
            ids: output.results.records().filter_map(id).collect(),
            errors: output.errors.clone(),
            key: key.to_owned(),
        }
    }
}

impl Results {
    /// Opens the results, making them when there are none; those of another command or connection are refused.
    pub(super) fn open(path: &Path, command: &str, connection: &str, new_batch: &str) -> anyhow::Result<Self> {
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)
            .with_context(|| format!("cannot open the results `{}`", path.display()))?;
        file.try_lock().map_err(|_| {
            BadInput::new(format!("another process works on `{}`", path.display())).hint("wait until it has ended")
        })?;
        let text = std::io::read_to_string(&mut file).with_context(|| format!("cannot read `{}`", path.display()))?;
        // A line that was cut off by a kill is not a result; what follows it would not be one either.
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        file.set_len(whole as u64)?;
        file.seek(SeekFrom::End(0))?;
        let mut lines = text.get(..whole).unwrap_or_default().lines();
        let Some(heading) = lines.next() else {
            let heading = Heading {
                batch: new_batch.to_owned(),
                command: command.to_owned(),
                connection: connection.to_owned(),
            };
            append(&mut file, &heading)?;
            return Ok(Self {
                file,
                batch: heading.batch,
                known: HashMap::new(),
            });
        };
        let heading: Heading = serde_json::from_str(heading).map_err(|_| not_ours(path))?;
        if heading.command != command || heading.connection != connection {
            return Err(BadInput::new(format!(
                "the results `{}` are of {} on {}",
                path.display(),
                heading.command,
                heading.connection
            ))
            .hint("name another file with `--results`")
            .into());
        }
        let mut known = HashMap::new();
        for line in lines {
            let result: RowResult = serde_json::from_str(line).map_err(|_| not_ours(path))?;
            known.insert(result.key, result.return_data);
        }
        Ok(Self {
            file,
            batch: heading.batch,
            known,
        })
    }

    /// What came of a row before, the newest.
    pub(super) fn of(&self, key: &str) -> Option<ReturnData> {
        self.known.get(key).copied()
    }

    /// Adds what came of a row; it is there when the process is killed afterwards.
    pub(super) fn add(&mut self, result: &RowResult) -> anyhow::Result<()> {
        append(&mut self.file, result)
    }
}

/// `tickets.csv` → `tickets.csv.results.jsonl`.
pub(super) fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".results.jsonl");
    name.into()
}

/// One write a line, so that no other line can be in the middle of it.
fn append(file: &mut File, line: &impl Serialize) -> anyhow::Result<()> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    file.write_all(&text).context("cannot write the results")
}

fn not_ours(path: &Path) -> BadInput {
    BadInput::new(format!("`{}` holds no results of a file", path.display())).hint("name another file with `--results`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(key: &str, return_data: ReturnData) -> RowResult {
        RowResult {
            line: 2,
            return_data,
            ids: vec![1],
            errors: Vec::new(),
            key: key.to_owned(),
        }
    }

    #[test]
    fn results_are_there_after_a_kill_and_a_line_that_was_cut_off_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = beside(&folder.path().join("rows.csv"));
        let open = || Results::open(&path, "update-tickets", "main", "new");
        let mut results = open().unwrap();
        results.add(&result("a", ReturnData::Failed)).unwrap();
        results.add(&result("a", ReturnData::Successful)).unwrap();
        assert!(open().unwrap_err().to_string().contains("another process"));
        drop(results);
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"{\"line\":3,\"retu").unwrap();
        drop(file);
        let mut results = Results::open(&path, "update-tickets", "main", "another").unwrap();
        assert_eq!(
            (results.batch.as_str(), results.of("a"), results.of("b")),
            ("new", Some(ReturnData::Successful), None)
        );
        results.add(&result("b", ReturnData::Failed)).unwrap();
        drop(results);
        assert_eq!(open().unwrap().of("b"), Some(ReturnData::Failed));
    }

    #[test]
    fn results_of_something_else_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results");
        drop(Results::open(&path, "update-tickets", "main", "new").unwrap());
        let error = Results::open(&path, "update-tickets", "other", "new").unwrap_err();
        assert!(error.to_string().contains("are of update-tickets on main"));
        std::fs::write(&path, "ID,Name\n1,x\n").unwrap();
        let error = Results::open(&path, "update-tickets", "main", "new").unwrap_err();
        assert!(error.to_string().contains("holds no results"));
    }
}
