//! Where an event is, and where a change brings it.

use std::collections::HashSet;

use deskhand_engine::desk::{EventChange, EventState, Turned};

/// The numbers by which the table of events knows states.
const CODES: [(i64, EventState); 4] = [
    (0, EventState::New),
    (1, EventState::Open),
    (2, EventState::Escalated),
    (3, EventState::Dismissed),
];

pub(crate) fn code(state: EventState) -> i64 {
    let found = CODES.iter().find(|(_, known)| *known == state);
    found.map_or(0, |(code, _)| *code)
}

pub(crate) fn state(code: i64) -> Option<EventState> {
    let found = CODES.iter().find(|(known, _)| *known == code);
    found.map(|(_, state)| *state)
}

/// An event on its way through changes.
pub(super) struct Turning {
    pub(super) state: EventState,
    /// The types of incidents that it is linked to.
    pub(super) linked: HashSet<String>,
}

impl Turning {
    /// Turns the event; false when that changes nothing.
    pub(super) fn turn(&mut self, change: &EventChange) -> bool {
        let (to, changes) = match &change.to {
            Turned::Open => (EventState::Open, self.state != EventState::Open),
            Turned::Dismissed { .. } => (EventState::Dismissed, self.state != EventState::Dismissed),
            Turned::Escalated { incident_type, .. } => {
                (EventState::Escalated, self.linked.insert(incident_type.clone()))
            }
        };
        if changes {
            self.state = to;
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn change(to: Turned) -> EventChange {
        EventChange {
            event: 1,
            to,
            by: "jdoe".to_owned(),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    fn incident(incident_type: &str) -> Turned {
        Turned::Escalated {
            incident_type: incident_type.to_owned(),
            title: "Printers".to_owned(),
        }
    }

    #[test]
    fn pl11_an_event_is_linked_to_an_incident_of_a_type_once_whatever_became_of_it() {
        let mut event = Turning {
            state: EventState::New,
            linked: HashSet::new(),
        };
        assert!(event.turn(&change(Turned::Open)));
        assert!(!event.turn(&change(Turned::Open)));
        assert!(event.turn(&change(incident("Outage"))));
        assert!(!event.turn(&change(incident("Outage"))));
        assert!(
            event.turn(&change(incident("Change"))),
            "another type is another incident"
        );
        let dismissed = change(Turned::Dismissed {
            reason: "Test".to_owned(),
        });
        assert!(event.turn(&dismissed));
        assert!(!event.turn(&dismissed));
        assert!(!event.turn(&change(incident("Outage"))));
        assert_eq!(event.state, EventState::Dismissed);
    }

    #[test]
    fn every_state_comes_back_from_its_number() {
        for (code_of, known) in CODES {
            assert_eq!((code(known), state(code_of)), (code_of, Some(known)));
        }
        assert_eq!(state(4), None);
    }
}
