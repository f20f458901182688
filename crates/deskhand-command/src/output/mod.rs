//! What a command returns: the same JSON on every surface.

mod json;
mod outcome;
mod pick;
mod table;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use outcome::Outcome;
pub use table::html_table;

use crate::{EventSource, Failure, Results};

/// Everything that a command returns.
#[derive(Debug)]
pub struct CommandOutput {
    /// The verdict.
    pub return_data: ReturnData,
    /// A short HTML table, everything in it escaped.
    pub result: String,
    /// What to collect from the records for later steps.
    pub key_fields: Vec<KeyField>,
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

/// A plural name, and where its values are in each record; distinct values, in order of appearance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyField {
    /// The name: `TicketIDs`.
    pub name: &'static str,
    /// A JSON pointer: `/id`.
    pub pointer: &'static str,
    /// True when no two records have the same value, so that none has to be remembered.
    pub unique: bool,
}

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
