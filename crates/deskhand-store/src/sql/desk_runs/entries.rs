//! The entries of journals.

use std::collections::HashMap;

use deskhand_engine::StoreError;
use deskhand_engine::runs::{Entry, What};
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, QueryBuilder, Row as _};

use super::ROWS;
use super::dialect::{self, Connection, Row};
use super::errors::store_error;
use super::words::{json, nanos, parsed, time};

/// What happened, as the journal keeps it.
pub(super) fn written(what: &[What]) -> Result<Vec<String>, StoreError> {
    what.iter().map(json).collect()
}

/// Appends entries after the one with this number.
pub(super) async fn insert(
    to: &mut Connection,
    run: i64,
    after: i64,
    at: Timestamp,
    what: &[String],
) -> Result<(), StoreError> {
    let numbered: Vec<(i64, &String)> = (after + 1..).zip(what).collect();
    for entries in numbered.chunks(ROWS) {
        let mut insert = QueryBuilder::new("INSERT INTO desk_entries (run, seq, at, what) ");
        insert.push_values(entries, |mut values, (seq, what)| {
            values.push_bind(run).push_bind(*seq);
            values.push_bind(nanos(at)).push_bind(*what);
        });
        // Most steps append one, two or three.
        let insert = insert.build().persistent(entries.len() < 4);
        insert.execute(&mut *to).await.map_err(store_error)?;
    }
    Ok(())
}

/// The entries of a run between two numbers, both excluded.
pub(super) async fn between(
    from: &mut Connection,
    run: i64,
    after: i64,
    before: i64,
) -> Result<Vec<Entry>, StoreError> {
    let rows =
        sqlx::query("SELECT seq, at, what FROM desk_entries WHERE run = $1 AND seq > $2 AND seq < $3 ORDER BY seq")
            .bind(run)
            .bind(after)
            .bind(before)
            .fetch_all(from)
            .await
            .map_err(store_error)?;
    rows.iter().map(entry_of).collect()
}

/// The journals of runs as rows, to be read when nobody waits any more.
pub(super) async fn rows_of(from: &mut Connection, runs: &[i64]) -> Result<Vec<Row>, StoreError> {
    let sql = format!(
        "SELECT seq, at, what, run FROM desk_entries WHERE run IN (SELECT value FROM {}) ORDER BY run, seq",
        dialect::table("$1")
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(dialect::list(runs)?)
        .fetch_all(from)
        .await
        .map_err(store_error)
}

/// The journals of rows, by run.
pub(super) fn by_run(rows: &[Row]) -> Result<HashMap<i64, Vec<Entry>>, StoreError> {
    let mut entries: HashMap<i64, Vec<Entry>> = HashMap::new();
    for row in rows {
        entries.entry(row.get(3)).or_default().push(entry_of(row)?);
    }
    Ok(entries)
}

fn entry_of(row: &Row) -> Result<Entry, StoreError> {
    Ok(Entry {
        seq: row.get(0),
        at: time(row.get(1))?,
        what: parsed(row.get(2))?,
    })
}
