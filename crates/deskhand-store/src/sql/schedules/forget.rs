//! Schedules and due times that are no longer wanted.

use deskhand_engine::StoreError;
use jiff::Timestamp;

use super::desk_runs::forget_runs_of;
use super::dialect::{self, Connection, Database};
use super::errors::store_error;
use super::words::nanos;

/// Forgets a schedule with all that came of it; false when there is none.
pub(super) async fn delete(store: &Database, name: &str) -> Result<bool, StoreError> {
    let mut transaction = dialect::begin(&store.writer).await.map_err(store_error)?;
    let to = &mut *transaction;
    // Its runs first: one that ends just now holds its own row and asks for that of the schedule.
    forget_runs_of(to, name).await?;
    let id: Option<i64> = sqlx::query_scalar("DELETE FROM schedules WHERE name = $1 RETURNING id")
        .bind(name)
        .fetch_optional(&mut *to)
        .await
        .map_err(store_error)?;
    let Some(id) = id else {
        transaction.rollback().await.map_err(store_error)?;
        return Ok(false);
    };
    sqlx::query("DELETE FROM occurrences WHERE schedule = $1")
        .bind(id)
        .execute(&mut *to)
        .await
        .map_err(store_error)?;
    transaction.commit().await.map_err(store_error)?;
    Ok(true)
}

/// Forgets what became of due times before a time, at most so many.
pub(crate) async fn forget_occurrences(to: &mut Connection, before: Timestamp, limit: i64) -> Result<(), StoreError> {
    // One schedule after the other, so that the key leads to what is old; `CROSS` says so to SQLite.
    sqlx::query(
        "DELETE FROM occurrences WHERE (schedule, due) IN (SELECT o.schedule, o.due FROM schedules s \
         CROSS JOIN occurrences o WHERE o.schedule = s.id AND o.due < $1 AND o.last < $1 LIMIT $2)",
    )
    .bind(nanos(before))
    .bind(limit)
    .execute(to)
    .await
    .map_err(store_error)?;
    Ok(())
}
