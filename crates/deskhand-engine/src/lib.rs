//! What a desk does by itself; knows no vendor and no SQL.
//!
//! A [`Feed`](deskhand_command::Feed) brings records in passes, an [`EventStore`] keeps what becomes of them together with
//! the position that brought them: [`ingest`]. Everything else that goes on by itself is a run of a playbook: [`runs`] has the
//! journal, the pure `decide` and the host that performs it, [`schedules`] say when something is due, [`rules`] what becomes of
//! events. [`engine`] puts all of it together.

pub mod callbacks;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
pub mod connections;
pub mod dates;
pub mod desk;
pub mod engine;
pub mod events;
pub mod health;
pub mod ingest;
pub mod jobs;
pub mod mail;
pub mod playbooks;
pub mod rules;
pub mod runs;
pub mod schedules;
pub mod secrets;
pub mod store;
pub mod ticker;
pub mod vaults;

pub use events::{Because, Dismissal, Event, EventSummary};
pub use store::{EventStore, StoreError};
