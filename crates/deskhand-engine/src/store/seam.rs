//! The store as the engine sees it.

use std::collections::BTreeMap;

use bytes::Bytes;
use deskhand_command::{BoxFuture, Head};
use jiff::Timestamp;
use serde_json::Value;

use super::StoreError;
use crate::events::{Dismissal, Event, EventFilter, EventSummary, NewEvent};

/// Keeps events, positions and runs. Every method is one transaction.
pub trait EventStore: Send + Sync {
    /// Claims a feed for one holder, and tells how far it has come.
    fn claim<'a>(&'a self, key: &'a FeedKey, request: &'a LeaseRequest) -> BoxFuture<'a, Result<Lease, StoreError>>;

    /// Gives the claim back.
    fn release<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Stores a batch and the position after it, all or nothing, if the claim still holds; it is renewed by that.
    fn commit<'a>(&'a self, lease: &'a Lease, batch: BatchWrite) -> BoxFuture<'a, Result<Committed, StoreError>>;

    /// Which of these heads are not known: no revision of that record has that stamp.
    fn missing<'a>(&'a self, lease: &'a Lease, heads: &'a [Head]) -> BoxFuture<'a, Result<Vec<Head>, StoreError>>;

    /// Records whose latest revision is stamped after `since` and that are not marked as gone.
    fn known<'a>(&'a self, lease: &'a Lease, since: i64) -> BoxFuture<'a, Result<Vec<Head>, StoreError>>;

    /// Marks records as gone.
    fn mark_gone<'a>(
        &'a self,
        lease: &'a Lease,
        ids: &'a [i64],
        at: Timestamp,
    ) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Puts a run into the log.
    fn log_run<'a>(&'a self, lease: &'a Lease, run: &'a RunRecord) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Events, the newest first.
    fn list_events<'a>(&'a self, filter: &'a EventFilter) -> BoxFuture<'a, Result<Vec<EventSummary>, StoreError>>;

    /// One event.
    fn get_event(&self, id: i64) -> BoxFuture<'_, Result<Option<Event>, StoreError>>;

    /// What is kept, and how much room it takes.
    fn measure(&self) -> BoxFuture<'_, Result<Measure, StoreError>>;
}

/// What has a position of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FeedKey {
    /// The connection.
    pub connection: String,
    /// The company at the PSA.
    pub company: String,
    /// The event source that fetches.
    pub source: String,
    /// The site that events land in.
    pub site: String,
    /// What is fetched; other filters begin anew.
    pub filters: String,
}

/// Who claims a feed, and for how long.
#[derive(Debug, Clone)]
pub struct LeaseRequest {
    /// Who.
    pub holder: String,
    /// When.
    pub now: Timestamp,
    /// For how many seconds.
    pub seconds: i64,
}

/// A claim on a feed.
#[derive(Debug, Clone)]
pub struct Lease {
    /// The feed, as the store knows it.
    pub feed: i64,
    /// What events are de-duplicated in, as the store knows it.
    pub scope: i64,
    /// Rises with every claim; a commit with an older one is refused.
    pub fence: i64,
    /// How far the feed has come.
    pub position: Option<Value>,
}

/// A batch to be stored.
#[derive(Debug)]
pub struct BatchWrite {
    /// What may become events.
    pub candidates: Vec<NewEvent>,
    /// What cannot.
    pub unusable: Vec<Unusable>,
    /// How long after its stamp a record can still change without getting another one.
    pub settle_seconds: i64,
    /// The position after this batch; `None` leaves it where it is.
    pub position: Option<Value>,
    /// Now.
    pub now: Timestamp,
    /// The claim lasts until then.
    pub lease_until: Timestamp,
    /// The run that does it.
    pub run_id: String,
}

/// A record that could not be taken, with its reason.
#[derive(Debug, Clone)]
pub struct Unusable {
    /// Its id, where one is known.
    pub record_id: Option<i64>,
    /// Why.
    pub reason: String,
    /// What was received.
    pub raw: Option<Bytes>,
}

/// What a commit came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Committed {
    /// How many became events.
    pub taken: u64,
    /// How many did not, by reason.
    pub dismissed: BTreeMap<Dismissal, u64>,
}

/// One run in the log.
#[derive(Debug, Clone)]
pub struct RunRecord {
    /// Its id.
    pub id: String,
    /// When it started.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// `Successful` or `Failed`.
    pub outcome: &'static str,
    /// What it came to, as JSON.
    pub report: Value,
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
