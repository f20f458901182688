//! The store as the engine sees it.

use deskhand_command::{BoxFuture, Head};
use jiff::Timestamp;

use super::{BatchWrite, Committed, FeedKey, Lease, LeaseRequest, RunEnd, RunRecord, RunStart, StoreError};
use crate::events::{Event, EventFilter, EventSummary};

/// Keeps events, positions and runs. Every method is one transaction.
///
/// A store that passes `deskhand_engine::conformance` keeps what these methods promise.
pub trait EventStore: Send + Sync {
    /// Claims a feed for one holder, and tells how far it has come.
    ///
    /// Another holder's claim stands while its time runs and, as far as the store can tell, its process lives. A claim for a
    /// reader notes which feed that reads, and [`turn_to`](super::turn_to) says what follows.
    fn claim<'a>(&'a self, key: &'a FeedKey, request: &'a LeaseRequest) -> BoxFuture<'a, Result<Lease, StoreError>>;

    /// Makes a claim last until then, if it still holds.
    fn renew<'a>(&'a self, lease: &'a Lease, until: Timestamp) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Gives a claim back, if it still holds.
    fn release<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Stores a batch and the position after it, all or nothing, if the claim still holds; it is renewed by that.
    fn commit<'a>(&'a self, lease: &'a Lease, batch: BatchWrite) -> BoxFuture<'a, Result<Committed, StoreError>>;

    /// Makes known to a feed what the one before it has decided on, as far as records are the same: revisions stamped at or after
    /// `since`, and all keys.
    fn carry_over<'a>(&'a self, lease: &'a Lease, since: i64) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Which of these heads are not known: no revision of that record has that stamp.
    fn missing<'a>(&'a self, lease: &'a Lease, heads: &'a [Head]) -> BoxFuture<'a, Result<Vec<Head>, StoreError>>;

    /// Records whose latest revision is stamped after `since` and that are not marked as gone, by id.
    fn known<'a>(&'a self, lease: &'a Lease, since: i64) -> BoxFuture<'a, Result<Vec<Head>, StoreError>>;

    /// Notes that a run begins; one of the same feed that has not ended was interrupted.
    fn begin_run<'a>(&'a self, lease: &'a Lease, run: &'a RunStart) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Notes that a run ended.
    fn end_run<'a>(&'a self, run: &'a RunEnd) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Runs, the newest first, at most so many.
    fn list_runs(&self, limit: u32) -> BoxFuture<'_, Result<Vec<RunRecord>, StoreError>>;

    /// When the last successful sweep of a feed was begun, or, before there was one, its first run; `None`: it has had none.
    fn last_sweep<'a>(&'a self, key: &'a FeedKey) -> BoxFuture<'a, Result<Option<Timestamp>, StoreError>>;

    /// Events, the newest first.
    fn list_events<'a>(&'a self, filter: &'a EventFilter) -> BoxFuture<'a, Result<Vec<EventSummary>, StoreError>>;

    /// One event.
    fn get_event(&self, id: i64) -> BoxFuture<'_, Result<Option<Event>, StoreError>>;

    /// Deletes events that were taken before a time; their revisions and keys stay known, so that none comes again.
    fn prune(&self, before: Timestamp) -> BoxFuture<'_, Result<u64, StoreError>>;

    /// What is kept, and how much room it takes.
    fn measure(&self) -> BoxFuture<'_, Result<Measure, StoreError>>;
}

/// What is kept, and how much room it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    /// Events.
    pub events: u64,
    /// Bytes of their records as received.
    pub raw_bytes: u64,
    /// Bytes of the store, indexes included.
    pub stored_bytes: u64,
}
