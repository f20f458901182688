//! Claims on runs.

use deskhand_engine::StoreError;
use deskhand_engine::runs::{ClaimedRun, Entry, NewRun, RunClaim, RunLease};
use sqlx::{AssertSqlSafe, Row as _};

use super::dialect::{self, Connection, Database, Row};
use super::entries;
use super::errors::store_error;
use super::words::{nanos, parsed, time};

pub(super) async fn claim(store: &Database, request: &RunClaim) -> Result<Vec<ClaimedRun>, StoreError> {
    let mut transaction = dialect::begin_apart(&store.writer).await.map_err(store_error)?;
    let due = due(&mut transaction, request).await?;
    if due.is_empty() {
        transaction.rollback().await.map_err(store_error)?;
        return Ok(Vec::new());
    }
    let numbers: Vec<i64> = due.iter().map(|row| row.get(0)).collect();
    hold(&mut transaction, request, &numbers).await?;
    let entries = entries::rows_of(&mut transaction, &numbers).await?;
    transaction.commit().await.map_err(store_error)?;
    let mut entries = entries::by_run(&entries)?;
    let claimed = |(row, number)| claimed(row, entries.remove(number).unwrap_or_default());
    due.iter().zip(&numbers).map(claimed).collect()
}

/// Runs that are due, those that waited longest first; those that another process is about to claim are left to it.
async fn due(from: &mut Connection, request: &RunClaim) -> Result<Vec<Row>, StoreError> {
    let sql = format!(
        "SELECT number, id, fence, plan, cause, site, given, created_at FROM desk_runs \
         WHERE due_at <= $1 AND id NOT IN (SELECT value FROM {}) ORDER BY due_at, number LIMIT $2{}",
        dialect::table("$3"),
        dialect::SKIP_LOCKED
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(nanos(request.now))
        .bind(i64::from(request.limit))
        .bind(dialect::list(&request.except)?)
        .fetch_all(from)
        .await
        .map_err(store_error)
}

async fn hold(to: &mut Connection, request: &RunClaim, numbers: &[i64]) -> Result<(), StoreError> {
    let sql = format!(
        "UPDATE desk_runs SET state = 'due', fence = fence + 1, holder = $1, due_at = $2 \
         WHERE number IN (SELECT value FROM {})",
        dialect::table("$3")
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(dialect::text(&request.holder))
        .bind(nanos(request.until))
        .bind(dialect::list(numbers)?)
        .execute(to)
        .await
        .map_err(store_error)?;
    Ok(())
}

fn claimed(row: &Row, entries: Vec<Entry>) -> Result<ClaimedRun, StoreError> {
    let id: String = row.get(1);
    Ok(ClaimedRun {
        lease: RunLease {
            run: id.clone(),
            fence: row.get::<i64, _>(2) + 1,
        },
        run: NewRun {
            id,
            plan: parsed(row.get(3))?,
            cause: parsed(row.get(4))?,
            site: row.get(5),
            given: parsed(row.get(6))?,
            created_at: time(row.get(7))?,
        },
        entries,
    })
}
