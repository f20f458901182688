//! An event, before and after it is stored.

use bytes::Bytes;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::desk::EventState;

/// A record that may become an event, with everything that decides it.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// The record's id.
    pub record_id: i64,
    /// When it was last updated, in seconds since 1970.
    pub stamp: i64,
    /// What makes this revision itself.
    pub digest: [u8; 32],
    /// Whether it was read when the second of its stamp was over: what is read later with that stamp is the same.
    pub settled: bool,
    /// Whether a sweep found it, after passes had missed it.
    pub late: bool,
    /// The value of the Unique Event Key, where the event source maps one.
    pub event_key: Option<String>,
    /// The event source that maps it.
    pub source: String,
    /// The mapped fields as JSON.
    pub fields: String,
    /// The record as it was received.
    pub raw: Bytes,
}

/// A stored event in a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventSummary {
    /// The event's id.
    pub id: i64,
    /// The record's id.
    pub record_id: i64,
    /// When the record was updated.
    pub updated: Timestamp,
    /// When the event was taken.
    pub taken_at: Timestamp,
    /// The connection it came from.
    pub connection: String,
    /// The site that it belongs to.
    pub site: String,
    /// The event source that mapped it.
    pub source: String,
    /// The event source that fetched it: the ingestion job's.
    #[serde(skip)]
    pub fetched_by: String,
    /// Where it is in its life.
    pub state: EventState,
    /// The mapped fields.
    pub fields: Map<String, Value>,
}

/// A stored event with all that is known of it.
#[derive(Debug, Clone)]
pub struct Event {
    /// What a list shows.
    pub summary: EventSummary,
    /// The record as it was received.
    pub raw: Bytes,
    /// Why it was taken, in words.
    pub because: String,
    /// The events of the same record, oldest first: id and when it was updated.
    pub revisions: Vec<(i64, Timestamp)>,
    /// How often the record was read and dismissed, by reason in words.
    pub dismissals: Vec<(String, i64)>,
    /// When it was found to be deleted or converted.
    pub gone_at: Option<Timestamp>,
}

/// Which events a list is about.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// Only of this record.
    pub record_id: Option<i64>,
    /// Only what this run has taken: a pass, or a run of an ingestion job with all of its passes.
    pub run: Option<String>,
    /// Only events with lower ids: the next page of a list from the newest on.
    pub before: Option<i64>,
    /// Only those that are there now.
    pub state: Option<EventState>,
    /// Only those that landed at one of these sites.
    pub sites: Option<Vec<String>>,
    /// Only those taken from then on.
    pub since: Option<Timestamp>,
    /// Only those taken before then.
    pub until: Option<Timestamp>,
    /// At most this many.
    pub limit: u32,
}
