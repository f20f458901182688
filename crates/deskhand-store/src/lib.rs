//! Events, positions, runs and the journal of writes in SQLite: the only SQL of the project.
//!
//! `sql/` has one file for each thing that is done, with statements that are meant for any database; `sqlite/` includes
//! that folder and says what is SQLite's own. A batch is one transaction of a few statements whatever its size, because
//! one statement a row is thirty times slower.

mod codec;
mod errors;
mod lock;
mod sqlite;
mod store;

pub use codec::{Codec, CodecError, Encoder};
pub use sqlite::SqliteStore;
pub use store::Store;
