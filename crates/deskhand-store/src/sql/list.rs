//! Events for people: the newest first, or one with everything that is known of it.

use std::collections::{BTreeSet, HashMap};

use deskhand_engine::StoreError;
use deskhand_engine::events::{Because, Dismissal, Event, EventFilter, EventSummary};
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, QueryBuilder, Row as _};

use super::ROWS;
use super::desk_events::{code, state};
use super::dialect::{Database, Row};
use super::errors::{broken, damaged, store_error};

/// What an event's row is made of.
const EVENT: &str = "SELECT e.id, e.record_id, e.stamp, e.taken_at, s.connection, o.name, e.raw_length, e.body, \
     e.state, s.site, s.id, e.because, s.source FROM events e JOIN feeds f ON f.id = e.feed_id JOIN scopes s ON s.id = f.scope_id \
     JOIN sources o ON o.id = e.source_id";

/// A record, in the scope that it was taken in.
type InScope = (i64, i64);

pub(super) async fn list_events(store: &Database, filter: &EventFilter) -> Result<Vec<EventSummary>, StoreError> {
    let sites = match &filter.sites {
        None => "TRUE".to_owned(),
        Some(sites) => {
            let numbers = (9..9 + sites.len()).map(|number| format!(", ${number}"));
            format!("s.site IN (NULL{})", numbers.collect::<String>())
        }
    };
    let sql = format!(
        "{EVENT} WHERE ($1 IS NULL OR e.record_id = $1) AND ($2 IS NULL OR e.id < $2) AND ($3 IS NULL OR e.run_id IN \
         (SELECT r.id FROM runs r WHERE r.run = $3 OR SUBSTR(r.run, 1, LENGTH($4)) = $4)) \
         AND ($6 IS NULL OR e.state = $6) AND ($7 IS NULL OR e.taken_at >= $7) AND ($8 IS NULL OR e.taken_at < $8) \
         AND {sites} ORDER BY e.id DESC LIMIT $5"
    );
    let mut select = sqlx::query(AssertSqlSafe(sql))
        .bind(filter.record_id)
        .bind(filter.before)
        .bind(filter.run.as_deref())
        .bind(filter.run.as_ref().map(|run| format!("{run}/")))
        .bind(i64::from(filter.limit))
        .bind(filter.state.map(code))
        .bind(filter.since.map(second))
        .bind(filter.until.map(second));
    for site in filter.sites.iter().flatten() {
        select = select.bind(site);
    }
    let rows = select.fetch_all(&store.readers).await.map_err(store_error)?;
    rows.iter().map(|row| Ok(summary(store, row)?.0)).collect()
}

/// The first second that is not before a time: events are kept by the second.
fn second(time: Timestamp) -> i64 {
    time.as_second() + i64::from(time.subsec_nanosecond() > 0)
}

/// One event.
pub(super) async fn get_event(store: &Database, id: i64) -> Result<Option<Event>, StoreError> {
    let rows = sqlx::query(AssertSqlSafe(format!("{EVENT} WHERE e.id = $1")))
        .bind(id)
        .fetch_all(&store.readers)
        .await
        .map_err(store_error)?;
    Ok(events(store, &rows).await?.pop())
}

/// Events that nobody has seen, the oldest first.
pub(super) async fn new_events(store: &Database, limit: u32) -> Result<Vec<Event>, StoreError> {
    let sql = format!("{EVENT} WHERE e.state = 0 ORDER BY e.id LIMIT $1");
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(i64::from(limit))
        .fetch_all(&store.readers)
        .await
        .map_err(store_error)?;
    events(store, &rows).await
}

