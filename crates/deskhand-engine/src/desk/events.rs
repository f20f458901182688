//! What becomes of events after they were taken.

use deskhand_command::BoxFuture;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::StoreError;
use crate::events::Event;
use crate::runs::NewRun;

/// Where an event is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EventState {
    /// Taken; neither rules nor playbooks have seen it.
    New,
    /// Nobody has decided on it.
    Open,
    /// Linked to an incident.
    Escalated,
    /// Of no interest.
    Dismissed,
}

/// A change of an event, for a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventChange {
    /// The event.
    pub event: i64,
    /// What becomes of it.
    pub to: Turned,
    /// Who, or which rule or playbook.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// A change of an event, with what it sets off.
#[derive(Debug, Clone, PartialEq)]
pub struct EventTurn {
    /// The change.
    pub change: EventChange,
    /// Runs that start if it changes something, and only then: [`Self::starts_as`] says under which ids.
    pub starts: Vec<NewRun>,
}

/// What becomes of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turned {
    /// It is for people to look at.
    Open,
    /// It is dismissed.
    Dismissed {
        /// Why.
        reason: String,
    },
    /// It is linked to an incident; an event is linked to one of a type once, and a second time changes nothing.
    Escalated {
        /// The incident's type.
        incident_type: String,
        /// Its title.
        title: String,
    },
}

/// Hands new events out, and keeps what became of each. Every method is one transaction.
pub trait EventDesk: Send + Sync {
    /// Events that neither rules nor playbooks have seen, the oldest first.
    fn new_events(&self, limit: u32) -> BoxFuture<'_, Result<Vec<Event>, StoreError>>;

    /// Turns new events and starts runs with them; an event that is not new any more changes nothing and starts nothing.
    /// Returns how many were turned.
    fn hand_out<'a>(&'a self, handed: &'a [HandedOut]) -> BoxFuture<'a, Result<u64, StoreError>>;

    /// Turns an event, and starts runs with it; one that was new is not handed out any more. False when that changes nothing
    /// and starts nothing: it is so already, or there is none.
    fn turn_event<'a>(&'a self, turn: &'a EventTurn) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// Where an event is and how it came there; `None` when there is none.
    fn event_story(&self, event: i64) -> BoxFuture<'_, Result<Option<EventStory>, StoreError>>;
}

/// A new event with what becomes of it.
#[derive(Debug, Clone)]
pub struct HandedOut {
    /// The event.
    pub event: i64,
    /// What becomes of it, in order; at least one.
    pub changes: Vec<EventChange>,
    /// Runs that start.
    pub starts: Vec<NewRun>,
}

/// Where an event is, and how it came there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventStory {
    /// Where it is.
    pub state: EventState,
    /// What became of it, the oldest first.
    pub changes: Vec<EventChange>,
}

/// Why a turn would change nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unchanged {
    /// The event is there already.
    Already(EventState),
    /// It was linked to an incident of that type before, whatever became of it since.
    Linked(String),
}

impl From<EventChange> for EventTurn {
    /// A change that sets nothing off.
    fn from(change: EventChange) -> Self {
        Self {
            change,
            starts: Vec::new(),
        }
    }
}

impl EventTurn {
    /// The runs that start when this becomes the change of that number in the event's story.
    ///
    /// The number goes into their ids: an event can be dismissed, opened and dismissed again, and what waits for dismissals
    /// starts each time, but never twice for one.
    pub fn starts_as(&self, number: i64) -> Vec<NewRun> {
        let starts = self.starts.iter().map(|run| NewRun {
            id: format!("{}:{number}", run.id),
            ..run.clone()
        });
        starts.collect()
    }
}

impl EventStory {
    /// Why a turn would change nothing; `None` when it would change something.
    pub fn unchanged_by(&self, to: &Turned) -> Option<Unchanged> {
        let there = |state: EventState| (self.state == state).then_some(Unchanged::Already(state));
        match to {
            Turned::Open => there(EventState::Open),
            Turned::Dismissed { .. } => there(EventState::Dismissed),
            Turned::Escalated { incident_type, .. } => {
                let linked = self.incidents().any(|(known, ..)| known == incident_type);
                linked.then(|| Unchanged::Linked(incident_type.clone()))
            }
        }
    }

    /// The incidents that the event was linked to: type, title, and the change that did it.
    pub fn incidents(&self) -> impl Iterator<Item = (&str, &str, &EventChange)> {
        self.changes.iter().filter_map(|change| match &change.to {
            Turned::Escalated { incident_type, title } => Some((incident_type.as_str(), title.as_str(), change)),
            Turned::Open | Turned::Dismissed { .. } => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn story(turns: &[Turned]) -> EventStory {
        let changes = turns.iter().map(|to| EventChange {
            event: 7,
            to: to.clone(),
            by: "ann".to_owned(),
            at: Timestamp::UNIX_EPOCH,
        });
        let state = turns.last().map_or(EventState::New, |to| match to {
            Turned::Open => EventState::Open,
            Turned::Dismissed { .. } => EventState::Dismissed,
            Turned::Escalated { .. } => EventState::Escalated,
        });
        EventStory {
            state,
            changes: changes.collect(),
        }
    }

    fn dismissed() -> Turned {
        Turned::Dismissed {
            reason: "noise".to_owned(),
        }
    }

    fn escalated(incident_type: &str) -> Turned {
        Turned::Escalated {
            incident_type: incident_type.to_owned(),
            title: "Mail is down".to_owned(),
        }
    }

    #[test]
    fn an_event_can_be_turned_to_where_it_is_not() {
        let open = story(&[Turned::Open]);
        assert_eq!(
            open.unchanged_by(&Turned::Open),
            Some(Unchanged::Already(EventState::Open))
        );
        assert_eq!(open.unchanged_by(&dismissed()), None);
        let gone = story(&[dismissed()]);
        assert_eq!(
            gone.unchanged_by(&dismissed()),
            Some(Unchanged::Already(EventState::Dismissed))
        );
        assert_eq!(gone.unchanged_by(&Turned::Open), None);
        assert_eq!(
            story(&[]).unchanged_by(&dismissed()),
            None,
            "rules need not be waited for"
        );
    }

    #[test]
    fn pl11_an_event_cannot_be_linked_to_an_incident_of_a_type_again_whatever_became_of_it() {
        let back = story(&[escalated("Outage"), dismissed()]);
        assert_eq!(
            back.unchanged_by(&escalated("Outage")),
            Some(Unchanged::Linked("Outage".to_owned()))
        );
        assert_eq!(back.unchanged_by(&escalated("Breach")), None);
        let incidents: Vec<_> = back.incidents().map(|(known, title, _)| (known, title)).collect();
        assert_eq!(incidents, [("Outage", "Mail is down")]);
    }
}
