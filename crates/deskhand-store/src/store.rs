//! A store as the program holds it, whichever database it is in.

use std::sync::Arc;

use deskhand_command::BoxFuture;
use deskhand_command::journal::{Ending, Journal, Write, WriteId};
use deskhand_engine::callbacks::CallbackInbox;
use deskhand_engine::{EventStore, StoreError};

/// Events, and what else is kept with them.
pub trait Store: EventStore + CallbackInbox {
    /// The journal of this connection's writes.
    fn journal(&self, connection: &str) -> Arc<dyn Journal>;

    /// Writes of every connection, the newest first; only those that nobody knows the end of, or all.
    fn list_writes(&self, all: bool, limit: u32) -> BoxFuture<'_, Result<Vec<(String, Write)>, StoreError>>;

    /// One write, and the connection that it went to.
    fn get_write(&self, id: WriteId) -> BoxFuture<'_, Result<Option<(String, Write)>, StoreError>>;

    /// Says what became of a write that nobody knew the end of; false when it has ended, or there is none.
    fn resolve_write<'a>(&'a self, id: WriteId, ending: &'a Ending) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// Closes the store; everything that was committed is there afterwards.
    fn close(&self) -> BoxFuture<'_, ()>;
}
