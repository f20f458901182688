//! Callbacks: addresses that are told when a ticket is added, updated or deleted.
//!
//! Deliveries happen beside the API and never hold it up. What changes tickets, be it a request or the desk's own
//! work, only puts the change into a queue, and only while there is a callback.

mod check;
mod deliver;
mod deliveries;
mod entry;
mod levels;
mod payload;
mod write;

pub(crate) use deliver::work;
pub(crate) use deliveries::Deliveries;
pub use deliveries::Delivery;
pub(crate) use payload::SigningKey;
pub(crate) use write::{create, delete, replace, update};

use std::time::Duration;

/// How long deliveries wait; the vendor's times unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallbackTimes {
    /// How long a receiver may take.
    pub timeout: Duration,
    /// How long to wait before each repetition.
    pub retries: [Duration; 2],
}

impl Default for CallbackTimes {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(5),
            retries: [Duration::from_secs(2), Duration::from_secs(4)],
        }
    }
}
