//! What becomes of events after they were taken.

mod changes;
mod hand_out;
mod read;
mod state;
mod turn;

use deskhand_command::BoxFuture;
use deskhand_engine::StoreError;
use deskhand_engine::desk::{EventDesk, EventStory, EventTurn, HandedOut};
use deskhand_engine::events::Event;

pub(super) use self::state::{code, state};
pub(super) use self::turn::turn_all;
use super::dialect::Database;
use super::{ROWS, desk_runs, dialect, errors, list, words};

impl EventDesk for Database {
    fn new_events(&self, limit: u32) -> BoxFuture<'_, Result<Vec<Event>, StoreError>> {
        Box::pin(list::new_events(self, limit))
    }

    fn hand_out<'a>(&'a self, handed: &'a [HandedOut]) -> BoxFuture<'a, Result<u64, StoreError>> {
        Box::pin(hand_out::hand_out(self, handed))
    }

    fn turn_event<'a>(&'a self, turn: &'a EventTurn) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(turn::turn(self, turn))
    }

    fn event_story(&self, event: i64) -> BoxFuture<'_, Result<Option<EventStory>, StoreError>> {
        Box::pin(read::story(self, event))
    }
}
