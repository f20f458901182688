//! The store in one SQLite file: one writer, some readers, every commit durable.

mod appends;
mod backup;
mod claim_lock;
mod dialect;
mod errors;
#[cfg(test)]
mod older;
mod open;
#[path = "../sql/mod.rs"]
mod sql;
#[cfg(test)]
mod trouble;

use std::sync::Arc;

#[cfg(test)]
pub(crate) use open::SCHEMA as STEPS;
use sqlx::SqlitePool;

use self::appends::Appends;
use self::claim_lock::ClaimLocks;
use crate::Codec;

/// Events in a SQLite file.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
    appends: Arc<Appends>,
    codec: Arc<Codec>,
    locks: Arc<ClaimLocks>,
}
