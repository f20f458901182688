//! From records to what may become events: the event source is chosen and its fields are mapped.

use std::sync::Arc;

use deskhand_command::{Batch, EventSource, Failure, Record};
use serde_json::Value;

use crate::events::NewEvent;
use crate::store::Unusable;

/// What a batch was made into.
pub(super) struct Prepared {
    pub(super) candidates: Vec<NewEvent>,
    pub(super) unusable: Vec<Unusable>,
}

/// Prepares a batch on another thread; mapping a page takes a while.
pub(super) async fn prepare(sources: Arc<Vec<EventSource>>, batch: &mut Batch) -> Result<Prepared, Failure> {
    let records = std::mem::take(&mut batch.records);
    let set_aside = std::mem::take(&mut batch.quarantined);
    let read_at = batch.server_time.as_second();
    let mut prepared = tokio::task::spawn_blocking(move || map_all(&sources, records, read_at))
        .await
        .map_err(|error| Failure::new(500, format!("A page could not be mapped: {error}.")))?;
    prepared.unusable.extend(set_aside.into_iter().map(|one| Unusable {
        record_id: one.id,
        reason: one.reason,
        raw: one.raw,
    }));
    Ok(prepared)
}

fn map_all(sources: &[EventSource], records: Vec<Record>, read_at: i64) -> Prepared {
    let mut prepared = Prepared {
        candidates: Vec::with_capacity(records.len()),
        unusable: Vec::new(),
    };
    for record in records {
        match candidate(sources, &record, read_at) {
            Ok(candidate) => prepared.candidates.push(candidate),
            Err(reason) => {
                prepared.unusable.push(Unusable {
                    record_id: Some(record.id),
                    reason,
                    raw: Some(record.raw),
                });
            }
        }
    }
    prepared
}

fn candidate(sources: &[EventSource], record: &Record, read_at: i64) -> Result<NewEvent, String> {
    let value: Value =
        serde_json::from_slice(&record.raw).map_err(|error| format!("the record is no JSON: {error}"))?;
    let source = sources
        .iter()
        .find(|source| source.matches(&value))
        .ok_or("no event source is for this record")?;
    let fields =
        serde_json::to_string(&source.map(&value)).map_err(|error| format!("its fields are no JSON: {error}"))?;
    Ok(NewEvent {
        record_id: record.id,
        stamp: record.stamp,
        digest: record.digest,
        read_at,
        event_key: source.event_key(&value),
        source: source.name.clone(),
        fields,
        raw: record.raw.clone(),
    })
}
