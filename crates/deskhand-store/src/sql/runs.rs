//! The log of runs.

use std::collections::{BTreeMap, HashMap};

use deskhand_command::Failure;
use deskhand_engine::StoreError;
use deskhand_engine::events::Dismissal;
use deskhand_engine::store::{Committed, FeedKey, Lease, RunEnd, RunKind, RunOutcome, RunRecord, RunStart};
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Row as _};

use super::claim::held;
use super::dialect::{self, Connection, Database, Row};
use super::errors::{broken, damaged, store_error};

/// Notes that a run begins; one of the same feed that has not ended was interrupted.
pub(super) async fn begin(store: &Database, lease: &Lease, run: &RunStart) -> Result<(), StoreError> {
    let mut transaction = dialect::begin(&store.writer).await.map_err(store_error)?;
    // The word stands in the statement because the index is of the rows with it.
    sqlx::query("UPDATE runs SET outcome = $1 WHERE feed_id = $2 AND outcome = 'running'")
        .bind(RunOutcome::Interrupted.word())
        .bind(lease.feed)
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
    let begun = sqlx::query(
        "INSERT INTO runs (run, feed_id, kind, started_at, outcome) \
         SELECT $1, id, $2, $3, $4 FROM feeds WHERE id = $5 AND fence = $6",
    )
    .bind(&run.id)
    .bind(run.kind.word())
    .bind(run.started_at.as_millisecond())
    .bind(RunOutcome::Running.word())
    .bind(lease.feed)
    .bind(lease.fence)
    .execute(&mut *transaction)
    .await
    .map_err(store_error)?;
    held(begun.rows_affected())?;
    transaction.commit().await.map_err(store_error)
}

/// Notes that a run ended; one that was taken for interrupted stays so.
pub(super) async fn end(store: &Database, run: &RunEnd) -> Result<(), StoreError> {
    let failure = run.failure.as_ref().map(serde_json::to_string).transpose();
    sqlx::query("UPDATE runs SET ended_at = $1, outcome = $2, failure = $3 WHERE run = $4 AND outcome = $5")
        .bind(run.ended_at.as_millisecond())
        .bind(run.outcome().word())
        .bind(failure.map_err(broken)?)
        .bind(&run.id)
        .bind(RunOutcome::Running.word())
        .execute(&store.writer)
        .await
        .map_err(store_error)?;
    Ok(())
}

/// Adds a commit to the counts of its run; returns the run's number.
pub(super) async fn count(
    to: &mut Connection,
    run: &str,
    committed: &Committed,
    set_aside: usize,
    gone: usize,
) -> Result<Option<i64>, StoreError> {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let id: Option<i64> = sqlx::query_scalar(
        "UPDATE runs SET taken = taken + $1, set_aside = set_aside + $2, gone = gone + $3 WHERE run = $4 RETURNING id",
    )
    .bind(number(committed.taken))
    .bind(number(set_aside as u64))
    .bind(number(gone as u64))
    .bind(run)
    .fetch_optional(&mut *to)
    .await
    .map_err(store_error)?;
    for (reason, times) in committed.dismissed.iter().filter(|_| id.is_some()) {
        sqlx::query(
            "INSERT INTO run_dismissals (run_id, reason, times) VALUES ($1, $2, $3) \
             ON CONFLICT (run_id, reason) DO UPDATE SET times = run_dismissals.times + excluded.times",
        )
        .bind(id)
        .bind(reason.code())
        .bind(number(*times))
        .execute(&mut *to)
        .await
        .map_err(store_error)?;
    }
    Ok(id)
}

