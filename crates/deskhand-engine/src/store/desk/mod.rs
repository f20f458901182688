//! The model of a desk's store, in memory: runs, schedules, what becomes of events, and definitions.

mod definitions;
mod events;
mod runs;
mod schedules;

use std::collections::BTreeMap;
use std::sync::Arc;

use deskhand_command::BoxFuture;
use jiff::Timestamp;
use parking_lot::Mutex;

use self::definitions::Definitions;
use self::runs::KnownRun;
use super::{MemoryStore, StoreError};
use crate::desk::{EventChange, EventState};
use crate::schedules::{Occurrence, Standing};

/// A desk's store in memory; the events are those of an ingestion store.
#[derive(Debug, Default)]
pub struct MemoryDesk {
    /// Where events come from.
    pub ingested: Arc<MemoryStore>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    runs: BTreeMap<String, KnownRun>,
    /// How many runs there ever were; of two asked for in the same moment the later is the newer.
    started: u64,
    schedules: BTreeMap<String, Standing>,
    occurrences: BTreeMap<(String, Timestamp), Occurrence>,
    events: BTreeMap<i64, (EventState, Vec<EventChange>)>,
    definitions: Definitions,
}

impl MemoryDesk {
    /// Lets lists of events show where each is.
    fn show_states(&self, state: &State) {
        for (event, (at, _)) in &state.events {
            self.ingested.show_state(*event, *at);
        }
    }
}

fn ready<'a, T: Send + 'a>(value: T) -> BoxFuture<'a, Result<T, StoreError>> {
    Box::pin(std::future::ready(Ok(value)))
}

fn answered<'a, T: Send + 'a>(value: Result<T, StoreError>) -> BoxFuture<'a, Result<T, StoreError>> {
    Box::pin(std::future::ready(value))
}
