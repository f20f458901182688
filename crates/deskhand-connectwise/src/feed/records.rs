//! From what the client read to what the engine takes.

use connectwise_psa::records::{RawRecord, RecordType};
use deskhand_command::event_source::Hash;
use deskhand_command::{Failure, Quarantined, Record};

use super::digest::digest;

/// Records and what is none, in their order; tickets of another type are nobody's here.
pub(super) fn sorted_out(raw: Vec<RawRecord>, hash: &Hash) -> (Vec<Record>, Vec<Quarantined>) {
    let (mut records, mut quarantined) = (Vec::with_capacity(raw.len()), Vec::new());
    for raw in raw.into_iter().filter(|raw| raw.record_type != RecordType::Other) {
        match record(&raw, hash) {
            Ok(record) => records.push(record),
            Err(reason) => quarantined.push(Quarantined {
                id: raw.id,
                reason,
                raw: Some(raw.json),
            }),
        }
    }
    (records, quarantined)
}

/// A record with what makes it this revision, or why it is none.
pub(super) fn record(raw: &RawRecord, hash: &Hash) -> Result<Record, String> {
    let id = raw.id.ok_or("the ticket has no id")?;
    let stamp = raw.last_updated.ok_or("the ticket has no `_info.lastUpdated`")?;
    let digest = digest(&raw.json, hash).map_err(|error| format!("the ticket is no JSON: {error}"))?;
    Ok(Record {
        id,
        stamp,
        digest,
        raw: raw.json.clone(),
    })
}

/// The same on another thread, because hashing a page takes a while.
pub(super) async fn sorted_out_aside(
    raw: Vec<RawRecord>,
    hash: Hash,
) -> Result<(Vec<Record>, Vec<Quarantined>), Failure> {
    tokio::task::spawn_blocking(move || sorted_out(raw, &hash))
        .await
        .map_err(|error| Failure::new(500, format!("A page could not be looked at: {error}.")))
}
