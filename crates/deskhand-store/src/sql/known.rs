//! What a sweep asks: which heads are not known, and which records are.

use std::collections::HashSet;

use deskhand_command::Head;
use deskhand_engine::StoreError;
use deskhand_engine::store::Lease;
use sqlx::{AssertSqlSafe, Row as _};

use super::dialect::{self, Database};
use super::errors::store_error;

pub(super) async fn missing(store: &Database, lease: &Lease, heads: &[Head]) -> Result<Vec<Head>, StoreError> {
    let ids: Vec<i64> = heads.iter().map(|head| head.id).collect();
    let sql = format!(
        "SELECT record_id, stamp FROM revisions WHERE scope_id = $1 AND record_id IN (SELECT value FROM {})",
        dialect::table("$2")
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(lease.scope)
        .bind(dialect::list(&ids)?)
        .fetch_all(&store.readers)
        .await
        .map_err(store_error)?;
    let known: HashSet<(i64, i64)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    Ok(heads
        .iter()
        .filter(|head| !known.contains(&(head.id, head.stamp)))
        .copied()
        .collect())
}

pub(super) async fn known(store: &Database, lease: &Lease, since: i64) -> Result<Vec<Head>, StoreError> {
    let rows = sqlx::query(
        "SELECT r.record_id, MAX(r.stamp) FROM revisions r \
         LEFT JOIN gone g ON g.scope_id = r.scope_id AND g.record_id = r.record_id \
         WHERE r.scope_id = $1 AND g.record_id IS NULL GROUP BY r.record_id HAVING MAX(r.stamp) > $2 ORDER BY r.record_id",
    )
    .bind(lease.scope)
    .bind(since)
    .fetch_all(&store.readers)
    .await
    .map_err(store_error)?;
    Ok(rows
        .iter()
        .map(|row| Head {
            id: row.get(0),
            stamp: row.get(1),
        })
        .collect())
}
