//! Unique Event Keys that have been ingested.

use std::collections::{HashMap, HashSet};

use deskhand_engine::StoreError;
use deskhand_engine::events::NewEvent;
use sqlx::AssertSqlSafe;

use super::dialect::{self, Connection};
use super::errors::store_error;

/// Which keys of a batch are known.
pub(super) async fn known(
    from: &mut Connection,
    scope: i64,
    candidates: &[NewEvent],
) -> Result<HashSet<String>, StoreError> {
    let keys = candidates.iter().filter_map(|candidate| candidate.event_key.as_deref());
    let keys: HashMap<_, &str> = keys.map(|key| (dialect::key(key), key)).collect();
    if keys.is_empty() {
        return Ok(HashSet::new());
    }
    let stored: Vec<&str> = keys.keys().map(AsRef::as_ref).collect();
    let sql = format!(
        "SELECT event_key FROM event_keys WHERE scope_id = $1 AND event_key IN (SELECT value FROM {})",
        dialect::table("$2")
    );
    let known: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(scope)
        .bind(dialect::list(&stored)?)
        .fetch_all(from)
        .await
        .map_err(store_error)?;
    let known = known.iter().filter_map(|stored| keys.get(stored.as_str()));
    Ok(known.map(|key| (*key).to_owned()).collect())
}

/// Notes keys.
pub(super) async fn insert(to: &mut Connection, scope: i64, keys: &[String]) -> Result<(), StoreError> {
    if keys.is_empty() {
        return Ok(());
    }
    let keys: Vec<_> = keys.iter().map(|key| dialect::key(key)).collect();
    let stored: Vec<&str> = keys.iter().map(AsRef::as_ref).collect();
    let sql = format!(
        "INSERT INTO event_keys (scope_id, event_key) SELECT $1, value FROM {}",
        dialect::table("$2")
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(scope)
        .bind(dialect::list(&stored)?)
        .execute(to)
        .await
        .map_err(store_error)?;
    Ok(())
}
