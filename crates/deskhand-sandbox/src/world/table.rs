//! The records of one kind, by id, each with the versions that are or will be visible.

use std::collections::BTreeMap;
use std::ops::Bound;

use bytes::Bytes;

use super::Document;

/// Records by id.
#[derive(Debug, Default)]
pub struct Table {
    records: BTreeMap<i64, Versions>,
    /// The ids of records that lists show, ascending, so that a page far behind is found without a walk.
    listed: Vec<i64>,
    /// When the last of the records that are there becomes visible for the first time.
    all_born: i64,
    last_id: i64,
}

/// A part of all the records that lists show.
#[derive(Debug)]
pub struct Page<'a> {
    /// The records, by id.
    pub records: Vec<&'a Document>,
    /// How many there are on all pages.
    pub total: usize,
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
    /// A table of records that were always there.
    pub(crate) fn of(documents: impl IntoIterator<Item = Document>) -> Self {
        let mut table = Self::default();
        for document in documents {
            table.put(document, i64::MIN, i64::MIN);
        }
        table
    }

    pub(super) fn put(&mut self, document: Document, visible_from: i64, now_ms: i64) {
        let id = document.id;
        let version = Version { visible_from, document };
        self.last_id = self.last_id.max(id);
        self.list(id, version.document.service);
        match self.records.entry(id) {
            std::collections::btree_map::Entry::Vacant(place) => {
                self.all_born = self.all_born.max(visible_from);
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
        self.list(id, false);
        self.records.remove(&id).map(|versions| versions.newest.document)
    }

    fn list(&mut self, id: i64, listed: bool) {
        // Records mostly come in the order of their ids.
        if listed && self.listed.last().is_none_or(|last| *last < id) {
            self.listed.push(id);
            return;
        }
        match (self.listed.binary_search(&id), listed) {
            (Ok(at), false) => drop(self.listed.remove(at)),
            (Err(at), true) => self.listed.insert(at, id),
            _ => {}
        }
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
        self.all_born = change(self.all_born);
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

    /// A page of the records that are not taken out of lists (as project tickets are), by id.
    ///
    /// It costs no more at the end than at the beginning. `None` while a record waits to become visible for the first
    /// time: then only a walk can tell which records a page has.
    pub fn page(&self, skipped: usize, size: usize, now_ms: i64) -> Option<Page<'_>> {
        if self.all_born > now_ms {
            return None;
        }
        let ids = self.listed.iter().skip(skipped).take(size);
        let records: Option<Vec<_>> = ids.map(|id| self.visible(*id, now_ms)).collect();
        Some(Page {
            records: records?,
            total: self.listed.len(),
        })
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

    fn numbered(id: i64, service: bool) -> Document {
        Document {
            id,
            service,
            ..document(0)
        }
    }

    #[test]
    fn a_page_has_what_a_walk_finds() {
        let mut table = Table::default();
        for id in [5, 9, 1, 3, 7] {
            table.put(numbered(id, id != 7), i64::MIN, 0);
        }
        let page = |table: &Table, skipped| -> Option<(Vec<i64>, usize)> {
            let page = table.page(skipped, 2, 100)?;
            Some((page.records.iter().map(|record| record.id).collect(), page.total))
        };
        assert_eq!(page(&table, 0), Some((vec![1, 3], 4)));
        assert_eq!(page(&table, 3), Some((vec![9], 4)));
        table.put(numbered(3, false), 50, 50);
        table.remove(9);
        assert_eq!(page(&table, 0), Some((vec![1, 5], 2)));
        // An update that waits shows the older self; a new record that waits needs a walk.
        table.put(numbered(5, true), 300, 60);
        assert_eq!(page(&table, 0), Some((vec![1, 5], 2)));
        table.put(numbered(11, true), 200, 60);
        assert_eq!(page(&table, 0), None);
        table.shift(|from| from.min(100));
        assert_eq!(page(&table, 2), Some((vec![11], 3)));
    }

    #[test]
    fn an_id_is_never_given_twice() {
        let mut table = Table::default();
        table.put(document(0), 0, 0);
        assert!(table.remove(7).is_some());
        assert_eq!((table.last_id(), table.len()), (7, 0));
    }
}
