//! What the receiver works with.

use std::sync::Arc;

use deskhand_command::Clock;
use deskhand_engine::callbacks::{CallbackInbox, Doors};
use tokio::sync::Semaphore;

/// Receives callbacks for every connection that has a door.
pub struct Receiver {
    pub(super) doors: Arc<Doors>,
    pub(super) inbox: Arc<dyn CallbackInbox>,
    pub(super) clock: Arc<dyn Clock>,
    /// Deliveries that may be worked on at once.
    pub(super) turns: Semaphore,
}

/// Each holds at most one body and waits for one commit; the store takes them one by one anyway.
const AT_ONCE: usize = 32;

impl Receiver {
    /// A receiver that keeps what comes in this inbox.
    pub fn new(doors: Arc<Doors>, inbox: Arc<dyn CallbackInbox>, clock: Arc<dyn Clock>) -> Self {
        Self {
            doors,
            inbox,
            clock,
            turns: Semaphore::new(AT_ONCE),
        }
    }

    /// The same with so many deliveries at once.
    #[must_use]
    pub fn at_once(mut self, deliveries: usize) -> Self {
        self.turns = Semaphore::new(deliveries);
        self
    }
}
