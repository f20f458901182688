//! What an engine is made of.

use std::sync::Arc;

use deskhand_command::journal::Journal;
use deskhand_command::{Clock, Declaration};
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::SteadyClock;
use super::world::DeskWorld;
use crate::callbacks::CallbackInbox;
use crate::connections::Connections;
use crate::dates::DateForm;
use crate::desk::{DeskStore, EventDesk};
use crate::mail::Mailer;
use crate::runs::RunStore;
use crate::runs::host::RunHost;
use crate::schedules::ScheduleStore;
use crate::store::EventStore;
use crate::ticker::Ticker;

/// Everything that an engine keeps, in one place: what commits together is together.
pub trait EngineStore: EventStore + RunStore + ScheduleStore + DeskStore + EventDesk + CallbackInbox {
    /// The journal of the writes of a connection, by its name and account, to a place.
    ///
    /// Keys are the connection's own. What writes have made, taken and not settled is every connection's to that place.
    fn journal(&self, connection: &str, place: &str) -> Arc<dyn Journal>;
}

/// What an engine is made of.
#[derive(Clone)]
pub struct Parts {
    /// What it keeps.
    pub store: Arc<dyn EngineStore>,
    /// What it works on.
    pub connections: Arc<Connections>,
    /// What every command declares.
    pub declarations: &'static [Declaration],
    /// How it writes letters; without one, steps that do fail and say so.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How letters write times.
    pub dates: DateForm,
    /// Who it is: no two processes have one name.
    pub holder: String,
}

/// An engine. Everything that it knows is in its store, so that it can be dropped at any time.
pub struct Engine {
    /// Fires schedules.
    pub ticker: Ticker,
    /// Drives runs.
    pub host: RunHost,
    pub(super) parts: Parts,
    pub(super) world: Arc<DeskWorld>,
    /// The time that everything goes by.
    pub(super) steady: Arc<SteadyClock>,
    /// The revision of the definitions that were taken over.
    pub(super) taken_over: Mutex<Option<i64>>,
    /// Wakes whoever fires schedules.
    pub(super) look: Arc<Notify>,
}

impl Engine {
    /// An engine that has not begun.
    pub fn new(mut parts: Parts) -> Self {
        let steady = Arc::new(SteadyClock::over(parts.clock));
        parts.clock = steady.clone();
        let look = Arc::new(Notify::new());
        let world = Arc::new(DeskWorld::new(parts.clone(), Arc::clone(&look)));
        let runs: Arc<dyn RunStore> = parts.store.clone();
        let schedules: Arc<dyn ScheduleStore> = parts.store.clone();
        Self {
            ticker: Ticker::new(schedules),
            host: RunHost::new(runs, world.clone(), Arc::clone(&parts.clock), parts.holder.clone()),
            parts,
            world,
            steady,
            taken_over: Mutex::default(),
            look,
        }
    }
    /// The time that everything goes by; whoever works beside the engine goes by it, too.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.parts.clock)
    }
}
