//! What is kept of callbacks, as the engine sees it.

use deskhand_command::{Announced, BoxFuture};
use jiff::Timestamp;

use crate::StoreError;

/// Keeps what was announced until it has been looked at. Every method is one transaction.
///
/// An inbox that passes `deskhand_engine::conformance::run_inbox` keeps what these methods promise.
pub trait CallbackInbox: Send + Sync {
    /// The secret part of a connection's address: the one that is kept, or else this one, which is kept from now on.
    fn secret<'a>(&'a self, connection: &'a str, proposed: &'a str) -> BoxFuture<'a, Result<String, StoreError>>;

    /// Notes that callbacks are registered from now on; silence before it means nothing.
    fn registered<'a>(&'a self, connection: &'a str, at: Timestamp) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Keeps an announcement; a record that waits already waits once. It ends what was noted of silence.
    ///
    /// When this returns, the announcement survives anything.
    fn keep<'a>(
        &'a self,
        connection: &'a str,
        announced: Announced,
        at: Timestamp,
    ) -> BoxFuture<'a, Result<(), StoreError>>;

    /// The records that have waited longest, at most so many; they stay until they are [`CallbackInbox::done`].
    fn waiting<'a>(&'a self, connection: &'a str, limit: u32) -> BoxFuture<'a, Result<Vec<Waiting>, StoreError>>;

    /// Takes away what was looked at, except what was announced again since it was handed out.
    fn done<'a>(&'a self, connection: &'a str, looked_at: &'a [Waiting]) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Notes that a poll read a change which no callback announced, while no more than `received` had come in all.
    ///
    /// The first time counts, until a callback comes.
    fn unannounced<'a>(
        &'a self,
        connection: &'a str,
        received: u64,
        at: Timestamp,
    ) -> BoxFuture<'a, Result<(), StoreError>>;

    /// What is known of a connection's callbacks.
    fn reception<'a>(&'a self, connection: &'a str) -> BoxFuture<'a, Result<Reception, StoreError>>;
}

/// A record that was announced and has not been looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// What was announced; deleted, when any announcement said so.
    pub announced: Announced,
    /// When it was announced first.
    pub since: Timestamp,
    /// The number of the latest announcement among the connection's.
    pub number: u64,
}

/// What is known of a connection's callbacks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reception {
    /// Since when they are registered, or were mended.
    pub registered_at: Option<Timestamp>,
    /// How many were believed, ever.
    pub received: u64,
    /// When the last one was.
    pub last_received_at: Option<Timestamp>,
    /// Since when a poll has been bringing changes that no callback announced.
    pub unannounced_at: Option<Timestamp>,
    /// How many records wait to be looked at.
    pub waiting: u64,
}
