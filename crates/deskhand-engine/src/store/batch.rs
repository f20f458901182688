//! A batch on its way into a store, and what came of it.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;

use crate::events::{Dismissal, NewEvent};

/// A batch to be stored, all of it or nothing.
#[derive(Debug)]
pub struct BatchWrite {
    /// What may become events.
    pub candidates: Vec<NewEvent>,
    /// What cannot, whatever is known: the record's id and the reason.
    pub passed_over: Vec<(i64, Dismissal)>,
    /// What is no record, or cannot be read.
    pub unusable: Vec<Unusable>,
    /// Records that were found to be gone.
    pub gone: Vec<i64>,
    /// The position after this batch; `None` leaves it where it is.
    pub position: Option<Value>,
    /// Now.
    pub now: Timestamp,
    /// The claim lasts until then.
    pub lease_until: Timestamp,
    /// The run that does it; its counts rise with the commit.
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
