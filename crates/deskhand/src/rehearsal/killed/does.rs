//! What the runs of the examples do, undisturbed.

use std::collections::BTreeMap;

use super::came_to::CameTo;

/// What the run of an example does, undisturbed.
pub(super) struct Does {
    pub(super) example: &'static str,
    /// Requests that change something, by verb.
    writes: &'static [(&'static str, usize)],
    notes: usize,
    letters: usize,
}

/// What the runs of the examples do, undisturbed.
pub(super) const EXAMPLES: [Does; 6] = [
    Does {
        example: "close-stale-tickets",
        writes: &[("PATCH", 3), ("POST", 3)],
        notes: 3,
        letters: 1,
    },
    Does {
        example: "close-stale-tickets-none",
        writes: &[],
        notes: 0,
        letters: 0,
    },
    Does {
        example: "escalate-breached-sla",
        writes: &[("PATCH", 2), ("POST", 2)],
        notes: 2,
        letters: 1,
    },
    Does {
        example: "merge-duplicates",
        writes: &[("POST", 2)],
        notes: 1,
        letters: 1,
    },
    Does {
        example: "nightly-board-report",
        writes: &[],
        notes: 0,
        letters: 1,
    },
    Does {
        example: "triage-high-priority",
        writes: &[("PATCH", 1), ("POST", 1)],
        notes: 1,
        letters: 1,
    },
];

impl Does {
    /// Asserts that this is what came.
    pub(super) fn is_what_came(&self, came: &CameTo) {
        let mut writes: BTreeMap<&str, usize> = BTreeMap::new();
        for (method, _) in &came.writes {
            *writes.entry(method).or_default() += 1;
        }
        let writes: Vec<_> = writes.into_iter().collect();
        let came = (writes.as_slice(), came.notes.len(), came.letters.len());
        assert_eq!(came, (self.writes, self.notes, self.letters), "{}", self.example);
    }
}
