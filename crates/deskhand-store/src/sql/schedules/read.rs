//! Schedules for people, and for who waits for them.

use deskhand_engine::StoreError;
use deskhand_engine::schedules::{Occurrence, Standing};
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Row as _};

use super::dialect::{Database, Row};
use super::errors::{broken, store_error};
use super::words::{named, nanos, time};

const STANDING: &str = "name, digest, next_at, mode, running, failures, alerted";

/// Schedules that are due, those due longest first.
pub(super) async fn due(store: &Database, now: Timestamp, limit: u32) -> Result<Vec<Standing>, StoreError> {
    let sql = format!(
        "SELECT {STANDING} FROM schedules WHERE mode = 'active' AND next_at <= $1 ORDER BY next_at, name LIMIT $2"
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(nanos(now))
        .bind(i64::from(limit))
        .fetch_all(&store.readers)
        .await;
    rows.map_err(store_error)?.iter().map(standing).collect()
}

/// When the next one is due.
pub(super) async fn next_due(store: &Database) -> Result<Option<Timestamp>, StoreError> {
    let next: Option<i64> =
        sqlx::query_scalar("SELECT MIN(next_at) FROM schedules WHERE mode = 'active' AND next_at IS NOT NULL")
            .fetch_one(&store.readers)
            .await
            .map_err(store_error)?;
    next.map(time).transpose()
}

/// All schedules, by name.
pub(super) async fn list(store: &Database) -> Result<Vec<Standing>, StoreError> {
    let sql = format!("SELECT {STANDING} FROM schedules");
    let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&store.readers).await;
    let rows = rows.map_err(store_error)?;
    let mut standings = rows.iter().map(standing).collect::<Result<Vec<_>, _>>()?;
    // Each database has an order of letters of its own.
    standings.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(standings)
}

/// One schedule.
pub(super) async fn get(store: &Database, name: &str) -> Result<Option<Standing>, StoreError> {
    let sql = format!("SELECT {STANDING} FROM schedules WHERE name = $1");
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(name)
        .fetch_optional(&store.readers)
        .await;
    row.map_err(store_error)?.as_ref().map(standing).transpose()
}

/// What became of due times, the newest first.
pub(super) async fn occurrences(store: &Database, schedule: &str, limit: u32) -> Result<Vec<Occurrence>, StoreError> {
    let rows = sqlx::query(
        "SELECT o.due, o.last, o.times, o.fate, o.at, o.run FROM schedules s JOIN occurrences o ON o.schedule = s.id \
         WHERE s.name = $1 ORDER BY o.due DESC LIMIT $2",
    )
    .bind(schedule)
    .bind(i64::from(limit))
    .fetch_all(&store.readers)
    .await;
    rows.map_err(store_error)?.iter().map(occurrence).collect()
}

fn standing(row: &Row) -> Result<Standing, StoreError> {
    Ok(Standing {
        name: row.get(0),
        digest: row.get(1),
        next_at: row.get::<Option<i64>, _>(2).map(time).transpose()?,
        mode: named(row.get(3))?,
        running: row.get(4),
        failures: u32::try_from(row.get::<i64, _>(5)).map_err(broken)?,
        alerted: row.get::<i64, _>(6) != 0,
    })
}

fn occurrence(row: &Row) -> Result<Occurrence, StoreError> {
    Ok(Occurrence {
        due: time(row.get(0))?,
        last: time(row.get(1))?,
        times: row.get::<i64, _>(2).unsigned_abs(),
        fate: named(row.get(3))?,
        at: time(row.get(4))?,
        run: row.get(5),
    })
}
