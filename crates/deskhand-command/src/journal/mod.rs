//! Where writes are noted before they are sent, so that none is repeated blindly.
//!
//! A write is an [`Intent`] until somebody knows what became of it ([`Ending`]). It is found again by the key that it was
//! made under (the caller's own, or the run's) and its step, so that a run that was killed goes on where it was. A
//! journal belongs to one connection.

mod intent;
mod memory;
mod seam;

pub use intent::{Claim, Claimed, Ending, Intent, Write, WriteId};
pub use memory::MemoryJournal;
pub use seam::{Journal, JournalError};
