//! Schedules that are paused, go on, or stop; and what a run of one leaves.

use deskhand_engine::StoreError;
use deskhand_engine::schedules::{ScheduleAfter, Turn};

use super::dialect::{Connection, Database};
use super::errors::store_error;
use super::words::nanos;

/// Turns a schedule; false when there is none, or it was stopped.
pub(super) async fn turn(store: &Database, name: &str, to: Turn) -> Result<bool, StoreError> {
    let (sql, next_at) = match to {
        Turn::Pause => (
            "UPDATE schedules SET mode = 'paused' WHERE name = $1 AND mode <> 'stopped'",
            None,
        ),
        Turn::Stop => (
            "UPDATE schedules SET mode = 'stopped' WHERE name = $1 AND mode <> 'stopped'",
            None,
        ),
        Turn::Resume { next_at } => (
            "UPDATE schedules SET mode = 'active', next_at = $2 WHERE name = $1 AND mode <> 'stopped'",
            Some(next_at.map(nanos)),
        ),
    };
    let mut update = sqlx::query(sql).bind(name);
    if let Some(next_at) = next_at {
        update = update.bind(next_at);
    }
    let turned = update.execute(&store.writer).await.map_err(store_error)?;
    Ok(turned.rows_affected() > 0)
}

/// Notes what a run of a schedule leaves.
pub(crate) async fn note(to: &mut Connection, after: &ScheduleAfter) -> Result<(), StoreError> {
    sqlx::query("UPDATE schedules SET failures = $1, alerted = $2 WHERE name = $3")
        .bind(i64::from(after.failures))
        .bind(i64::from(after.alerted))
        .bind(&after.schedule)
        .execute(to)
        .await
        .map_err(store_error)?;
    Ok(())
}

/// Notes that a run has ended; a later one of the schedule may be under way, when this one was tried again.
pub(crate) async fn no_longer_running(to: &mut Connection, schedule: &str, run: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE schedules SET running = NULL WHERE name = $1 AND running = $2")
        .bind(schedule)
        .bind(run)
        .execute(to)
        .await
        .map_err(store_error)?;
    Ok(())
}

/// Notes that a run is under way for the schedule that started it; returns the other one that is, if there is one.
pub(crate) async fn running_beside(to: &mut Connection, run: &str) -> Result<Option<String>, StoreError> {
    let noted = sqlx::query(
        "UPDATE schedules SET running = $1 WHERE name = (SELECT schedule FROM desk_runs WHERE id = $1) \
         AND (running IS NULL OR running = $1)",
    )
    .bind(run)
    .execute(&mut *to)
    .await
    .map_err(store_error)?;
    if noted.rows_affected() > 0 {
        return Ok(None);
    }
    // It is not a schedule's, or that is gone, or has another one.
    sqlx::query_scalar(
        "SELECT s.running FROM schedules s JOIN desk_runs r ON r.schedule = s.name WHERE r.id = $1 AND s.running <> $1",
    )
    .bind(run)
    .fetch_optional(to)
    .await
    .map_err(store_error)
}
