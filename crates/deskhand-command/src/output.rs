//! What a command returns: the same JSON on every surface.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Failure, Results};

/// Everything that a command returns.
#[derive(Debug)]
pub struct CommandOutput {
    /// The verdict.
    pub return_data: ReturnData,
    /// A short HTML table, everything in it escaped.
    pub result: String,
    /// Plural names with the values found in Raw Data, for later steps.
    pub key_fields: Map<String, Value>,
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

/// What goes into `contextData`.
#[derive(Debug)]
pub enum ContextData {
    /// One object per item.
    Items(Vec<Value>),
    /// The fields that this event source maps, worked out record by record as they are written.
    Mapped(crate::EventSource),
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
