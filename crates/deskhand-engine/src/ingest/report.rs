//! What a run of ingestion came to.

use std::collections::BTreeMap;

use serde::Serialize;

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
    /// Records that were set aside, with their reasons.
    pub quarantined: Vec<String>,
    /// Events that a sweep found and passes had missed.
    pub late: u64,
    /// Records that a sweep found deleted or converted.
    pub gone: u64,
}

/// More reasons than this are only counted in words.
const REASONS_KEPT: usize = 20;

impl IngestReport {
    pub(super) fn add(&mut self, read: u64, committed: &Committed) {
        self.read += read;
        self.taken += committed.taken;
        for (reason, count) in &committed.dismissed {
            *self.dismissed.entry(*reason).or_default() += count;
        }
    }

    pub(super) fn set_aside(&mut self, id: Option<i64>, reason: &str) {
        if self.quarantined.len() < REASONS_KEPT {
            let id = id.map_or_else(|| "without id".to_owned(), |id| id.to_string());
            self.quarantined.push(format!("{id}: {reason}"));
        }
    }
}
