//! Events for people: the newest first, or one with everything that is known of it.

use deskhand_engine::StoreError;
use deskhand_engine::events::{Because, Dismissal, Event, EventFilter, EventSummary};
use jiff::Timestamp;
use sqlx::Row as _;

use super::dialect::{Database, Row};
use super::errors::{broken, damaged, store_error};

pub(super) async fn list_events(store: &Database, filter: &EventFilter) -> Result<Vec<EventSummary>, StoreError> {
    let rows = sqlx::query(
        "SELECT e.id, e.record_id, e.stamp, e.taken_at, s.connection, o.name, e.raw_length, e.body FROM events e \
         JOIN feeds f ON f.id = e.feed_id JOIN scopes s ON s.id = f.scope_id JOIN sources o ON o.id = e.source_id \
         WHERE ($1 IS NULL OR e.record_id = $1) AND ($2 IS NULL OR e.id < $2) ORDER BY e.id DESC LIMIT $3",
    )
    .bind(filter.record_id)
    .bind(filter.before)
    .bind(i64::from(filter.limit))
    .fetch_all(&store.readers)
    .await
    .map_err(store_error)?;
    rows.iter().map(|row| Ok(summary(store, row)?.0)).collect()
}

pub(super) async fn get_event(store: &Database, id: i64) -> Result<Option<Event>, StoreError> {
    let row = sqlx::query(
        "SELECT e.id, e.record_id, e.stamp, e.taken_at, s.connection, o.name, e.raw_length, e.body, s.id, e.because \
         FROM events e JOIN feeds f ON f.id = e.feed_id JOIN scopes s ON s.id = f.scope_id \
         JOIN sources o ON o.id = e.source_id WHERE e.id = $1",
    )
    .bind(id)
    .fetch_optional(&store.readers)
    .await
    .map_err(store_error)?;
    let Some(row) = row else { return Ok(None) };
    let (summary, raw) = summary(store, &row)?;
    let (scope, record): (i64, i64) = (row.get(8), summary.record_id);
    Ok(Some(Event {
        summary,
        raw: raw.into(),
        because: Because::from_code(row.get(9))
            .map(Because::reason)
            .unwrap_or_default()
            .to_owned(),
        revisions: revisions(store, scope, record).await?,
        dismissals: dismissals(store, scope, record).await?,
        gone_at: gone_at(store, scope, record).await?,
    }))
}

async fn revisions(store: &Database, scope: i64, record: i64) -> Result<Vec<(i64, Timestamp)>, StoreError> {
    let rows = sqlx::query(
        "SELECT e.id, e.stamp FROM events e JOIN feeds f ON f.id = e.feed_id \
         WHERE f.scope_id = $1 AND e.record_id = $2 ORDER BY e.id",
    )
    .bind(scope)
    .bind(record)
    .fetch_all(&store.readers)
    .await
    .map_err(store_error)?;
    rows.iter().map(|row| Ok((row.get(0), time(row.get(1))?))).collect()
}

async fn dismissals(store: &Database, scope: i64, record: i64) -> Result<Vec<(String, i64)>, StoreError> {
    let rows =
        sqlx::query("SELECT reason, times FROM dismissals WHERE scope_id = $1 AND record_id = $2 ORDER BY reason")
            .bind(scope)
            .bind(record)
            .fetch_all(&store.readers)
            .await
            .map_err(store_error)?;
    let reason = |code| Dismissal::from_code(code).map_or("for a reason of a newer version", Dismissal::reason);
    Ok(rows
        .iter()
        .map(|row| (reason(row.get(0)).to_owned(), row.get(1)))
        .collect())
}

async fn gone_at(store: &Database, scope: i64, record: i64) -> Result<Option<Timestamp>, StoreError> {
    let at: Option<i64> = sqlx::query_scalar("SELECT at FROM gone WHERE scope_id = $1 AND record_id = $2")
        .bind(scope)
        .bind(record)
        .fetch_optional(&store.readers)
        .await
        .map_err(store_error)?;
    at.map(time).transpose()
}

/// The event of a row, and its record.
fn summary(store: &Database, row: &Row) -> Result<(EventSummary, Vec<u8>), StoreError> {
    let mut raw = store.codec.decode(row.get(7)).map_err(broken)?;
    let length = usize::try_from(row.get::<i64, _>(6)).map_err(broken)?;
    if length > raw.len() {
        return Err(damaged("an event"));
    }
    let fields = serde_json::from_slice(&raw[length..]).map_err(broken)?;
    raw.truncate(length);
    let summary = EventSummary {
        id: row.get(0),
        record_id: row.get(1),
        updated: time(row.get(2))?,
        taken_at: time(row.get(3))?,
        connection: row.get(4),
        source: row.get(5),
        fields,
    };
    Ok((summary, raw))
}

fn time(seconds: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_second(seconds).map_err(broken)
}
