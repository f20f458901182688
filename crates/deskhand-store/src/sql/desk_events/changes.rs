//! Changes of events as they are kept.

use deskhand_engine::StoreError;
use deskhand_engine::desk::{EventChange, Turned};
use sqlx::QueryBuilder;

use super::ROWS;
use super::dialect::{self, Connection, Row};
use super::errors::{damaged, store_error};
use super::words::{nanos, time};
use sqlx::Row as _;

const OPEN: &str = "open";
const DISMISSED: &str = "dismissed";
const ESCALATED: &str = "escalated";

/// Keeps changes, each with its number among those of its event.
pub(super) async fn insert(to: &mut Connection, changes: &[(i64, &EventChange)]) -> Result<(), StoreError> {
    for changes in changes.chunks(ROWS) {
        let mut insert = QueryBuilder::new(
            "INSERT INTO event_changes (event_id, seq, turned, words, incident_type, turned_by, at) ",
        );
        insert.push_values(changes, |mut values, (seq, change)| {
            let (turned, words, incident_type) = columns_of(&change.to);
            values.push_bind(change.event).push_bind(*seq).push_bind(turned);
            values.push_bind(words.map(dialect::text));
            values.push_bind(incident_type.map(dialect::text));
            values.push_bind(dialect::text(&change.by)).push_bind(nanos(change.at));
        });
        let insert = insert.build().persistent(changes.len() == 1 || changes.len() == ROWS);
        insert.execute(&mut *to).await.map_err(store_error)?;
    }
    Ok(())
}

/// The changes of an event, the oldest first.
pub(super) async fn of(from: &mut Connection, event: i64) -> Result<Vec<EventChange>, StoreError> {
    let rows = sqlx::query(
        "SELECT event_id, turned, words, incident_type, turned_by, at FROM event_changes \
         WHERE event_id = $1 ORDER BY seq",
    )
    .bind(event)
    .fetch_all(from)
    .await
    .map_err(store_error)?;
    rows.iter().map(change_of).collect()
}

fn columns_of(to: &Turned) -> (&'static str, Option<&str>, Option<&str>) {
    match to {
        Turned::Open => (OPEN, None, None),
        Turned::Dismissed { reason } => (DISMISSED, Some(reason), None),
        Turned::Escalated { incident_type, title } => (ESCALATED, Some(title), Some(incident_type)),
    }
}

fn change_of(row: &Row) -> Result<EventChange, StoreError> {
    let words = || row.get::<Option<String>, _>(2).unwrap_or_default();
    let to = match row.get(1) {
        OPEN => Turned::Open,
        DISMISSED => Turned::Dismissed { reason: words() },
        ESCALATED => Turned::Escalated {
            incident_type: row.get::<Option<String>, _>(3).unwrap_or_default(),
            title: words(),
        },
        _ => return Err(damaged("what became of an event")),
    };
    Ok(EventChange {
        event: row.get(0),
        to,
        by: row.get(4),
        at: time(row.get(5))?,
    })
}
