//! From what the client read to what the engine takes.

use connectwise_psa::records::{RawRecord, RecordType};
use deskhand_command::event_source::Hash;
use deskhand_command::{Quarantined, Record};

use super::digest::digest;

/// Records, and what is none, in their order.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    pub(super) records: Vec<Record>,
    pub(super) quarantined: Vec<Quarantined>,
}

/// Tells records from what is none; tickets of another type are nobody's here.
pub(super) fn sorted_out(raw: Vec<RawRecord>, hash: &Hash) -> Sorted {
    let mut sorted = Sorted {
        records: Vec::with_capacity(raw.len()),
        quarantined: Vec::new(),
    };
    for raw in raw.into_iter().filter(|raw| raw.record_type != RecordType::Other) {
        match record(&raw, hash) {
            Ok(record) => sorted.records.push(record),
            Err(reason) => sorted.quarantined.push(Quarantined {
                id: raw.id,
                reason,
                raw: Some(raw.json),
            }),
        }
    }
    sorted
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_id_or_stamp_is_set_aside_and_project_tickets_are_left_out() {
        let page = br#"[{"id":1,"_info":{"lastUpdated":"2026-01-01T00:00:00Z"}},{"id":2},{"summary":"x","_info":{"lastUpdated":"2026-01-01T00:00:00Z"}},{"id":4,"recordType":"ProjectTicket"}]"#;
        let raw = connectwise_psa::records::split(&bytes::Bytes::from_static(page)).unwrap();
        let sorted = sorted_out(raw, &Hash::Whole);
        assert_eq!(sorted.records.iter().map(|record| record.id).collect::<Vec<_>>(), [1]);
        let reasons: Vec<_> = sorted
            .quarantined
            .iter()
            .map(|one| (one.id, one.reason.as_str()))
            .collect();
        assert_eq!(
            reasons,
            [
                (Some(2), "the ticket has no `_info.lastUpdated`"),
                (None, "the ticket has no id")
            ]
        );
        assert!(sorted.quarantined.iter().all(|one| one.raw.is_some()));
    }
}
