//! Whether a record is a new revision: a pure function of what is known of it.

use std::collections::{HashMap, HashSet};

use crate::events::{Dismissal, NewEvent};

/// What a store knows of one revision of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Its stamp.
    pub stamp: i64,
    /// Its digest.
    pub digest: [u8; 32],
    /// The server's time when it was last read.
    pub read_at: i64,
}

/// What becomes of one candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It becomes an event.
    Take,
    /// It does not; where `confirms`, the revision was seen again after its second was over, which is to be noted.
    Dismiss {
        /// Why.
        reason: Dismissal,
        /// Whether the revision's time of reading moves.
        confirms: bool,
    },
}

/// Decides a batch in order: what is taken is known to those after it.
#[expect(clippy::implicit_hasher, reason = "stores build both here and nowhere else")]
pub fn decide(
    candidates: &[NewEvent],
    mut revisions: HashMap<i64, Vec<Known>>,
    mut keys: HashSet<String>,
    settle_seconds: i64,
) -> Vec<Decision> {
    let mut decisions = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        let known = revisions.entry(candidate.record_id).or_default();
        let decision = dismissal(candidate, known, &keys, settle_seconds).unwrap_or(Decision::Take);
        if decision == Decision::Take {
            let NewEvent {
                stamp, digest, read_at, ..
            } = *candidate;
            known.push(Known { stamp, digest, read_at });
            keys.extend(candidate.event_key.clone());
        }
        decisions.push(decision);
    }
    decisions
}

fn dismissal(candidate: &NewEvent, known: &[Known], keys: &HashSet<String>, settle: i64) -> Option<Decision> {
    let settled = |read_at: i64| read_at >= candidate.stamp.saturating_add(settle);
    if candidate.event_key.as_ref().is_some_and(|key| keys.contains(key)) {
        return Some(Decision::Dismiss {
            reason: Dismissal::KnownKey,
            confirms: false,
        });
    }
    if let Some(same) = known.iter().find(|known| known.digest == candidate.digest) {
        let confirms = !settled(same.read_at) && settled(candidate.read_at);
        return Some(Decision::Dismiss {
            reason: Dismissal::SameRevision,
            confirms,
        });
    }
    let settled = known
        .iter()
        .any(|known| known.stamp == candidate.stamp && settled(known.read_at));
    settled.then_some(Decision::Dismiss {
        reason: Dismissal::SameStamp,
        confirms: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(stamp: i64, digest: u8, read_at: i64, key: Option<&str>) -> NewEvent {
        NewEvent {
            record_id: 1,
            stamp,
            digest: [digest; 32],
            read_at,
            event_key: key.map(str::to_owned),
            source: String::new(),
            fields: String::new(),
            raw: bytes::Bytes::new(),
        }
    }

    fn reasons(candidates: &[NewEvent], known: Vec<Known>, keys: &[&str]) -> Vec<Option<Dismissal>> {
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        decide(candidates, HashMap::from([(1, known)]), keys, 2)
            .into_iter()
            .map(|decision| match decision {
                Decision::Take => None,
                Decision::Dismiss { reason, .. } => Some(reason),
            })
            .collect()
    }

    #[test]
    fn fe19_an_update_is_taken_and_the_same_again_is_not() {
        let all = [
            candidate(10, 1, 20, None),
            candidate(11, 2, 20, None),
            candidate(11, 2, 30, None),
        ];
        assert_eq!(reasons(&all, vec![], &[]), [None, None, Some(Dismissal::SameRevision)]);
    }

    #[test]
    fn inside_an_open_second_the_content_decides_and_after_it_the_stamp() {
        let early = Known {
            stamp: 10,
            digest: [1; 32],
            read_at: 11,
        };
        assert_eq!(reasons(&[candidate(10, 2, 40, None)], vec![early], &[]), [None]);
        let late = Known { read_at: 12, ..early };
        assert_eq!(
            reasons(&[candidate(10, 2, 40, None)], vec![late], &[]),
            [Some(Dismissal::SameStamp)]
        );
        let decision = decide(
            &[candidate(10, 1, 40, None)],
            HashMap::from([(1, vec![early])]),
            HashSet::new(),
            2,
        );
        assert_eq!(
            decision,
            [Decision::Dismiss {
                reason: Dismissal::SameRevision,
                confirms: true
            }]
        );
    }

    #[test]
    fn fe17_a_known_key_is_dismissed_even_when_the_record_changed() {
        let all = [
            candidate(10, 1, 20, Some("7")),
            candidate(11, 2, 20, Some("7")),
            candidate(12, 3, 20, Some("8")),
        ];
        assert_eq!(
            reasons(&all, vec![], &["8"]),
            [None, Some(Dismissal::KnownKey), Some(Dismissal::KnownKey)]
        );
    }
}
