//! Events that are no longer wanted.

use deskhand_engine::StoreError;
use jiff::Timestamp;

use super::dialect::Database;
use super::errors::store_error;

/// Deletes events; their revisions and keys stay.
pub(super) async fn prune(store: &Database, before: Timestamp) -> Result<u64, StoreError> {
    let pruned = sqlx::query("DELETE FROM events WHERE taken_at < $1")
        .bind(before.as_second())
        .execute(&store.writer)
        .await
        .map_err(store_error)?;
    Ok(pruned.rows_affected())
}
