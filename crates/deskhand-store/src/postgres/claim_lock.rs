//! Advisory locks, by which the server tells that the process with a claim has ended.
//!
//! They belong to one connection that does nothing else, and end with it. Where it breaks although the process lives, a
//! claim could be taken over before its time is over; its fence keeps that safe, and every renewal looks after it.

use std::collections::HashSet;
use std::fmt;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection};
use tokio::sync::Mutex;

use super::dialect::LOCKS;
use crate::lock::Lock;

/// The advisory locks that this store holds.
pub(super) struct ClaimLocks {
    options: PgConnectOptions,
    patience: Duration,
    session: Mutex<Session>,
}

/// The connection, and the feeds whose locks it has.
#[derive(Default)]
struct Session {
    connection: Option<PgConnection>,
    held: HashSet<i64>,
}

impl ClaimLocks {
    pub(super) fn new(options: PgConnectOptions, patience: Duration) -> Self {
        Self {
            options,
            patience,
            session: Mutex::default(),
        }
    }

    /// Asks for a feed's lock, which is held until it is given back or the process ends.
    pub(super) async fn take(&self, feed: i64) -> Lock {
        let mut session = self.session.lock().await;
        self.keep_all(&mut session).await;
        if session.held.contains(&feed) {
            Lock::Kept
        } else if session.take(feed).await {
            Lock::Taken
        } else {
            Lock::Refused
        }
    }

    /// Sees to it that a lock that was taken is still held.
    pub(super) async fn keep(&self, feed: i64) {
        let mut session = self.session.lock().await;
        if session.held.contains(&feed) {
            self.keep_all(&mut session).await;
        }
    }

    /// Gives a feed's lock back.
    pub(super) async fn give_back(&self, feed: i64) {
        let mut session = self.session.lock().await;
        if session.held.remove(&feed)
            && let Some(connection) = &mut session.connection
        {
            let unlock = sqlx::query("SELECT pg_advisory_unlock($1)").bind(number(feed));
            // A connection on which that fails is broken, and its locks are gone.
            let _given_back = unlock.execute(connection).await;
        }
    }

    /// Connects, or connects again and takes what was held.
    async fn keep_all(&self, session: &mut Session) {
        if session.lives().await {
            return;
        }
        let connecting = tokio::time::timeout(self.patience, PgConnection::connect_with(&self.options));
        session.connection = connecting.await.ok().and_then(Result::ok);
        for feed in std::mem::take(&mut session.held) {
            session.take(feed).await;
        }
    }
}

impl Session {
    async fn lives(&mut self) -> bool {
        match &mut self.connection {
            Some(connection) => connection.ping().await.is_ok(),
            None => false,
        }
    }

    async fn take(&mut self, feed: i64) -> bool {
        let Some(connection) = &mut self.connection else {
            return false;
        };
        let lock = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(number(feed));
        let taken = lock.fetch_one(connection).await.unwrap_or(false);
        if taken {
            self.held.insert(feed);
        }
        taken
    }
}

/// The number of a feed's lock.
fn number(feed: i64) -> i64 {
    LOCKS | (feed & 0x7fff_ffff)
}

impl fmt::Debug for ClaimLocks {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the options: a password is in them.
        to.write_str("ClaimLocks")
    }
}
