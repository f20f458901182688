//! Who we are to the PSA, as far as its answers to our own writes have said it.

use std::sync::Arc;

use parking_lot::Mutex;

/// Our API member's identifier, shared by all commands of a connection.
///
/// An API member cannot ask who it is. The answer to a write that made a record names whoever made it, and that is us.
/// Members that say who changed a record last teach nothing: a workflow of the PSA may have come between.
#[derive(Debug, Clone, Default)]
pub(crate) struct OurMember(Arc<Mutex<Heard>>);

/// What answers have said so far.
#[derive(Debug, Default)]
enum Heard {
    #[default]
    Nothing,
    One(String),
    /// Answers have named different members: none of them is believed.
    Several,
}

impl OurMember {
    /// Learns from the author of a record that was made by us, as the PSA's own answer names it.
    pub(crate) fn learn(&self, author: Option<&str>) {
        let Some(author) = author.filter(|author| !author.is_empty()) else {
            return;
        };
        let mut heard = self.0.lock();
        match &*heard {
            Heard::Nothing => *heard = Heard::One(author.to_owned()),
            Heard::One(known) if !same(known, author) => *heard = Heard::Several,
            Heard::One(_) | Heard::Several => {}
        }
    }

    /// False only for a record that somebody else made for certain.
    pub(crate) fn may_have_made(&self, author: Option<&str>) -> bool {
        match (&*self.0.lock(), author) {
            (Heard::One(known), Some(author)) => author.is_empty() || same(known, author),
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

    #[test]
    fn a_record_is_somebody_elses_only_when_both_authors_are_known_and_differ() {
        let us = OurMember::default();
        assert!(us.may_have_made(Some("jdoe")), "nobody is known yet");
        us.learn(None);
        us.learn(Some(""));
        assert!(us.may_have_made(Some("jdoe")), "that said nothing");
        us.clone().learn(Some("Deskhand"));
        us.learn(Some("deskhand"));
        assert!(!us.may_have_made(Some("jdoe")));
        assert!(us.may_have_made(Some("DESKHAND")) && us.may_have_made(None) && us.may_have_made(Some("")));
    }

    #[test]
    fn answers_that_name_different_members_leave_nobody_known() {
        let us = OurMember::default();
        us.learn(Some("one"));
        us.learn(Some("other"));
        us.learn(Some("one"));
        assert!(us.may_have_made(Some("jdoe")));
    }
}
