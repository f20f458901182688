//! The desk: everything that is defined, and what becomes of events on it.

mod definition;
mod events;
#[cfg(test)]
pub(crate) mod toy;

pub use definition::{Definition, DeskStore, Kind, SealedSecret, Wanted};
pub use events::{EventChange, EventDesk, EventState, EventStory, HandedOut, Turned};
