//! A store as the program holds it, whichever database it is in.

use std::path::Path;

use deskhand_command::BoxFuture;
use deskhand_command::journal::{Ending, Write, WriteId};
use deskhand_engine::StoreError;
use deskhand_engine::engine::EngineStore;

/// Events, the desk and its runs, and what else is kept with them.
pub trait Store: EngineStore {
    /// Writes of every connection, the newest first; only those that nobody knows the end of, or all.
    fn list_writes(&self, all: bool, limit: u32) -> BoxFuture<'_, Result<Vec<(String, Write)>, StoreError>>;

    /// One write, and the connection that it went to.
    fn get_write(&self, id: WriteId) -> BoxFuture<'_, Result<Option<(String, Write)>, StoreError>>;

    /// Says what became of a write that nobody knew the end of; false when it has ended, or there is none.
    fn resolve_write<'a>(&'a self, id: WriteId, ending: &'a Ending) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// Copies what is committed to a file that is not there yet, while others write; refused where the database has
    /// programs of its own for that.
    fn backup<'a>(&'a self, to: &'a Path) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Closes the store; everything that was committed is there afterwards.
    fn close(&self) -> BoxFuture<'_, ()>;
}