/// Runs, the newest first.
pub(super) async fn list(store: &Database, limit: u32) -> Result<Vec<RunRecord>, StoreError> {
    let rows = sqlx::query(
        "SELECT r.id, r.run, s.connection, s.source, r.kind, r.started_at, r.ended_at, r.outcome, \
         r.taken, r.set_aside, r.gone, r.failure, s.site, f.company, f.filters FROM runs r \
         JOIN feeds f ON f.id = r.feed_id JOIN scopes s ON s.id = f.scope_id ORDER BY r.id DESC LIMIT $1",
    )
    .bind(i64::from(limit))
    .fetch_all(&store.readers)
    .await
    .map_err(store_error)?;
    let ids: Vec<i64> = rows.iter().map(|row| row.get(0)).collect();
    let mut dismissed = dismissals(store, &ids).await?;
    let with_dismissals = |(row, id)| {
        let dismissed = dismissed.remove(id).unwrap_or_default();
        Ok(RunRecord {
            dismissed,
            ..run_of(row)?
        })
    };
    rows.iter().zip(&ids).map(with_dismissals).collect()
}

/// When the last successful sweep of a feed was begun, or else its first run.
pub(super) async fn last_sweep(store: &Database, key: &FeedKey) -> Result<Option<Timestamp>, StoreError> {
    // The words stand in the statement because an index is of the rows with them.
    let at: Option<Option<i64>> = sqlx::query_scalar(
        "SELECT COALESCE( \
         (SELECT started_at FROM runs WHERE feed_id = f.id AND kind = 'sweep' AND outcome = 'successful' ORDER BY id DESC LIMIT 1), \
         (SELECT started_at FROM runs WHERE feed_id = f.id ORDER BY id LIMIT 1)) \
         FROM feeds f JOIN scopes s ON s.id = f.scope_id \
         WHERE s.source = $1 AND s.connection = $2 AND s.site = $3 AND f.company = $4 AND f.filters = $5",
    )
    .bind(&key.source)
    .bind(&key.connection)
    .bind(&key.site)
    .bind(&key.company)
    .bind(&key.filters)
    .fetch_optional(&store.readers)
    .await
    .map_err(store_error)?;
    at.flatten()
        .map(|at| Timestamp::from_millisecond(at).map_err(broken))
        .transpose()
}

/// How often each of these runs dismissed something, by reason.
async fn dismissals(store: &Database, runs: &[i64]) -> Result<HashMap<i64, BTreeMap<Dismissal, u64>>, StoreError> {
    let sql = format!(
        "SELECT run_id, reason, times FROM run_dismissals WHERE run_id IN (SELECT value FROM {})",
        dialect::table("$1")
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(dialect::list(runs)?)
        .fetch_all(&store.readers)
        .await
        .map_err(store_error)?;
    let mut dismissed: HashMap<i64, BTreeMap<Dismissal, u64>> = HashMap::new();
    for row in &rows {
        if let Some(reason) = Dismissal::from_code(row.get(1)) {
            dismissed
                .entry(row.get(0))
                .or_default()
                .insert(reason, unsigned(row, 2));
        }
    }
    Ok(dismissed)
}

fn run_of(row: &Row) -> Result<RunRecord, StoreError> {
    let time = |millisecond| Timestamp::from_millisecond(millisecond).map_err(broken);
    let failure: Option<&str> = row.get(11);
    let failure: Option<Failure> = failure.map(serde_json::from_str).transpose().map_err(broken)?;
    Ok(RunRecord {
        id: row.get(1),
        feed: FeedKey {
            connection: row.get(2),
            company: row.get(13),
            source: row.get(3),
            site: row.get(12),
            filters: row.get(14),
        },
        kind: RunKind::from_word(row.get(4)).ok_or_else(|| damaged("the kind of a run"))?,
        started_at: time(row.get(5))?,
        ended_at: row.get::<Option<i64>, _>(6).map(time).transpose()?,
        outcome: RunOutcome::from_word(row.get(7)).ok_or_else(|| damaged("the outcome of a run"))?,
        taken: unsigned(row, 8),
        dismissed: BTreeMap::new(),
        set_aside: unsigned(row, 9),
        gone: unsigned(row, 10),
        failure,
    })
}

fn unsigned(row: &Row, column: usize) -> u64 {
    row.get::<i64, _>(column).unsigned_abs()
}
