//! The store in a PostgreSQL database, for programs on several machines.

mod address;
mod claim_lock;
mod dialect;
mod errors;
mod open;
#[path = "../sql/mod.rs"]
mod sql;

use std::sync::Arc;

pub use address::PostgresAddress;
#[cfg(test)]
pub(crate) use open::SCHEMA as STEPS;
use sqlx::PgPool;

use self::claim_lock::ClaimLocks;
use crate::Codec;

/// Events in a PostgreSQL database, in a schema of their own.
#[derive(Debug, Clone)]
pub struct PostgresStore {
    /// The same pool as `readers`: the server keeps those who write apart.
    writer: PgPool,
    readers: PgPool,
    codec: Arc<Codec>,
    locks: Arc<ClaimLocks>,
}
