//! The store in one SQLite file: one writer, some readers, every commit durable.

mod claim;
mod claim_lock;
mod commit;
mod dismissals;
mod errors;
mod events;
mod gone;
mod journal;
mod keys;
mod known;
mod list;
mod measure;
mod open;
mod prune;
mod quarantine;
mod revisions;
mod runs;

use std::sync::Arc;

use deskhand_command::{BoxFuture, Head};
use deskhand_engine::StoreError;
use deskhand_engine::events::{Event, EventFilter, EventSummary};
use deskhand_engine::store::{
    BatchWrite, Committed, EventStore, FeedKey, Lease, LeaseRequest, Measure, RunEnd, RunRecord, RunStart,
};
use jiff::Timestamp;
pub use journal::SqliteJournal;
use sqlx::SqlitePool;

use self::claim_lock::ClaimLocks;
use crate::Codec;

/// Rows a statement: well below SQLite's limit of bound values.
const ROWS: usize = 250;

/// Events in a SQLite file.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
    codec: Arc<Codec>,
    locks: Arc<ClaimLocks>,
}

impl EventStore for SqliteStore {
    fn claim<'a>(&'a self, key: &'a FeedKey, request: &'a LeaseRequest) -> BoxFuture<'a, Result<Lease, StoreError>> {
        Box::pin(claim::claim(self, key, request))
    }

    fn renew<'a>(&'a self, lease: &'a Lease, until: Timestamp) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(claim::renew(self, lease, until))
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(claim::release(self, lease))
    }

    fn commit<'a>(&'a self, lease: &'a Lease, batch: BatchWrite) -> BoxFuture<'a, Result<Committed, StoreError>> {
        Box::pin(commit::commit(self, lease, batch))
    }

    fn missing<'a>(&'a self, lease: &'a Lease, heads: &'a [Head]) -> BoxFuture<'a, Result<Vec<Head>, StoreError>> {
        Box::pin(known::missing(self, lease, heads))
    }

    fn known<'a>(&'a self, lease: &'a Lease, since: i64) -> BoxFuture<'a, Result<Vec<Head>, StoreError>> {
        Box::pin(known::known(self, lease, since))
    }

    fn begin_run<'a>(&'a self, lease: &'a Lease, run: &'a RunStart) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(runs::begin(self, lease, run))
    }

    fn end_run<'a>(&'a self, run: &'a RunEnd) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(runs::end(self, run))
    }

    fn list_runs(&self, limit: u32) -> BoxFuture<'_, Result<Vec<RunRecord>, StoreError>> {
        Box::pin(runs::list(self, limit))
    }

    fn list_events<'a>(&'a self, filter: &'a EventFilter) -> BoxFuture<'a, Result<Vec<EventSummary>, StoreError>> {
        Box::pin(list::list_events(self, filter))
    }

    fn get_event(&self, id: i64) -> BoxFuture<'_, Result<Option<Event>, StoreError>> {
        Box::pin(list::get_event(self, id))
    }

    fn prune(&self, before: Timestamp) -> BoxFuture<'_, Result<u64, StoreError>> {
        Box::pin(prune::prune(self, before))
    }

    fn measure(&self) -> BoxFuture<'_, Result<Measure, StoreError>> {
        Box::pin(measure::measure(self))
    }
}
