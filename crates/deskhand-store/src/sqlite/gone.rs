//! Records that a sweep found deleted, converted or moved out of sight.

use deskhand_engine::StoreError;
use sqlx::SqliteConnection;

use super::errors::{broken, store_error};

/// Marks records; the first time counts.
pub(super) async fn mark(to: &mut SqliteConnection, scope: i64, ids: &[i64], at: i64) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO gone (scope_id, record_id, at) SELECT $1, value, $2 FROM json_each($3) WHERE true \
         ON CONFLICT DO NOTHING",
    )
    .bind(scope)
    .bind(at)
    .bind(serde_json::to_string(ids).map_err(broken)?)
    .execute(to)
    .await
    .map_err(store_error)?;
    Ok(())
}

/// Takes the marks of records away: they are there again.
pub(super) async fn unmark(
    to: &mut SqliteConnection,
    scope: i64,
    ids: impl Iterator<Item = i64>,
) -> Result<(), StoreError> {
    let ids: Vec<i64> = ids.collect();
    sqlx::query("DELETE FROM gone WHERE scope_id = $1 AND record_id IN (SELECT value FROM json_each($2))")
        .bind(scope)
        .bind(serde_json::to_string(&ids).map_err(broken)?)
        .execute(to)
        .await
        .map_err(store_error)?;
    Ok(())
}
