//! The records of one kind, by id, each with the versions that are or will be visible.

use std::collections::BTreeMap;
use std::ops::Bound;

use bytes::Bytes;

use super::Document;

/// Records by id.
#[derive(Debug, Default)]
pub struct Table {
    records: BTreeMap<i64, Versions>,
}

/// A record's versions, oldest first; usually one.
#[derive(Debug)]
struct Versions {
    versions: Vec<(i64, Document)>,
}

impl Versions {
    /// The newest version that is visible at this time: a later one that showed first hides those before it.
    fn at(&self, now_ms: i64) -> Option<&Document> {
        self.versions
            .iter()
            .rev()
            .find(|(from, _)| *from <= now_ms)
            .map(|(_, document)| document)
    }

    fn put(&mut self, document: Document, visible_from: i64, now_ms: i64) {
        // What a newer visible version hides will never be seen again.
        if let Some(visible) = self.versions.iter().rposition(|(from, _)| *from <= now_ms) {
            self.versions.drain(..visible);
        }
        self.versions.push((visible_from, document));
    }
}

impl Table {
    pub(super) fn put(&mut self, document: Document, visible_from: i64, now_ms: i64) {
        let versions = self.records.entry(document.id).or_insert_with(|| Versions {
            versions: Vec::with_capacity(1),
        });
        versions.put(document, visible_from, now_ms);
    }

    pub(super) fn remove(&mut self, id: i64) {
        self.records.remove(&id);
    }

    pub(super) fn rewrite(&mut self, change: impl Fn(&Document) -> Option<Bytes>) {
        for (_, document) in self.records.values_mut().flat_map(|versions| &mut versions.versions) {
            if let Some(raw) = change(document) {
                document.raw = raw;
            }
        }
    }

    pub(super) fn make_all_visible(&mut self, now_ms: i64) {
        for (from, _) in self.records.values_mut().flat_map(|versions| &mut versions.versions) {
            *from = (*from).min(now_ms);
        }
    }

    /// How many records there are, visible or not.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The highest id ever given.
    pub fn last_id(&self) -> i64 {
        self.records.last_key_value().map_or(0, |(id, _)| *id)
    }

    /// The newest version of a record.
    pub fn newest(&self, id: i64) -> Option<&Document> {
        self.records.get(&id)?.versions.last().map(|(_, document)| document)
    }

    /// What is visible of a record.
    pub fn visible(&self, id: i64, now_ms: i64) -> Option<&Document> {
        self.records.get(&id)?.at(now_ms)
    }

    /// Visible records with ids above `after`, in their order.
    pub fn after(&self, after: i64, now_ms: i64) -> impl DoubleEndedIterator<Item = &Document> {
        self.records
            .range((Bound::Excluded(after), Bound::Unbounded))
            .filter_map(move |(_, versions)| versions.at(now_ms))
    }
}
