//! What a run of ingestion came to.

use std::collections::BTreeMap;

use serde::Serialize;

use super::prepare::Prepared;
use crate::events::Dismissal;
use crate::store::Committed;

/// Counts of one run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IngestReport {
    /// Records read.
    pub read: u64,
    /// Records that became events.
    pub taken: u64,
    /// Records that did not, by reason.
    pub dismissed: BTreeMap<Dismissal, u64>,
    /// How many records were set aside.
    pub set_aside: u64,
    /// The first of those, with their reasons.
    pub quarantined: Vec<String>,
    /// How many values could not be made into the kind of their field, by field; they are kept as they are.
    pub unconverted: BTreeMap<String, u64>,
    /// Events that a sweep found and passes had missed.
    pub late: u64,
    /// Whether passes look further back from now on, because of what was late.
    pub looks_further_back: bool,
    /// Records that a sweep found deleted, converted or moved out of sight.
    pub gone: u64,
}

/// More reasons than this are only counted.
const REASONS_KEPT: usize = 20;

impl IngestReport {
    /// Counts what was read; what becomes of it is known after the commit.
    pub(super) fn add_read(&mut self, prepared: &Prepared) {
        self.read += prepared.count();
        self.set_aside += prepared.unusable.len() as u64;
        for one in &prepared.unusable {
            if self.quarantined.len() < REASONS_KEPT {
                let id = one
                    .record_id
                    .map_or_else(|| "without id".to_owned(), |id| id.to_string());
                self.quarantined.push(format!("{id}: {}", one.reason));
            }
        }
        for (field, count) in &prepared.unconverted {
            *self.unconverted.entry(field.clone()).or_default() += count;
        }
    }

    pub(super) fn add_committed(&mut self, committed: &Committed) {
        self.taken += committed.taken;
        for (reason, count) in &committed.dismissed {
            *self.dismissed.entry(*reason).or_default() += count;
        }
    }
}
