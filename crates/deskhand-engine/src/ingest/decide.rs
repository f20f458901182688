//! Whether a record is a new revision: a pure function of what is known of it.

use std::collections::{HashMap, HashSet};

use crate::events::{Because, Dismissal, NewEvent};

/// What a store knows of one revision of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Its stamp.
    pub stamp: i64,
    /// Its digest.
    pub digest: [u8; 32],
    /// Whether it was read when the second of its stamp was over.
    pub settled: bool,
}

/// What becomes of one candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It becomes an event, and its revision is known from now on.
    Take(Because),
    /// It does not become an event.
    Dismiss(Dismissal, Note),
}

/// What a store notes about the revision of a dismissed record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// Nothing.
    Nothing,
    /// It was seen again after its second was over: it is settled now.
    Settled,
    /// It is known from now on, although it is no event.
    Seen,
}

/// Decides a batch in order: what becomes of one is known to those after it.
#[expect(clippy::implicit_hasher, reason = "stores build both here and nowhere else")]
pub fn decide(
    candidates: &[NewEvent],
    mut revisions: HashMap<i64, Vec<Known>>,
    mut keys: HashSet<String>,
) -> Vec<Decision> {
    let mut decisions = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        let known = revisions.entry(candidate.record_id).or_default();
        let decision = decision(candidate, known, &keys);
        match decision {
            Decision::Take(_) => {
                known.push(Known::of(candidate));
                keys.extend(candidate.event_key.clone());
            }
            Decision::Dismiss(_, Note::Seen) => known.push(Known::of(candidate)),
            Decision::Dismiss(_, Note::Settled) => settle(known, candidate),
            Decision::Dismiss(_, Note::Nothing) => {}
        }
        decisions.push(decision);
    }
    decisions
}

impl Known {
    /// What is known of a candidate once it is stored.
    pub fn of(candidate: &NewEvent) -> Self {
        Self {
            stamp: candidate.stamp,
            digest: candidate.digest,
            settled: candidate.settled,
        }
    }
}

/// Notes that a revision was seen again after its second was over.
pub fn settle(known: &mut [Known], candidate: &NewEvent) {
    for same in known.iter_mut().filter(|known| known.digest == candidate.digest) {
        same.settled = true;
    }
}

fn decision(candidate: &NewEvent, known: &[Known], keys: &HashSet<String>) -> Decision {
    let same = known.iter().find(|known| known.digest == candidate.digest);
    if candidate.event_key.as_ref().is_some_and(|key| keys.contains(key)) {
        let note = if same.is_none() { Note::Seen } else { Note::Nothing };
        return Decision::Dismiss(Dismissal::KnownKey, note);
    }
    if let Some(same) = same {
        let settles = !same.settled && candidate.settled;
        let note = if settles { Note::Settled } else { Note::Nothing };
        return Decision::Dismiss(Dismissal::SameRevision, note);
    }
    let mut with_this_stamp = known.iter().filter(|known| known.stamp == candidate.stamp).peekable();
    let same_second = with_this_stamp.peek().is_some();
    if with_this_stamp.any(|known| known.settled) {
        return Decision::Dismiss(Dismissal::SameStamp, Note::Nothing);
    }
    Decision::Take(match (candidate.late, same_second, known.is_empty()) {
        (true, _, _) => Because::Late,
        (_, true, _) => Because::SameSecond,
        (_, _, true) => Because::FirstSeen,
        _ => Because::Updated,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn candidate(stamp: i64, digest: u8, settled: bool, key: Option<&str>) -> NewEvent {
        NewEvent {
            record_id: 1,
            stamp,
            digest: [digest; 32],
            settled,
            late: false,
            event_key: key.map(str::to_owned),
            source: String::new(),
            fields: String::new(),
            raw: bytes::Bytes::new(),
        }
    }

    fn after(candidates: &[NewEvent], known: Vec<Known>, keys: &[&str]) -> Vec<Decision> {
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        decide(candidates, HashMap::from([(1, known)]), keys)
    }

    const KNOWN: Decision = Decision::Dismiss(Dismissal::SameRevision, Note::Nothing);

    #[test]
    fn fe19_an_update_is_taken_and_the_same_again_is_not() {
        let all = [
            candidate(10, 1, true, None),
            candidate(11, 2, true, None),
            candidate(11, 2, true, None),
        ];
        let expected = [
            Decision::Take(Because::FirstSeen),
            Decision::Take(Because::Updated),
            KNOWN,
        ];
        assert_eq!(after(&all, vec![], &[]), expected);
    }

    #[test]
    fn inside_an_open_second_the_content_decides_and_after_it_the_stamp() {
        let open = Known::of(&candidate(10, 1, false, None));
        let changed = [candidate(10, 2, true, None)];
        assert_eq!(after(&changed, vec![open], &[]), [Decision::Take(Because::SameSecond)]);
        let settled = Known { settled: true, ..open };
        let dismissed = Decision::Dismiss(Dismissal::SameStamp, Note::Nothing);
        assert_eq!(after(&changed, vec![settled], &[]), [dismissed]);
    }

    #[test]
    fn a_revision_that_is_seen_again_after_its_second_is_settled() {
        let open = Known::of(&candidate(10, 1, false, None));
        let all = [
            candidate(10, 1, false, None),
            candidate(10, 1, true, None),
            candidate(10, 1, true, None),
            candidate(10, 2, true, None),
        ];
        let expected = [
            KNOWN,
            Decision::Dismiss(Dismissal::SameRevision, Note::Settled),
            KNOWN,
            Decision::Dismiss(Dismissal::SameStamp, Note::Nothing),
        ];
        assert_eq!(after(&all, vec![open], &[]), expected);
    }

    #[test]
    fn fe17_a_known_key_is_dismissed_even_when_the_record_changed() {
        let all = [
            candidate(10, 1, true, Some("7")),
            candidate(11, 2, true, Some("7")),
            candidate(11, 2, true, Some("7")),
            candidate(12, 3, true, Some("8")),
        ];
        let changed = Decision::Dismiss(Dismissal::KnownKey, Note::Seen);
        let again = Decision::Dismiss(Dismissal::KnownKey, Note::Nothing);
        let expected = [Decision::Take(Because::FirstSeen), changed, again, changed];
        assert_eq!(after(&all, vec![], &["8"]), expected);
    }

    proptest! {
        #[test]
        fn fe18_a_batch_that_comes_again_changes_nothing(
            batch in prop::collection::vec((0..3_i64, 0..4_u8, any::<bool>(), prop::option::of("[ab]")), 0..12)
        ) {
            let all: Vec<_> = batch.iter().map(|(stamp, digest, settled, key)| candidate(*stamp, *digest, *settled, key.as_deref())).collect();
            let twice: Vec<_> = all.iter().chain(&all).cloned().collect();
            let decisions = after(&twice, vec![], &[]);
            prop_assert!(decisions[all.len()..].iter().all(|decision| !matches!(decision, Decision::Take(_))));
            prop_assert_eq!(&decisions[..all.len()], after(&all, vec![], &[]));
        }
    }
}
