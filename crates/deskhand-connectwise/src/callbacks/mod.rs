//! The PSA's callbacks: registered for every ticket, and believed when the PSA's own key signed them.
//!
//! `register` is what is asked of the PSA, `announcement` what a delivery says, `keys` the keys that were fetched, and
//! `verify` decides by them.

mod announcement;
mod keys;
mod register;
mod verify;

use std::sync::Arc;

use connectwise_psa::Client;
use deskhand_command::{
    Announced, BoxFuture, Callbacks, Clock, Delivery, Failure, NotBelieved, Registered, WantedCallback,
};

use self::keys::Keys;

/// The callbacks of one connection; clones share the keys that were fetched.
#[derive(Clone)]
pub struct TicketCallbacks {
    client: Client,
    clock: Arc<dyn Clock>,
    keys: Arc<Keys>,
}

impl TicketCallbacks {
    /// The callbacks of this connection.
    pub fn new(client: &Client, clock: Arc<dyn Clock>) -> Self {
        Self {
            client: client.clone(),
            clock,
            keys: Arc::default(),
        }
    }
}

impl Callbacks for TicketCallbacks {
    fn list(&self) -> BoxFuture<'_, Result<Vec<Registered>, Failure>> {
        Box::pin(register::list(&self.client))
    }

    fn create<'a>(&'a self, wanted: &'a WantedCallback) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(register::create(&self.client, wanted))
    }

    fn mend<'a>(&'a self, id: i64, wanted: &'a WantedCallback) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(register::mend(&self.client, id, wanted))
    }

    fn remove(&self, id: i64) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(register::remove(&self.client, id))
    }

    fn verify<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<Announced, NotBelieved>> {
        Box::pin(verify::verify(self, delivery))
    }

    /// The vendor's guide: deliveries are repeated, twice, after 404, 409, 419 and 429 only; a 503 is not.
    fn busy_status(&self) -> u16 {
        429
    }
}
