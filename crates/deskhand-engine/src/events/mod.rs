//! Events: what became of the records that were taken, and why.

mod event;
mod reason;

pub use event::{Event, EventFilter, EventSummary, NewEvent};
pub use reason::{Because, Dismissal};
