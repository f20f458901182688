//! Unique Event Keys that have been ingested.

use std::collections::HashSet;

use deskhand_engine::StoreError;
use deskhand_engine::events::NewEvent;
use sqlx::SqliteConnection;

use super::errors::{broken, store_error};

/// Which keys of a batch are known.
pub(super) async fn known(
    from: &mut SqliteConnection,
    scope: i64,
    candidates: &[NewEvent],
) -> Result<HashSet<String>, StoreError> {
    let keys = candidates.iter().filter_map(|candidate| candidate.event_key.as_ref());
    let keys: Vec<&String> = keys.collect();
    if keys.is_empty() {
        return Ok(HashSet::new());
    }
    let known: Vec<String> = sqlx::query_scalar(
        "SELECT event_key FROM event_keys WHERE scope_id = $1 AND event_key IN (SELECT value FROM json_each($2))",
    )
    .bind(scope)
    .bind(serde_json::to_string(&keys).map_err(broken)?)
    .fetch_all(from)
    .await
    .map_err(store_error)?;
    Ok(known.into_iter().collect())
}

/// Notes keys.
pub(super) async fn insert(to: &mut SqliteConnection, scope: i64, keys: &[String]) -> Result<(), StoreError> {
    if keys.is_empty() {
        return Ok(());
    }
    sqlx::query("INSERT INTO event_keys (scope_id, event_key) SELECT $1, value FROM json_each($2)")
        .bind(scope)
        .bind(serde_json::to_string(keys).map_err(broken)?)
        .execute(to)
        .await
        .map_err(store_error)?;
    Ok(())
}
