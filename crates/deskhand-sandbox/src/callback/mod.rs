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
mod times;
mod write;

pub(crate) use deliver::work;
pub(crate) use deliveries::Deliveries;
pub use deliveries::Delivery;
pub(crate) use payload::SigningKey;
pub use times::CallbackTimes;
pub(crate) use write::{create, delete, replace, update};
