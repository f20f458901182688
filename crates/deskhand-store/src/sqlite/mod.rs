//! The store in one SQLite file: one writer, some readers, every commit durable.

mod claim;
mod commit;
mod errors;
mod known;
mod list;
mod measure;
mod open;
mod runs;

use std::sync::Arc;

use deskhand_command::{BoxFuture, Head};
use deskhand_engine::StoreError;
use deskhand_engine::events::{Event, EventFilter, EventSummary};
use deskhand_engine::store::{BatchWrite, Committed, EventStore, FeedKey, Lease, LeaseRequest, Measure, RunRecord};
use jiff::Timestamp;
use sqlx::SqlitePool;

use crate::Codec;

/// Events in a SQLite file.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
    codec: Arc<Codec>,
}

impl EventStore for SqliteStore {
    fn claim<'a>(&'a self, key: &'a FeedKey, request: &'a LeaseRequest) -> BoxFuture<'a, Result<Lease, StoreError>> {
        Box::pin(claim::claim(self, key, request))
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

    fn mark_gone<'a>(
        &'a self,
        lease: &'a Lease,
        ids: &'a [i64],
        at: Timestamp,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(known::mark_gone(self, lease, ids, at))
    }

    fn log_run<'a>(&'a self, lease: &'a Lease, run: &'a RunRecord) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(runs::log_run(self, lease, run))
    }

    fn list_events<'a>(&'a self, filter: &'a EventFilter) -> BoxFuture<'a, Result<Vec<EventSummary>, StoreError>> {
        Box::pin(list::list_events(self, filter))
    }

    fn get_event(&self, id: i64) -> BoxFuture<'_, Result<Option<Event>, StoreError>> {
        Box::pin(list::get_event(self, id))
    }

    fn measure(&self) -> BoxFuture<'_, Result<Measure, StoreError>> {
        Box::pin(measure::measure(self))
    }
}
