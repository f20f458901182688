//! From records to what may become events: the event source is chosen and its fields are mapped.

use std::collections::BTreeMap;
use std::sync::Arc;

use deskhand_command::event_source::RecordReader;
use deskhand_command::{EventSource, Quarantined, Record};
use jiff::Timestamp;

use crate::events::{Dismissal, NewEvent};
use crate::store::Unusable;

/// Maps records by some event sources; cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Preparer {
    sources: Arc<Vec<EventSource>>,
    reader: Arc<RecordReader>,
}

/// When records were read, as far as it decides whether they are settled, and by whom.
#[derive(Debug, Clone, Copy)]
pub(super) enum ReadBy {
    /// By a pass: the server's time, and how long a second stays open.
    Pass { at: i64, settle_seconds: i64 },
    /// By a sweep, which does not know the server's time.
    Sweep { late: bool },
}

/// What records were made into.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    pub(super) candidates: Vec<NewEvent>,
    pub(super) passed_over: Vec<(i64, Dismissal)>,
    pub(super) unusable: Vec<Unusable>,
    /// How many values could not be made into the kind of their field, by field.
    pub(super) unconverted: BTreeMap<String, u64>,
}

impl Preparer {
    pub(super) fn new(sources: &Arc<Vec<EventSource>>) -> Self {
        Self {
            reader: Arc::new(RecordReader::new(sources)),
            sources: Arc::clone(sources),
        }
    }

    /// Maps records; a page takes a while, so this is for a thread of its own.
    pub(super) fn prepare(&self, records: Vec<Record>, aside: Vec<Quarantined>, read: ReadBy) -> Prepared {
        let mut prepared = Prepared {
            candidates: Vec::with_capacity(records.len()),
            unusable: aside.into_iter().map(Unusable::from).collect(),
            ..Prepared::default()
        };
        for record in records {
            self.add(record, read, &mut prepared);
        }
        prepared
    }

    fn add(&self, record: Record, read: ReadBy, to: &mut Prepared) {
        match self.mapped(&record, &mut to.unconverted) {
            Ok(Some((source, event_key, fields))) => to.candidates.push(NewEvent {
                record_id: record.id,
                stamp: record.stamp,
                digest: record.digest,
                settled: read.is_settled(record.stamp),
                late: read.is_late(),
                event_key,
                source,
                fields,
                raw: record.raw,
            }),
            Ok(None) => to.passed_over.push((record.id, Dismissal::NoSource)),
            Err(reason) => to.unusable.push(Unusable {
                record_id: Some(record.id),
                reason,
                raw: Some(record.raw),
            }),
        }
    }

    /// The source that is for it, with its key and fields; `None` when no source is.
    fn mapped(
        &self,
        record: &Record,
        unconverted: &mut BTreeMap<String, u64>,
    ) -> Result<Option<(String, Option<String>, String)>, String> {
        // All of it has to be text, because it is kept as it is; of most of it nothing else is looked at.
        let text = std::str::from_utf8(&record.raw).map_err(|error| format!("the record is no text: {error}"))?;
        let value = self
            .reader
            .read(text)
            .map_err(|error| format!("the record is no JSON: {error}"))?;
        let Some(source) = self.sources.iter().find(|source| source.matches(&value)) else {
            return Ok(None);
        };
        source.main_path.element(&value).map_err(|error| error.to_string())?;
        let fields = source.map_to_json(&value, |field| match unconverted.get_mut(field) {
            Some(count) => *count += 1,
            None => {
                unconverted.insert(field.to_owned(), 1);
            }
        });
        let fields = fields.map_err(|error| format!("its fields cannot be written: {error}"))?;
        Ok(Some((source.name.clone(), source.event_key(&value), fields)))
    }
}

impl ReadBy {
    fn is_settled(self, stamp: i64) -> bool {
        match self {
            Self::Pass { at, settle_seconds } => at >= stamp.saturating_add(settle_seconds),
            Self::Sweep { .. } => false,
        }
    }

    fn is_late(self) -> bool {
        matches!(self, Self::Sweep { late: true })
    }
}

impl Prepared {
    /// How many records it was made of.
    pub(super) fn count(&self) -> u64 {
        (self.candidates.len() + self.passed_over.len() + self.unusable.len()) as u64
    }

    /// The latest stamp among what may become events.
    pub(super) fn newest(&self) -> Option<Timestamp> {
        let stamps = self.candidates.iter().map(|candidate| candidate.stamp);
        stamps.max().and_then(|stamp| Timestamp::from_second(stamp).ok())
    }
}

impl From<Quarantined> for Unusable {
    fn from(one: Quarantined) -> Self {
        Self {
            record_id: one.id,
            reason: one.reason,
            raw: one.raw,
        }
    }
}
