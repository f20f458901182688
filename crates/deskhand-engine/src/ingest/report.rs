//! What a run of ingestion came to.

use std::collections::BTreeMap;

use jiff::Timestamp;
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
    /// Whether it ended before its end, because it was not wanted any more.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stopped: bool,
    /// Whether it did not even begin.
    #[serde(skip)]
    pub not_begun: bool,
    /// The latest stamp of what was read; by it, callbacks that stay away are noticed.
    #[serde(skip)]
    pub newest: Option<Timestamp>,
}

/// More reasons than this are only counted.
const REASONS_KEPT: usize = 20;

impl IngestReport {
    /// Counts what was read; what becomes of it is known after the commit.
    pub(super) fn add_read(&mut self, prepared: &Prepared) {
        self.read += prepared.count();
        self.newest = self.newest.max(prepared.newest());
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

    /// Adds what another feed came to.
    pub(crate) fn add(&mut self, other: Self) {
        self.read += other.read;
        self.taken += other.taken;
        for (reason, count) in other.dismissed {
            *self.dismissed.entry(reason).or_default() += count;
        }
        self.set_aside += other.set_aside;
        self.quarantined.extend(other.quarantined);
        self.quarantined.truncate(REASONS_KEPT);
        for (field, count) in other.unconverted {
            *self.unconverted.entry(field).or_default() += count;
        }
        self.late += other.late;
        self.looks_further_back |= other.looks_further_back;
        self.gone += other.gone;
        self.stopped |= other.stopped;
        self.newest = self.newest.max(other.newest);
    }

    pub(super) fn add_committed(&mut self, committed: &Committed) {
        self.taken += committed.taken;
        for (reason, count) in &committed.dismissed {
            *self.dismissed.entry(*reason).or_default() += count;
        }
    }
}
