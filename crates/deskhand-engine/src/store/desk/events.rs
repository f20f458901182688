//! What becomes of events.

use deskhand_command::BoxFuture;

use super::{MemoryDesk, State, ready};
use crate::StoreError;
use crate::desk::{EventChange, EventDesk, EventState, EventStory, EventTurn, HandedOut, Turned};
use crate::events::Event;

impl State {
    /// Turns an event and starts what that sets off; false when it changes nothing.
    pub(super) fn turn(&mut self, turn: &EventTurn) -> bool {
        let Some(number) = self.change(&turn.change) else {
            return false;
        };
        for start in turn.starts_as(number) {
            self.start(&start);
        }
        true
    }

    /// Changes an event; the number of the change, or `None` when that changes nothing.
    fn change(&mut self, change: &EventChange) -> Option<i64> {
        let (state, changes) = self.events.entry(change.event).or_insert((EventState::New, Vec::new()));
        let to = match &change.to {
            Turned::Open => EventState::Open,
            Turned::Dismissed { .. } => EventState::Dismissed,
            Turned::Escalated { incident_type, .. } => {
                let known = |change: &EventChange| matches!(&change.to, Turned::Escalated { incident_type: known, .. } if known == incident_type);
                if changes.iter().any(known) {
                    return None;
                }
                EventState::Escalated
            }
        };
        if *state == to && to != EventState::Escalated {
            return None;
        }
        *state = to;
        changes.push(change.clone());
        i64::try_from(changes.len()).ok()
    }

    fn hand_out(&mut self, handed: &HandedOut) -> bool {
        if self.events.contains_key(&handed.event) {
            return false;
        }
        for change in &handed.changes {
            self.change(change);
        }
        for start in &handed.starts {
            self.start(start);
        }
        true
    }
}

impl EventDesk for MemoryDesk {
    fn new_events(&self, limit: u32) -> BoxFuture<'_, Result<Vec<Event>, StoreError>> {
        let state = self.state.lock();
        let mut events = self.ingested.all_events();
        events.retain(|event| !state.events.contains_key(&event.summary.id));
        events.truncate(limit as usize);
        ready(events)
    }

    fn hand_out<'a>(&'a self, handed: &'a [HandedOut]) -> BoxFuture<'a, Result<u64, StoreError>> {
        let mut state = self.state.lock();
        let there = |handed: &&HandedOut| self.ingested.has_event(handed.event);
        let turned = handed.iter().filter(there).filter(|handed| state.hand_out(handed));
        let turned = turned.count() as u64;
        self.show_states(&state);
        ready(turned)
    }

    fn turn_event<'a>(&'a self, turn: &'a EventTurn) -> BoxFuture<'a, Result<bool, StoreError>> {
        let mut state = self.state.lock();
        let turned = self.ingested.has_event(turn.change.event) && state.turn(turn);
        self.show_states(&state);
        ready(turned)
    }

    fn event_story(&self, event: i64) -> BoxFuture<'_, Result<Option<EventStory>, StoreError>> {
        let state = self.state.lock();
        let (at, changes) = state
            .events
            .get(&event)
            .cloned()
            .unwrap_or((EventState::New, Vec::new()));
        let story = EventStory { state: at, changes };
        ready(self.ingested.has_event(event).then_some(story))
    }
}
