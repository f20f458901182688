//! Runs that are no longer wanted.

use deskhand_engine::StoreError;
use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use super::dialect::{self, Connection, Database};
use super::errors::store_error;
use super::schedules;
use super::words::nanos;

/// Runs that are forgotten in one transaction: a fraction of a second, in which others wait.
const RUNS: i64 = 2_000;

/// Forgets runs that ended before a time, and what became of due times before then; returns how many runs.
pub(super) async fn prune(store: &Database, before: Timestamp) -> Result<u64, StoreError> {
    let mut transaction = dialect::begin_apart(&store.writer).await.map_err(store_error)?;
    let to = &mut *transaction;
    let sql = format!(
        "SELECT number FROM desk_runs WHERE ended_at < $1 ORDER BY ended_at LIMIT $2{}",
        dialect::FOR_UPDATE
    );
    let numbers: Vec<i64> = sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(nanos(before))
        .bind(RUNS)
        .fetch_all(&mut *to)
        .await
        .map_err(store_error)?;
    forget(to, &numbers).await?;
    schedules::forget_occurrences(to, before, 2 * RUNS).await?;
    transaction.commit().await.map_err(store_error)?;
    Ok(numbers.len() as u64)
}

/// Forgets all runs of a schedule.
pub(crate) async fn forget_runs_of(to: &mut Connection, schedule: &str) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT number FROM desk_runs WHERE schedule = $1 ORDER BY number{}",
        dialect::FOR_UPDATE
    );
    let numbers: Vec<i64> = sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(schedule)
        .fetch_all(&mut *to)
        .await
        .map_err(store_error)?;
    forget(to, &numbers).await
}

/// Forgets runs, their journals, and what the log of ingestion says of them.
async fn forget(to: &mut Connection, numbers: &[i64]) -> Result<(), StoreError> {
    if numbers.is_empty() {
        return Ok(());
    }
    let table = dialect::table("$1");
    // A pass is logged as `<run>/<step>…`, and `0` is what comes after `/`.
    let bytes = dialect::BY_BYTES;
    let sql = format!(
        "SELECT log.id FROM desk_runs r JOIN runs log ON log.run = r.id \
         OR (log.run{bytes} > r.id || '/' AND log.run{bytes} < r.id || '0') \
         WHERE r.number IN (SELECT value FROM {table})"
    );
    let logged: Vec<i64> = sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(dialect::list(numbers)?)
        .fetch_all(&mut *to)
        .await
        .map_err(store_error)?;
    let of_log = [
        "UPDATE events SET run_id = NULL WHERE run_id",
        "DELETE FROM run_dismissals WHERE run_id",
        "DELETE FROM runs WHERE id",
    ];
    let of_runs = [
        "DELETE FROM desk_entries WHERE run",
        "DELETE FROM desk_runs WHERE number",
    ];
    for (statements, numbers) in [(&of_log[..], &logged[..]), (&of_runs[..], numbers)] {
        for statement in statements.iter().filter(|_| !numbers.is_empty()) {
            sqlx::query(AssertSqlSafe(format!("{statement} IN (SELECT value FROM {table})")))
                .bind(dialect::list(numbers)?)
                .execute(&mut *to)
                .await
                .map_err(store_error)?;
        }
    }
    Ok(())
}
