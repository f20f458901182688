//! Events, positions, runs and the journal of writes in SQLite: the only SQL of the project.
//!
//! One file of `sqlite/` for each thing that is done. A batch is one transaction of a few statements whatever its size,
//! because one statement a row is thirty times slower.

mod codec;
mod sqlite;

pub use codec::{Codec, CodecError, Encoder};
pub use sqlite::{SqliteJournal, SqliteStore};
