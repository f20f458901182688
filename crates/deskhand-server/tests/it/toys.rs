//! A connection whose callbacks are believed when they carry a password, and an inbox that can be out of order.

use std::sync::Arc;

use axum::Router;
use deskhand_command::{
    Announced, BoxFuture, Callbacks, Command, Delivery, EventSource, Failure, Feed, FeedWish, NotBelieved,
    OpenConnection, Registered, SystemClock, WantedCallback,
};
use deskhand_engine::StoreError;
use deskhand_engine::callbacks::{CallbackInbox, Door, Doors, MemoryInbox, Reception, Waiting};
use deskhand_server::Receiver;
use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::sync::Notify;

pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// Deliveries are numbers, signed with `yes`; what was seen of them is kept.
#[derive(Default)]
pub(crate) struct Toy {
    pub(crate) seen: Mutex<Vec<Delivery>>,
}

/// An inbox, and whether it works.
#[derive(Default)]
pub(crate) struct Inbox {
    kept: MemoryInbox,
    pub(crate) broken: Mutex<bool>,
    /// While it is there, keeping waits for it.
    pub(crate) gate: Mutex<Option<Arc<Notify>>>,
}

pub(crate) struct Post {
    pub(crate) toy: Arc<Toy>,
    pub(crate) inbox: Arc<Inbox>,
    pub(crate) router: Router,
    pub(crate) nudge: Arc<Notify>,
}

impl Post {
    pub(crate) fn with_turns(turns: usize) -> Self {
        let (toy, inbox, nudge) = (Arc::new(Toy::default()), Arc::new(Inbox::default()), Arc::default());
        let doors = Arc::new(Doors::default());
        let door = Door {
            connection: "Main".to_owned(),
            opened: Arc::clone(&toy) as _,
            nudge: Arc::clone(&nudge),
        };
        assert!(doors.open(SECRET, door));
        let receiver = Receiver::new(doors, Arc::clone(&inbox) as _, Arc::new(SystemClock)).at_once(turns);
        Self {
            toy,
            inbox,
            router: deskhand_server::router(receiver),
            nudge,
        }
    }

    pub(crate) fn new() -> Self {
        Self::with_turns(8)
    }

    /// The ids that wait in the inbox.
    pub(crate) async fn waiting(&self) -> Vec<i64> {
        let waiting = self.inbox.kept.waiting("Main", 99).await.unwrap();
        waiting.iter().map(|one| one.announced.id).collect()
    }
}

impl OpenConnection for Toy {
    fn commands(&self) -> &[Arc<dyn Command>] {
        &[]
    }

    fn account(&self) -> &'static str {
        "toy"
    }

    fn place(&self) -> &'static str {
        "toy"
    }

    fn feed(&self, _source: &EventSource, _wish: FeedWish) -> Result<Arc<dyn Feed>, Failure> {
        Err(Failure::new(501, "A toy has no feed."))
    }

    fn callbacks(&self) -> Option<&dyn Callbacks> {
        Some(self)
    }
}

impl Callbacks for Toy {
    fn list(&self) -> BoxFuture<'_, Result<Vec<Registered>, Failure>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    fn create<'a>(&'a self, _wanted: &'a WantedCallback) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn mend<'a>(&'a self, _id: i64, _wanted: &'a WantedCallback) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn remove(&self, _id: i64) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn verify<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<Announced, NotBelieved>> {
        self.seen.lock().push(delivery.clone());
        let signed = delivery.headers.get("x-signature").map(String::as_str) == Some("yes");
        let id = str::from_utf8(&delivery.body)
            .ok()
            .and_then(|text| text.trim().parse().ok());
        let verdict = match (signed, id) {
            (false, _) => Err(NotBelieved::Forged("no signature".to_owned())),
            (true, Some(id)) => Ok(Announced { id, deleted: false }),
            (true, None) if delivery.body.is_empty() => {
                Err(NotBelieved::Uncheckable(Failure::new(502, "The key is away.")))
            }
            (true, None) => Err(NotBelieved::Irrelevant),
        };
        Box::pin(std::future::ready(verdict))
    }
}

impl CallbackInbox for Inbox {
    fn secret<'a>(&'a self, connection: &'a str, proposed: &'a str) -> BoxFuture<'a, Result<String, StoreError>> {
        self.kept.secret(connection, proposed)
    }

    fn registered<'a>(&'a self, connection: &'a str, at: Timestamp) -> BoxFuture<'a, Result<(), StoreError>> {
        self.kept.registered(connection, at)
    }

    fn keep<'a>(
        &'a self,
        connection: &'a str,
        announced: Announced,
        at: Timestamp,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        let gate = self.gate.lock().clone();
        Box::pin(async move {
            if let Some(gate) = gate {
                gate.notified().await;
            }
            if *self.broken.lock() {
                return Err(StoreError::Full);
            }
            self.kept.keep(connection, announced, at).await
        })
    }

    fn waiting<'a>(&'a self, connection: &'a str, limit: u32) -> BoxFuture<'a, Result<Vec<Waiting>, StoreError>> {
        self.kept.waiting(connection, limit)
    }

    fn done<'a>(&'a self, connection: &'a str, looked_at: &'a [Waiting]) -> BoxFuture<'a, Result<(), StoreError>> {
        self.kept.done(connection, looked_at)
    }

    fn unannounced<'a>(
        &'a self,
        connection: &'a str,
        received: u64,
        at: Timestamp,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        self.kept.unannounced(connection, received, at)
    }

    fn reception<'a>(&'a self, connection: &'a str) -> BoxFuture<'a, Result<Reception, StoreError>> {
        self.kept.reception(connection)
    }
}
