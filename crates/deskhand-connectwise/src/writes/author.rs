//! Who we are to the PSA, as far as its answers to our own writes have said it.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;

/// The server's time is known to a second, and may be said to be one earlier later.
const PRECISION: SignedDuration = SignedDuration::from_secs(2);

/// Our API member's identifier, shared by all commands of a connection.
///
/// An API member cannot ask who it is. The answer to a write that made a record names whoever made it, and that is us.
/// Members that say who changed a record last teach nothing: a workflow of the PSA may have come between.
///
/// What was sent before that may have been sent by another member: the connection's keys change.
#[derive(Debug, Clone, Default)]
pub(crate) struct OurMember(Arc<Mutex<Heard>>);

/// What answers have said so far.
#[derive(Debug, Default)]
enum Heard {
    #[default]
    Nothing,
    One {
        who: String,
        /// By the server's clock.
        since: Timestamp,
    },
    /// Answers have named different members: none of them is believed.
    Several,
}

impl OurMember {
    /// Learns from the author of a record that was made by us, as the PSA's own answer names it at this time.
    pub(crate) fn learn(&self, author: Option<&str>, now: Timestamp) {
        let Some(author) = author.filter(|author| !author.is_empty()) else {
            return;
        };
        let mut heard = self.0.lock();
        match &*heard {
            Heard::Nothing => {
                *heard = Heard::One {
                    who: author.to_owned(),
                    since: now,
                }
            }
            Heard::One { who, .. } if !same(who, author) => *heard = Heard::Several,
            Heard::One { .. } | Heard::Several => {}
        }
    }

    /// False only for a record that somebody else made for certain; what was looked for was sent at this time.
    pub(crate) fn may_have_made(&self, author: Option<&str>, sent_at: Timestamp) -> bool {
        match (&*self.0.lock(), author) {
            (Heard::One { who, since }, Some(author)) => {
                let before = since.duration_since(sent_at) > PRECISION;
                before || author.is_empty() || same(who, author)
            }
            _ => true,
        }
    }
}

/// Identifiers are compared without case by the PSA.
fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_record_is_somebody_elses_only_when_both_authors_are_known_and_differ() {
        let us = OurMember::default();
        let may = |author: &str| us.may_have_made(Some(author), at(0));
        assert!(may("jdoe"), "nobody is known yet");
        us.learn(None, at(0));
        us.learn(Some(""), at(0));
        assert!(may("jdoe"), "that said nothing");
        us.clone().learn(Some("Deskhand"), at(0));
        us.learn(Some("deskhand"), at(0));
        assert!(!may("jdoe"));
        assert!(may("DESKHAND") && may("") && us.may_have_made(None, at(0)));
    }

    #[test]
    fn what_was_sent_before_we_were_known_may_have_been_sent_by_another_member() {
        let us = OurMember::default();
        us.learn(Some("new key"), at(100));
        assert!(us.may_have_made(Some("old key"), at(60)));
        assert!(!us.may_have_made(Some("old key"), at(101)));
    }

    #[test]
    fn answers_that_name_different_members_leave_nobody_known() {
        let us = OurMember::default();
        us.learn(Some("one"), at(0));
        us.learn(Some("other"), at(0));
        us.learn(Some("one"), at(0));
        assert!(us.may_have_made(Some("jdoe"), at(0)));
    }
}
