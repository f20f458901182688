//! Small things to store.

use jiff::Timestamp;
use serde_json::json;

use crate::EventStore;
use crate::events::NewEvent;
use crate::store::{BatchWrite, FeedKey, Lease, LeaseRequest, RunKind, RunStart, StoreError};

pub(super) fn key(source: &str) -> FeedKey {
    FeedKey {
        connection: "main".to_owned(),
        company: "sandbox".to_owned(),
        source: source.to_owned(),
        site: "Main".to_owned(),
        filters: "{}".to_owned(),
    }
}

pub(super) fn time(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or_default()
}

pub(super) fn request(holder: &str, now: i64, until: i64) -> LeaseRequest {
    LeaseRequest {
        holder: holder.to_owned(),
        now: time(now),
        until: time(until),
        reader: None,
    }
}

/// The claim of `holder` from 0 to 100.
pub(super) async fn claim(store: &dyn EventStore, source: &str) -> Result<Lease, StoreError> {
    let lease = store.claim(&key(source), &request("one", 0, 100)).await?;
    let run = RunStart {
        id: run_id(&lease),
        kind: RunKind::Ingest,
        started_at: time(0),
    };
    store.begin_run(&lease, &run).await?;
    Ok(lease)
}

pub(super) fn run_id(lease: &Lease) -> String {
    format!("run-{}-{}", lease.feed, lease.fence)
}

/// A settled revision of a record; the same stamp and edit are the same revision.
pub(super) fn event(record_id: i64, stamp: i64, edit: u8) -> NewEvent {
    let mut digest = [edit; 32];
    digest[..8].copy_from_slice(&stamp.to_le_bytes());
    NewEvent {
        record_id,
        stamp,
        digest,
        settled: true,
        late: false,
        event_key: None,
        source: "Default Event Source".to_owned(),
        fields: json!({"Document ID": record_id, "Edit": edit, "Description": "é \"quoted\""}).to_string(),
        raw: format!(r#"{{"id":{record_id},"cost":0.00,"edit":{edit},"summary":"é \\ \"x\""}}"#).into(),
    }
}

pub(super) fn batch(lease: &Lease, candidates: Vec<NewEvent>) -> BatchWrite {
    BatchWrite {
        candidates,
        passed_over: Vec::new(),
        unusable: Vec::new(),
        gone: Vec::new(),
        position: None,
        now: time(10),
        lease_until: time(100),
        run_id: run_id(lease),
    }
}

/// Every event, the newest first.
pub(super) fn everything() -> crate::events::EventFilter {
    crate::events::EventFilter {
        limit: u32::MAX >> 1,
        ..Default::default()
    }
}

/// Whether a claim was refused because it is lost.
pub(super) fn is_lost<T>(result: Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Lost))
}
