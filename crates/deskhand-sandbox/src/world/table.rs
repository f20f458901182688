//! The records of one kind, by id, each with the versions that are or will be visible.

use std::collections::BTreeMap;
use std::ops::Bound;

use bytes::Bytes;

use super::Document;

/// Records by id.
#[derive(Debug, Default)]
pub struct Table {
    records: BTreeMap<i64, Versions>,
    last_id: i64,
}

/// A record's versions. The newest lies in the table itself, so that walking over a hundred thousand of them is cheap.
#[derive(Debug)]
struct Versions {
    newest: Version,
    /// Oldest first; usually none.
    older: Vec<Version>,
}

#[derive(Debug)]
struct Version {
    visible_from: i64,
    document: Document,
}

/// What was overtaken is kept for readers that took the time just before: they must not find a gap.
const KEPT_MS: i64 = 5_000;

impl Versions {
    /// The newest version that is visible at this time: a later one that showed first hides those before it.
    fn at(&self, now_ms: i64) -> Option<&Document> {
        if self.newest.visible_from <= now_ms {
            return Some(&self.newest.document);
        }
        let visible = self.older.iter().rev().find(|version| version.visible_from <= now_ms);
        visible.map(|version| &version.document)
    }

    fn put(&mut self, version: Version, now_ms: i64) {
        let before = std::mem::replace(&mut self.newest, version);
        self.older.push(before);
        let forgotten = now_ms.saturating_sub(KEPT_MS);
        if let Some(visible) = self.older.iter().rposition(|version| version.visible_from <= forgotten) {
            self.older.drain(..visible);
        }
    }

    fn all(&mut self) -> impl Iterator<Item = &mut Version> {
        self.older.iter_mut().chain(std::iter::once(&mut self.newest))
    }
}

impl Table {
    pub(super) fn put(&mut self, document: Document, visible_from: i64, now_ms: i64) {
        let id = document.id;
        let version = Version { visible_from, document };
        self.last_id = self.last_id.max(id);
        match self.records.entry(id) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(Versions {
                    newest: version,
                    older: Vec::new(),
                });
            }
            std::collections::btree_map::Entry::Occupied(mut versions) => versions.get_mut().put(version, now_ms),
        }
    }

    /// Takes a record out; returns its newest version.
    pub(super) fn remove(&mut self, id: i64) -> Option<Document> {
        self.records.remove(&id).map(|versions| versions.newest.document)
    }

    pub(super) fn rewrite(&mut self, change: impl Fn(&Document) -> Option<Bytes>) {
        for version in self.records.values_mut().flat_map(Versions::all) {
            if let Some(raw) = change(&version.document) {
                version.document.raw = raw;
            }
        }
    }

    /// Changes from when on versions are visible.
    pub(super) fn shift(&mut self, change: impl Fn(i64) -> i64) {
        for version in self.records.values_mut().flat_map(Versions::all) {
            version.visible_from = change(version.visible_from);
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

    /// The highest id ever given, that of a deleted record included.
    pub fn last_id(&self) -> i64 {
        self.last_id
    }

    /// The lowest id of a record that is there.
    pub fn first_id(&self) -> Option<i64> {
        self.records.first_key_value().map(|(id, _)| *id)
    }

    /// The newest version of a record.
    pub fn newest(&self, id: i64) -> Option<&Document> {
        Some(&self.records.get(&id)?.newest.document)
    }

    /// The newest versions of records with ids above `after`, visible or not.
    pub fn newest_after(&self, after: i64) -> impl Iterator<Item = &Document> {
        let above = (Bound::Excluded(after), Bound::Unbounded);
        self.records.range(above).map(|(_, versions)| &versions.newest.document)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn document(edit: u32) -> Document {
        Document {
            id: 7,
            parent: 0,
            updated: 0,
            entered: 0,
            service: true,
            edit,
            raw: Bytes::new(),
        }
    }

    #[test]
    fn a_reader_that_took_the_time_before_two_changes_still_finds_the_record() {
        let mut table = Table::default();
        table.put(document(0), i64::MIN, 0);
        table.put(document(1), 101, 101);
        table.put(document(2), 102, 102);
        let seen = |now| table.visible(7, now).map(|document| document.edit);
        assert_eq!((seen(100), seen(101), seen(102)), (Some(0), Some(1), Some(2)));
    }

    #[test]
    fn an_id_is_never_given_twice() {
        let mut table = Table::default();
        table.put(document(0), 0, 0);
        assert!(table.remove(7).is_some());
        assert_eq!((table.last_id(), table.len()), (7, 0));
    }
}
