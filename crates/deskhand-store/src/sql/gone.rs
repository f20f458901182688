//! Records that a sweep found deleted, converted or moved out of sight.

use deskhand_engine::StoreError;
use sqlx::AssertSqlSafe;

use super::dialect::{self, Connection};
use super::errors::store_error;

/// Marks records; the first time counts.
pub(super) async fn mark(to: &mut Connection, scope: i64, ids: &[i64], at: i64) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "INSERT INTO gone (scope_id, record_id, at) SELECT $1, value, $2 FROM {} WHERE true ON CONFLICT DO NOTHING",
        dialect::table("$3")
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(scope)
        .bind(at)
        .bind(dialect::list(ids)?)
        .execute(to)
        .await
        .map_err(store_error)?;
    Ok(())
}

/// Takes the marks of records away: they are there again.
pub(super) async fn unmark(to: &mut Connection, scope: i64, ids: impl Iterator<Item = i64>) -> Result<(), StoreError> {
    let ids: Vec<i64> = ids.collect();
    let sql = format!(
        "DELETE FROM gone WHERE scope_id = $1 AND record_id IN (SELECT value FROM {})",
        dialect::table("$2")
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(scope)
        .bind(dialect::list(&ids)?)
        .execute(to)
        .await
        .map_err(store_error)?;
    Ok(())
}
