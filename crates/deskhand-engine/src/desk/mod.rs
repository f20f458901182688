//! The desk: everything that is defined, and what becomes of events on it.
//!
//! [`files`] are how people write it, [`DeskStore`] keeps it, and [`Desk`] is what it comes to.

mod current;
mod definition;
mod events;
pub mod files;
#[cfg(any(test, feature = "conformance"))]
pub mod toy;

pub use current::Desk;
pub use definition::{Definition, DeskStore, Kind, SealedSecret, Wanted};
pub use events::{EventChange, EventDesk, EventState, EventStory, EventTurn, HandedOut, Turned, Unchanged};
