//! Events: what became of the records that were taken.

mod event;

pub use event::{Dismissal, Event, EventFilter, EventSummary, NewEvent};
