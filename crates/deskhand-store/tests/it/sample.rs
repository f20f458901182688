//! Small things to store.

use deskhand_engine::events::{EventFilter, NewEvent};
use deskhand_engine::store::{BatchWrite, FeedKey, LeaseRequest};
use jiff::Timestamp;

pub(crate) fn key() -> FeedKey {
    let text = str::to_owned;
    FeedKey {
        connection: text("main"),
        company: text("sandbox"),
        source: text("Default Event Source"),
        site: text("Main"),
        filters: text("{}"),
    }
}

pub(crate) fn time(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// The claim of `holder` on the first minute.
pub(crate) fn request(holder: &str) -> LeaseRequest {
    LeaseRequest {
        holder: holder.to_owned(),
        now: time(0),
        until: time(60),
        reader: None,
    }
}

/// The only revision of a record.
pub(crate) fn event(record_id: i64) -> NewEvent {
    let mut digest = [0; 32];
    digest[..8].copy_from_slice(&record_id.to_le_bytes());
    NewEvent {
        record_id,
        stamp: 1,
        digest,
        settled: true,
        late: false,
        event_key: None,
        source: "Default Event Source".to_owned(),
        fields: "{}".to_owned(),
        raw: format!(r#"{{"id":{record_id}}}"#).into(),
    }
}

pub(crate) fn batch(candidates: Vec<NewEvent>) -> BatchWrite {
    BatchWrite {
        candidates,
        passed_over: Vec::new(),
        unusable: Vec::new(),
        gone: Vec::new(),
        position: None,
        now: time(1),
        lease_until: time(60),
        run_id: String::new(),
    }
}

pub(crate) fn everything() -> EventFilter {
    EventFilter {
        limit: 1_000_000,
        ..EventFilter::default()
    }
}

/// Another feed of the same scope.
pub(crate) fn with_filters(filters: &str) -> FeedKey {
    FeedKey {
        filters: filters.to_owned(),
        ..key()
    }
}

/// Ten events, others in each batch.
pub(crate) fn ten(batch: i64) -> Vec<NewEvent> {
    (batch * 10..(batch + 1) * 10).map(event).collect()
}
