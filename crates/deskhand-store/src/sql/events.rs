//! Events on their way into the store.

use std::collections::HashMap;
use std::sync::Arc;

use deskhand_engine::StoreError;
use deskhand_engine::events::{Because, NewEvent};
use sqlx::{AssertSqlSafe, QueryBuilder, Row as _};

use super::ROWS;
use super::dialect::{self, Connection};
use super::errors::{broken, store_error};
use crate::{Codec, CodecError};

/// Where events come from, and when.
#[derive(Clone, Copy)]
pub(super) struct Origin {
    pub(super) feed: i64,
    pub(super) run: Option<i64>,
    pub(super) now: i64,
}

/// An event as it is stored.
struct Packed {
    event: NewEvent,
    because: Because,
    body: Vec<u8>,
}

pub(super) async fn insert(
    to: &mut Connection,
    codec: Arc<Codec>,
    taken: Vec<(NewEvent, Because)>,
    origin: Origin,
) -> Result<(), StoreError> {
    if taken.is_empty() {
        return Ok(());
    }
    let sources = source_ids(to, &taken).await?;
    // Compression is work for another thread.
    let packed = tokio::task::spawn_blocking(move || pack(&codec, taken));
    let packed = packed.await.map_err(broken)?.map_err(broken)?;
    for events in packed.chunks(ROWS) {
        let mut insert = QueryBuilder::new(
            "INSERT INTO events \
             (feed_id, run_id, taken_at, source_id, record_id, stamp, because, raw_length, body) ",
        );
        insert.push_values(events, |mut row, packed| {
            let event = &packed.event;
            row.push_bind(origin.feed).push_bind(origin.run).push_bind(origin.now);
            row.push_bind(sources.get(event.source.as_str()).copied());
            row.push_bind(event.record_id).push_bind(event.stamp);
            row.push_bind(packed.because.code());
            row.push_bind(i64::try_from(event.raw.len()).unwrap_or(i64::MAX));
            row.push_bind(packed.body.as_slice());
        });
        let insert = insert.build().persistent(events.len() == ROWS);
        insert.execute(&mut *to).await.map_err(store_error)?;
    }
    Ok(())
}

fn pack(codec: &Codec, taken: Vec<(NewEvent, Because)>) -> Result<Vec<Packed>, CodecError> {
    let mut encoder = codec.encoder()?;
    let pack = |(event, because): (NewEvent, Because)| {
        Ok(Packed {
            body: encoder.encode(&event.raw, event.fields.as_bytes())?,
            event,
            because,
        })
    };
    taken.into_iter().map(pack).collect()
}

/// The numbers of the event sources of a batch, made where they are new.
async fn source_ids(to: &mut Connection, taken: &[(NewEvent, Because)]) -> Result<HashMap<String, i64>, StoreError> {
    let mut names: Vec<&str> = taken.iter().map(|(event, _)| event.source.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let table = dialect::table("$1");
    let insert =
        format!("INSERT INTO sources (name) SELECT value FROM {table} WHERE value NOT IN (SELECT name FROM sources)");
    sqlx::query(AssertSqlSafe(insert))
        .bind(dialect::list(&names)?)
        .execute(&mut *to)
        .await
        .map_err(store_error)?;
    let select = format!("SELECT name, id FROM sources WHERE name IN (SELECT value FROM {table})");
    let rows = sqlx::query(AssertSqlSafe(select))
        .bind(dialect::list(&names)?)
        .fetch_all(to)
        .await
        .map_err(store_error)?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}
