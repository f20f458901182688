//! Events and their ingestion; knows no vendor and no SQL.
//!
//! A [`Feed`](deskhand_command::Feed) brings records in passes, an [`EventStore`] keeps what becomes of them together with
//! the position that brought them. [`ingest`] is what happens in between: `decide` is pure, `run` performs it.

pub mod callbacks;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
pub mod connections;
pub mod desk;
pub mod events;
pub mod ingest;
pub mod playbooks;
pub mod runs;
pub mod schedules;
pub mod secrets;
pub mod store;
pub mod vaults;

pub use events::{Because, Dismissal, Event, EventSummary};
pub use store::{EventStore, StoreError};
