//! What others add to a run's journal.

use deskhand_engine::StoreError;
use deskhand_engine::runs::{Signalled, What};
use jiff::Timestamp;
use sqlx::Row as _;

use super::dialect::{self, Connection, Database};
use super::errors::store_error;
use super::words::nanos;
use super::{entries, schedules};

pub(super) async fn signal(store: &Database, run: &str, what: &What, at: Timestamp) -> Result<Signalled, StoreError> {
    let mut transaction = dialect::begin_apart(&store.writer).await.map_err(store_error)?;
    if add(&mut transaction, run, what, at).await? {
        let retries = matches!(what, What::RetryAsked { .. });
        if retries && let Some(other) = schedules::running_beside(&mut transaction, run).await? {
            transaction.rollback().await.map_err(store_error)?;
            return Ok(Signalled::Overlaps { run: other });
        }
        transaction.commit().await.map_err(store_error)?;
        return Ok(Signalled::Taken);
    }
    let there = sqlx::query("SELECT 1 FROM desk_runs WHERE id = $1")
        .bind(run)
        .fetch_optional(&mut *transaction)
        .await
        .map_err(store_error)?;
    transaction.rollback().await.map_err(store_error)?;
    Ok(if there.is_some() {
        Signalled::Ended
    } else {
        Signalled::Missing
    })
}

/// Appends an entry and makes the run due; false when it has ended, or there is none.
///
/// Somebody who holds the run keeps it, and learns of the entry with the next append.
pub(super) async fn add(to: &mut Connection, run: &str, what: &What, at: Timestamp) -> Result<bool, StoreError> {
    let reopens = matches!(what, What::RetryAsked { .. });
    let row = sqlx::query(
        "UPDATE desk_runs SET last_seq = last_seq + 1, due_at = CASE WHEN state = 'due' THEN due_at ELSE $1 END, \
         state = 'due', ended_at = NULL, outcome = NULL, reason = NULL \
         WHERE id = $2 AND (state <> 'ended' OR ($3 = 1 AND outcome <> 'successful')) RETURNING number, last_seq",
    )
    .bind(nanos(at))
    .bind(run)
    .bind(i64::from(reopens))
    .fetch_optional(&mut *to)
    .await
    .map_err(store_error)?;
    let Some(row) = row else { return Ok(false) };
    let written = entries::written(std::slice::from_ref(what))?;
    entries::insert(to, row.get(0), row.get::<i64, _>(1) - 1, at, &written).await?;
    Ok(true)
}
