//! What a sweep asks: which heads are unknown, which records are known, which are gone.

use std::collections::HashSet;

use deskhand_command::Head;
use deskhand_engine::StoreError;
use deskhand_engine::store::Lease;
use jiff::Timestamp;
use sqlx::Row;

use super::SqliteStore;
use super::errors::{broken, store_error};

pub(super) async fn missing(store: &SqliteStore, lease: &Lease, heads: &[Head]) -> Result<Vec<Head>, StoreError> {
    let ids: Vec<i64> = heads.iter().map(|head| head.id).collect();
    let rows = sqlx::query(
        "SELECT record_id, stamp FROM revisions WHERE scope_id = $1 AND record_id IN (SELECT value FROM json_each($2))",
    )
    .bind(lease.scope)
    .bind(serde_json::to_string(&ids).map_err(broken)?)
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

pub(super) async fn known(store: &SqliteStore, lease: &Lease, since: i64) -> Result<Vec<Head>, StoreError> {
    let rows = sqlx::query(
        "SELECT r.record_id, MAX(r.stamp) FROM revisions r \
         LEFT JOIN gone g ON g.scope_id = r.scope_id AND g.record_id = r.record_id \
         WHERE r.scope_id = $1 AND g.record_id IS NULL GROUP BY r.record_id HAVING MAX(r.stamp) > $2",
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

pub(super) async fn mark_gone(
    store: &SqliteStore,
    lease: &Lease,
    ids: &[i64],
    at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO gone (scope_id, record_id, at) SELECT $1, value, $2 FROM json_each($3) WHERE true ON CONFLICT DO NOTHING")
        .bind(lease.scope)
        .bind(at.as_second())
        .bind(serde_json::to_string(ids).map_err(broken)?)
        .execute(&store.writer)
        .await
        .map_err(store_error)?;
    Ok(())
}