/// The events of rows, with all that is known of each.
async fn events(store: &Database, rows: &[Row]) -> Result<Vec<Event>, StoreError> {
    let records: BTreeSet<InScope> = rows.iter().map(|row| (row.get(10), row.get(1))).collect();
    let records: Vec<InScope> = records.into_iter().collect();
    let (mut revisions, mut dismissals, mut gone) = (HashMap::new(), HashMap::new(), HashMap::new());
    for records in records.chunks(ROWS) {
        revisions.extend(revisions_of(store, records).await?);
        dismissals.extend(dismissals_of(store, records).await?);
        gone.extend(gone_of(store, records).await?);
    }
    let event = |row: &Row| {
        let (summary, raw) = summary(store, row)?;
        let record = (row.get(10), summary.record_id);
        Ok(Event {
            summary,
            raw: raw.into(),
            because: Because::from_code(row.get(11))
                .map(Because::reason)
                .unwrap_or_default()
                .to_owned(),
            // Several events can be of one record.
            revisions: revisions.get(&record).cloned().unwrap_or_default(),
            dismissals: dismissals.get(&record).cloned().unwrap_or_default(),
            gone_at: gone.get(&record).copied(),
        })
    };
    rows.iter().map(event).collect()
}

async fn revisions_of(
    store: &Database,
    records: &[InScope],
) -> Result<HashMap<InScope, Vec<(i64, Timestamp)>>, StoreError> {
    // By feed: other connections can have records of the same number. SQLite takes this order only when it is told to.
    let rows = of_records(
        "SELECT f.scope_id, e.record_id, e.id, e.stamp FROM ",
        records,
        " CROSS JOIN feeds f CROSS JOIN events e WHERE f.scope_id = wanted.column1 \
         AND e.record_id = wanted.column2 AND e.feed_id = f.id ORDER BY e.id",
        store,
    );
    let mut revisions: HashMap<InScope, Vec<_>> = HashMap::new();
    for row in rows.await? {
        let revision = (row.get(2), time(row.get(3))?);
        revisions.entry((row.get(0), row.get(1))).or_default().push(revision);
    }
    Ok(revisions)
}

async fn dismissals_of(
    store: &Database,
    records: &[InScope],
) -> Result<HashMap<InScope, Vec<(String, i64)>>, StoreError> {
    let rows = of_records(
        "SELECT d.scope_id, d.record_id, d.reason, d.times FROM ",
        records,
        " JOIN dismissals d ON d.scope_id = wanted.column1 AND d.record_id = wanted.column2 ORDER BY d.reason",
        store,
    );
    let reason = |code| Dismissal::from_code(code).map_or("for a reason of a newer version", Dismissal::reason);
    let mut dismissals: HashMap<InScope, Vec<_>> = HashMap::new();
    for row in rows.await? {
        let dismissal = (reason(row.get(2)).to_owned(), row.get(3));
        dismissals.entry((row.get(0), row.get(1))).or_default().push(dismissal);
    }
    Ok(dismissals)
}

async fn gone_of(store: &Database, records: &[InScope]) -> Result<HashMap<InScope, Timestamp>, StoreError> {
    let rows = of_records(
        "SELECT g.scope_id, g.record_id, g.at FROM ",
        records,
        " JOIN gone g ON g.scope_id = wanted.column1 AND g.record_id = wanted.column2",
        store,
    );
    let gone = |row: &Row| Ok(((row.get(0), row.get(1)), time(row.get(2))?));
    rows.await?.iter().map(gone).collect()
}

/// Asks for what there is of some records, which the statement knows as `wanted`.
async fn of_records(
    select: &'static str,
    records: &[InScope],
    join: &'static str,
    store: &Database,
) -> Result<Vec<Row>, StoreError> {
    let mut query = QueryBuilder::new(select);
    query.push("(");
    query.push_values(records, |mut values, (scope, record)| {
        values.push_bind(*scope).push_bind(*record);
    });
    query.push(") AS wanted").push(join);
    let query = query.build().persistent(records.len() == 1 || records.len() == ROWS);
    query.fetch_all(&store.readers).await.map_err(store_error)
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
        site: row.get(9),
        source: row.get(5),
        fetched_by: row.get(12),
        state: state(row.get(8)).ok_or_else(|| damaged("the state of an event"))?,
        fields,
    };
    Ok((summary, raw))
}

fn time(seconds: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_second(seconds).map_err(broken)
}
