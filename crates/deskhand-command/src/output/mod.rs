//! What a command returns: the same JSON on every surface.

mod html;
mod json;
mod outcome;
mod pick;
mod rows;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use html::html_table;
pub use outcome::Outcome;

use crate::{EventSource, Failure, Results};

/// Everything that a command returns.
#[derive(Debug)]
pub struct CommandOutput {
    /// The verdict.
    pub return_data: ReturnData,
    /// A short HTML table, everything in it escaped.
    pub result: String,
    /// What to collect for later steps; nothing of a run that failed.
    pub key_fields: &'static [KeyField],
    /// What people see of it.
    pub table: Table,
    /// The outcome per item, or the mapped fields of each record.
    pub context_data: ContextData,
    /// The vendor's own objects.
    pub results: Results,
    /// What failed; empty exactly when the verdict is Successful.
    pub errors: Vec<Failure>,
    /// When and how it ran.
    pub run: RunSummary,
}

/// The verdict on a command's run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReturnData {
    /// All of it worked.
    #[serde(rename = "Successful")]
    Successful,
    /// Some items worked and some failed.
    #[serde(rename = "Partially Successful")]
    PartiallySuccessful,
    /// Nothing worked.
    #[serde(rename = "Failed")]
    Failed,
}

/// A name of something to collect, and where its values are: distinct ones, in order of appearance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyField {
    /// The name: `TicketIDs`.
    pub name: &'static str,
    /// A JSON pointer: `/id`.
    pub pointer: &'static str,
    /// Where it points into.
    pub of: Of,
}

/// What a key field is collected from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// The records.
    Records,
    /// The records, no two of which have the same value: none has to be remembered.
    EachRecord,
    /// The outcome per item.
    Items,
}

/// What people see of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// What its rows are.
    pub rows: Rows,
    /// Its columns, in order.
    pub columns: &'static [Column],
}

/// What a table has rows of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// The vendor's objects.
    Records,
    /// The outcome per item.
    Items,
}

/// A heading (`Summary`), and the JSON pointer to what is below it (`/summary`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column(pub &'static str, pub &'static str);

/// What goes into `contextData`.
#[derive(Debug)]
pub enum ContextData {
    /// One object per item.
    Items(Vec<Value>),
    /// The fields that this event source maps, worked out record by record as they are written.
    Mapped(Box<EventSource>),
}

/// When and how a command ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunSummary {
    /// The run's id.
    pub id: String,
    /// When it started.
    pub started_at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// How many requests were sent to the vendor, repeats included.
    pub vendor_calls: u64,
}
