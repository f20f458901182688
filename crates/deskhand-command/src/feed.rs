//! The seam between an integration and the engine: records come in passes, with a position that says how far.
//!
//! The engine stores [`Batch::position`] in the same transaction as what it made of the batch's records, and hands the
//! last stored one back after a restart. What the position holds, how pages are asked for and what makes two readings
//! of a record the same revision belong to the integration.

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;

use crate::{BoxFuture, Failure};

/// Where records come from.
pub trait Feed: Send + Sync {
    /// Starts a pass, or goes on with the one that `position` is in the middle of; `None` is the very first.
    fn resume<'a>(&'a self, position: Option<&'a Value>) -> BoxFuture<'a, Result<Box<dyn Pass>, Failure>>;

    /// Lists id and stamp of every record updated after `since` (`None`: all), for the sweep.
    fn heads(&self, since: Option<Timestamp>) -> BoxFuture<'_, Result<Box<dyn Heads>, Failure>>;

    /// Reads one record as it is now.
    fn look_up(&self, id: i64) -> BoxFuture<'_, Result<Lookup, Failure>>;

    /// Everything updated until then should have been read by the passes before this position; `None` before the first
    /// pass has ended.
    fn read_until(&self, position: &Value) -> Option<Timestamp>;

    /// What was updated before this is left alone by all that go on from this position; `None`: nothing is.
    fn read_from(&self, position: &Value) -> Option<Timestamp>;

    /// Where a new feed begins that goes on from another one's position: what that has read is not read again, and what was
    /// updated before `not_before` is left alone.
    fn go_on_from(&self, before: &Value, not_before: Option<Timestamp>) -> Value;

    /// The position after a sweep that found `late` records which passes had missed, the latest by `lag_seconds`.
    fn learn(&self, position: &Value, late: u64, lag_seconds: i64) -> Value;
}

/// One pass over what changed; batches are to be stored in the order in which they come.
pub trait Pass: Send {
    /// The next batch, or `None` when the pass is over.
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Batch>, Failure>>;
}

/// Id and stamp of records, batch by batch.
pub trait Heads: Send {
    /// The next batch; empty batches are possible, `None` is the end.
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Vec<Head>>, Failure>>;
}

/// A record's id and when it was last updated, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The record's id.
    pub id: i64,
    /// When it was last updated, in seconds since 1970.
    pub stamp: i64,
}

/// What was read together, and where that leaves the pass.
#[derive(Debug)]
pub struct Batch {
    /// The records, each once.
    pub records: Vec<Record>,
    /// What could not be read as a record.
    pub quarantined: Vec<Quarantined>,
    /// Opaque to everyone but the feed.
    pub position: Value,
    /// The server's time when it answered, in whole seconds.
    pub server_time: Timestamp,
    /// How long after its stamp a record can still change without getting another one.
    pub settle_seconds: i64,
    /// True on the last batch of a pass.
    pub done: bool,
}

/// One record as the vendor sent it.
#[derive(Debug, Clone)]
pub struct Record {
    /// Its id.
    pub id: i64,
    /// When it was last updated, in seconds since 1970.
    pub stamp: i64,
    /// The digest of what makes this revision itself: volatile members are left out.
    pub digest: [u8; 32],
    /// The record's JSON on one line, members as received.
    pub raw: Bytes,
}

/// Something that the vendor sent, or refused to send, and that is no record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// Its id, where one is known.
    pub id: Option<i64>,
    /// Why it was set aside, in a sentence.
    pub reason: String,
    /// What was received, where anything was.
    pub raw: Option<Bytes>,
}

/// A record looked for by its id.
#[derive(Debug)]
pub enum Lookup {
    /// Here it is.
    Found(Box<Record>),
    /// The vendor says that there is none: deleted, or turned into something else.
    Gone,
    /// It is there and no longer matches what the feed reads.
    Elsewhere,
}
