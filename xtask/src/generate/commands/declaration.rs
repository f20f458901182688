//! What the program says about its commands.

use serde::Deserialize;
use serde_json::Value;

/// A command's declaration, as `deskhand commands --output json` prints it.
#[derive(Debug, Deserialize)]
pub(super) struct Declaration {
    pub(super) slug: String,
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) effect: String,
    rights: Vec<String>,
    pub(super) states: Vec<String>,
    /// A JSON Schema.
    pub(super) inputs: Value,
}

impl Declaration {
    /// The lines of the security role, for a cell of a table.
    pub(super) fn rights(&self) -> String {
        let lines: Vec<_> = self.rights.iter().map(|line| format!("`{line}`")).collect();
        lines.join("<br>")
    }

    /// What the effect means.
    pub(super) fn effect_in_words(&self) -> &'static str {
        match self.effect.as_str() {
            "reads" => "reads: nothing changes in the PSA",
            "writes" => "writes: records of the PSA are created or changed",
            _ => "deletes: records of the PSA go away",
        }
    }
}
