//! Attends to the callbacks of every connection that takes part.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use deskhand_command::Clock;
use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::part::taking_part;
use crate::callbacks::{CallbackInbox, CallbackWish, CallbackWork, Doors, Worked, attend, go};
use crate::connections::Connection;
use crate::engine::Engine;
use crate::engine::world::DeskWorld;
use crate::runs::host::RunHost;
use crate::secrets::Random;

/// Attends to the callbacks of every connection that takes part. What has to last is in the store.
pub struct Attendant {
    pub(super) world: Arc<DeskWorld>,
    pub(super) host: RunHost,
    pub(super) wish: CallbackWish,
    pub(super) doors: Arc<Doors>,
    pub(super) random: Arc<Random>,
    pub(super) attended: Mutex<BTreeMap<String, Arc<Attended>>>,
}

/// A connection that takes part, as it is defined now.
pub(super) struct Attended {
    pub(super) connection: Arc<Connection>,
    pub(super) nudge: Arc<Notify>,
    pub(super) known: tokio::sync::Mutex<Known>,
}

/// What is known of a connection's callbacks since somebody attends to them.
#[derive(Default)]
pub(super) struct Known {
    /// The secret part of its address.
    pub(super) secret: Option<String>,
    /// When the registration is looked at next; `None`: at once.
    pub(super) check_at: Option<Timestamp>,
    /// How many looks at it have failed in a row.
    pub(super) failures: u32,
    /// What people were told last.
    pub(super) told: Told,
}

/// What people were told last.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Told {
    /// Nobody has looked yet.
    #[default]
    Unknown,
    /// Nothing, or that callbacks come again.
    Nothing,
    /// That callbacks stay away, when so many had come.
    Silence(u64),
}

impl Known {
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        self.check_at.is_none_or(|at| at <= now)
    }
}

/// What was applied is found after this long at the latest.
const POLL: Duration = Duration::from_secs(1);

/// How often a connection is looked at: its secrets may be others, its registration due, its callbacks silent.
const LOOK: Duration = Duration::from_secs(60);

impl Engine {
    /// What attends to callbacks, besides whatever receives them at these doors.
    pub fn attendant(&self, wish: CallbackWish, doors: Arc<Doors>, random: Arc<Random>) -> Attendant {
        Attendant {
            world: Arc::clone(&self.world),
            host: self.host.clone(),
            wish,
            doors,
            random,
            attended: Mutex::default(),
        }
    }
}

impl Attendant {
    /// Attends to callbacks until it is dropped, which it can be at any moment.
    ///
    /// Definitions are those that the engine has taken over: it has to be at work as well.
    pub async fn serve(self: &Arc<Self>) {
        let mut at_work: BTreeMap<String, (Arc<Attended>, JoinSet<()>)> = BTreeMap::new();
        loop {
            let attended = self.take_over();
            at_work.retain(|name, (known, work)| {
                let same = attended.get(name).is_some_and(|now| Arc::ptr_eq(now, known));
                // What broke off begins anew.
                same && work.try_join_next().is_none()
            });
            for (name, one) in attended {
                at_work.entry(name).or_insert_with(|| {
                    let mut work = JoinSet::new();
                    work.spawn(Arc::clone(self).attend_to(Arc::clone(&one)));
                    (one, work)
                });
            }
            self.clock().sleep(POLL).await;
        }
    }

    /// Does once what is due: looks at every connection, and reads what was announced.
    pub async fn turn(&self) {
        for one in self.take_over().into_values() {
            self.look(&one).await;
            let work = self.work(&one);
            while let (_, Worked::Done(_)) = go(&work).await {}
        }
    }

    async fn attend_to(self: Arc<Self>, one: Arc<Attended>) {
        let work = self.work(&one);
        let looks = async {
            loop {
                self.look(&one).await;
                self.clock().sleep(LOOK).await;
            }
        };
        tokio::join!(looks, attend(&work));
    }

    /// Takes over who takes part: one that is no more, or is another now, has no door from here on.
    fn take_over(&self) -> BTreeMap<String, Arc<Attended>> {
        let wanted = taking_part(&self.world.automation());
        let mut attended = self.attended.lock();
        attended.retain(|name, one| {
            let same = wanted.get(name).is_some_and(|now| *now == one.connection);
            if !same {
                self.doors.close(name);
                self.world.listening.lock().remove(name);
            }
            same
        });
        for (name, connection) in wanted {
            attended.entry(name).or_insert_with(|| {
                Arc::new(Attended {
                    connection,
                    nudge: Arc::default(),
                    known: tokio::sync::Mutex::default(),
                })
            });
        }
        attended.clone()
    }

    fn work(&self, one: &Attended) -> CallbackWork {
        CallbackWork {
            connection: one.connection.name.clone(),
            feeds: self.world.clone(),
            inbox: self.inbox(),
            clock: Arc::clone(self.clock()),
            nudge: Arc::clone(&one.nudge),
        }
    }

    pub(super) fn inbox(&self) -> Arc<dyn CallbackInbox> {
        self.world.parts.store.clone()
    }

    pub(super) fn clock(&self) -> &Arc<dyn Clock> {
        &self.world.parts.clock
    }
}
