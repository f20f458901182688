//! Events, positions, runs and the journal of writes in SQLite or PostgreSQL: the only SQL of the project.
//!
//! `sql/` has one file for each thing that is done, with statements that both databases read; `sqlite/` and `postgres/`
//! include that folder and say what is each one's own. A batch is one transaction of a few statements whatever its size,
//! because one statement a row is thirty times slower. `address.rs` opens either.
#![expect(
    clippy::duplicate_mod,
    reason = "one text of the statements, compiled once for each database"
)]

mod address;
mod codec;
mod errors;
mod lock;
mod postgres;
mod schema;
mod sqlite;
mod store;

pub use address::{BadAddress, StoreAddress, find, open};
pub use codec::{Codec, CodecError, Encoder};
pub use postgres::{PostgresAddress, PostgresStore};
pub use sqlite::SqliteStore;
pub use store::Store;
