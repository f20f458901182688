//! What ever could be seen of each ticket: the measure of whoever claims to have read everything.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Document;

/// One version of a ticket, from when on it could be seen.
#[derive(Debug, Clone)]
pub(crate) struct Revision {
    pub(super) edit: u32,
    pub(super) stamp: i64,
    pub(super) from_ms: i64,
    pub(super) gone: bool,
}

/// One version of a ticket, with the time in which a reader could see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TruthRow {
    /// The ticket.
    pub id: i64,
    /// Its `Edit Count`.
    pub edit: u32,
    /// Its `lastUpdated`, in seconds since 1970.
    pub stamp: i64,
    /// Visible from this time on, in milliseconds of the sandbox's clock; 0 when it always was.
    pub from_ms: i64,
    /// Visible until this time; `None` while it is current.
    pub until_ms: Option<i64>,
    /// True when what ended it was that the ticket went away: deleted, converted, or moved out of sight.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
}

impl Revision {
    pub(super) fn of(document: &Document, from_ms: i64) -> Self {
        Self {
            edit: document.edit,
            stamp: document.updated,
            from_ms,
            gone: false,
        }
    }

    pub(super) fn gone(from_ms: i64) -> Self {
        Self {
            edit: 0,
            stamp: 0,
            from_ms,
            gone: true,
        }
    }
}

/// The versions that could be seen until now: one that a later version hid before its time never was.
pub(super) fn rows(history: &BTreeMap<i64, Vec<Revision>>, now_ms: i64) -> Vec<TruthRow> {
    let mut rows = Vec::new();
    for (id, revisions) in history {
        let shown = revisions.iter().filter(|revision| revision.from_ms <= now_ms);
        let revisions: Vec<_> = shown.collect();
        for (at, revision) in revisions.iter().enumerate().filter(|(_, revision)| !revision.gone) {
            let ended = revisions[at + 1..].iter().min_by_key(|later| later.from_ms);
            let until_ms = ended.map(|later| later.from_ms);
            if until_ms.is_none_or(|until| revision.from_ms < until) {
                let Revision {
                    edit, stamp, from_ms, ..
                } = **revision;
                rows.push(TruthRow {
                    id: *id,
                    edit,
                    stamp,
                    from_ms: from_ms.max(0),
                    until_ms,
                    gone: ended.is_some_and(|later| later.gone),
                });
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_that_was_overtaken_never_was() {
        let revision = |edit, from_ms, gone| Revision {
            edit,
            stamp: 0,
            from_ms,
            gone,
        };
        let history = BTreeMap::from([(
            7,
            vec![
                revision(0, 0, false),
                revision(1, 90, false),
                revision(2, 50, false),
                revision(0, 120, true),
            ],
        )]);
        let seen: Vec<_> = rows(&history, 200)
            .iter()
            .map(|row| (row.edit, row.from_ms, row.until_ms, row.gone))
            .collect();
        assert_eq!(seen, [(0, 0, Some(50), false), (2, 50, Some(120), true)]);
        let early = rows(&history, 40);
        assert_eq!((early.len(), early[0].until_ms), (1, None));
    }
}
