//! A batch: what is new becomes events, together with the position after it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use deskhand_engine::StoreError;
use deskhand_engine::events::{Dismissal, NewEvent};
use deskhand_engine::ingest::{Decision, Known, decide};
use deskhand_engine::store::{BatchWrite, Committed, Lease, Unusable};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};

use super::SqliteStore;
use super::errors::{broken, store_error};
use crate::Codec;

/// Rows a statement: well below SQLite's limit of bound values.
const ROWS: usize = 500;

type Transaction<'a> = sqlx::Transaction<'a, Sqlite>;

/// Values made small, in the order of the batch; raw and fields.
type Small = Vec<(Vec<u8>, Vec<u8>)>;

pub(super) async fn commit(store: &SqliteStore, lease: &Lease, batch: BatchWrite) -> Result<Committed, StoreError> {
    let mut transaction = store.writer.begin_with("BEGIN IMMEDIATE").await.map_err(store_error)?;
    advance(&mut transaction, lease, &batch).await?;
    let known = known_revisions(&mut transaction, lease.scope, &batch.candidates).await?;
    let keys = known_keys(&mut transaction, lease.scope, &batch.candidates).await?;
    let decisions = decide(&batch.candidates, known, keys, batch.settle_seconds);
    let mut committed = Committed::default();
    let (mut taken, mut dismissed, mut confirmed) = (Vec::new(), BTreeMap::new(), Vec::new());
    for (candidate, decision) in batch.candidates.iter().zip(&decisions) {
        match decision {
            Decision::Take => taken.push(candidate.clone()),
            Decision::Dismiss { reason, confirms } => {
                *dismissed.entry((candidate.record_id, *reason)).or_insert(0_i64) += 1;
                *committed.dismissed.entry(*reason).or_default() += 1;
                if *confirms {
                    confirmed.push((candidate.record_id, candidate.digest, candidate.read_at));
                }
            }
        }
    }
    committed.taken = taken.len() as u64;
    insert_taken(&mut transaction, &store.codec, lease, &batch, taken).await?;
    count_dismissals(&mut transaction, lease.scope, &dismissed).await?;
    for (record_id, digest, read_at) in confirmed {
        confirm(&mut transaction, lease.scope, record_id, &digest, read_at).await?;
    }
    set_aside(&mut transaction, lease.feed, &batch.unusable, batch.now.as_second()).await?;
    transaction.commit().await.map_err(store_error)?;
    Ok(committed)
}

/// Moves the position and renews the claim; a claim that somebody else has taken over changes nothing.
async fn advance(transaction: &mut Transaction<'_>, lease: &Lease, batch: &BatchWrite) -> Result<(), StoreError> {
    let position = batch.position.as_ref().map(ToString::to_string);
    let done =
        sqlx::query("UPDATE feeds SET position = COALESCE($1, position), held_until = $2 WHERE id = $3 AND fence = $4")
            .bind(position)
            .bind(batch.lease_until.as_second())
            .bind(lease.feed)
            .bind(lease.fence)
            .execute(&mut **transaction)
            .await
            .map_err(store_error)?;
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(StoreError::Lost)
    }
}

async fn known_revisions(
    connection: &mut SqliteConnection,
    scope: i64,
    candidates: &[NewEvent],
) -> Result<HashMap<i64, Vec<Known>>, StoreError> {
    let ids: Vec<i64> = candidates.iter().map(|candidate| candidate.record_id).collect();
    let rows = sqlx::query(
        "SELECT record_id, digest, stamp, read_at FROM revisions \
         WHERE scope_id = $1 AND record_id IN (SELECT value FROM json_each($2))",
    )
    .bind(scope)
    .bind(serde_json::to_string(&ids).map_err(broken)?)
    .fetch_all(connection)
    .await
    .map_err(store_error)?;
    let mut known: HashMap<i64, Vec<Known>> = HashMap::new();
    for row in rows {
        let digest = row.get::<Vec<u8>, _>(1).try_into().unwrap_or([0; 32]);
        known.entry(row.get(0)).or_default().push(Known {
            digest,
            stamp: row.get(2),
            read_at: row.get(3),
        });
    }
    Ok(known)
}

async fn known_keys(
    connection: &mut SqliteConnection,
    scope: i64,
    candidates: &[NewEvent],
) -> Result<HashSet<String>, StoreError> {
    let keys: Vec<&String> = candidates
        .iter()
        .filter_map(|candidate| candidate.event_key.as_ref())
        .collect();
    if keys.is_empty() {
        return Ok(HashSet::new());
    }
    let rows: Vec<String> = sqlx::query_scalar(
        "SELECT event_key FROM event_keys WHERE scope_id = $1 AND event_key IN (SELECT value FROM json_each($2))",
    )
    .bind(scope)
    .bind(serde_json::to_string(&keys).map_err(broken)?)
    .fetch_all(connection)
    .await
    .map_err(store_error)?;
    Ok(rows.into_iter().collect())
}

async fn insert_taken(
    transaction: &mut Transaction<'_>,
    codec: &Arc<Codec>,
    lease: &Lease,
    batch: &BatchWrite,
    taken: Vec<NewEvent>,
) -> Result<(), StoreError> {
    if taken.is_empty() {
        return Ok(());
    }
    insert_revisions(transaction, lease.scope, &taken).await?;
    let (taken, small) = made_small(Arc::clone(codec), taken).await?;
    for (events, small) in taken.chunks(ROWS).zip(small.chunks(ROWS)) {
        let mut insert = QueryBuilder::new(
            "INSERT INTO events (feed_id, record_id, stamp, taken_at, source, run_id, raw_length, raw, fields) ",
        );
        insert.push_values(events.iter().zip(small), |mut row, (event, (raw, fields))| {
            let length = i64::try_from(event.raw.len()).unwrap_or(i64::MAX);
            row.push_bind(lease.feed)
                .push_bind(event.record_id)
                .push_bind(event.stamp)
                .push_bind(batch.now.as_second());
            row.push_bind(&event.source)
                .push_bind(&batch.run_id)
                .push_bind(length)
                .push_bind(raw)
                .push_bind(fields);
        });
        insert
            .build()
            .persistent(false)
            .execute(&mut **transaction)
            .await
            .map_err(store_error)?;
    }
    let ids: Vec<i64> = taken.iter().map(|event| event.record_id).collect();
    sqlx::query("DELETE FROM gone WHERE scope_id = $1 AND record_id IN (SELECT value FROM json_each($2))")
        .bind(lease.scope)
        .bind(serde_json::to_string(&ids).map_err(broken)?)
        .execute(&mut **transaction)
        .await
        .map_err(store_error)?;
    Ok(())
}

async fn insert_revisions(transaction: &mut Transaction<'_>, scope: i64, taken: &[NewEvent]) -> Result<(), StoreError> {
    for events in taken.chunks(ROWS) {
        let mut insert = QueryBuilder::new("INSERT INTO revisions (scope_id, record_id, digest, stamp, read_at) ");
        insert.push_values(events, |mut row, event| {
            row.push_bind(scope)
                .push_bind(event.record_id)
                .push_bind(event.digest.as_slice());
            row.push_bind(event.stamp).push_bind(event.read_at);
        });
        insert
            .build()
            .persistent(false)
            .execute(&mut **transaction)
            .await
            .map_err(store_error)?;
        let keys: Vec<&String> = events.iter().filter_map(|event| event.event_key.as_ref()).collect();
        if !keys.is_empty() {
            sqlx::query("INSERT INTO event_keys (scope_id, event_key) SELECT $1, value FROM json_each($2)")
                .bind(scope)
                .bind(serde_json::to_string(&keys).map_err(broken)?)
                .execute(&mut **transaction)
                .await
                .map_err(store_error)?;
        }
    }
    Ok(())
}

/// Compression is work for another thread.
async fn made_small(codec: Arc<Codec>, taken: Vec<NewEvent>) -> Result<(Vec<NewEvent>, Small), StoreError> {
    let made = tokio::task::spawn_blocking(move || {
        let raw = codec.encode_all(taken.iter().map(|event| &*event.raw))?;
        let fields = codec.encode_all(taken.iter().map(|event| event.fields.as_bytes()))?;
        Ok::<_, crate::CodecError>((taken, raw.into_iter().zip(fields).collect()))
    });
    made.await.map_err(broken)?.map_err(broken)
}

async fn count_dismissals(
    transaction: &mut Transaction<'_>,
    scope: i64,
    dismissed: &BTreeMap<(i64, Dismissal), i64>,
) -> Result<(), StoreError> {
    let rows: Vec<_> = dismissed
        .iter()
        .map(|((id, reason), times)| (*id, reason.reason(), *times))
        .collect();
    for rows in rows.chunks(ROWS) {
        let mut insert = QueryBuilder::new("INSERT INTO dismissals (scope_id, record_id, reason, times) ");
        insert.push_values(rows, |mut row, (id, reason, times)| {
            row.push_bind(scope).push_bind(*id).push_bind(*reason).push_bind(*times);
        });
        insert.push(" ON CONFLICT (scope_id, record_id, reason) DO UPDATE SET times = times + excluded.times");
        insert
            .build()
            .persistent(false)
            .execute(&mut **transaction)
            .await
            .map_err(store_error)?;
    }
    Ok(())
}

async fn confirm(
    transaction: &mut Transaction<'_>,
    scope: i64,
    record_id: i64,
    digest: &[u8; 32],
    read_at: i64,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE revisions SET read_at = $1 WHERE scope_id = $2 AND record_id = $3 AND digest = $4")
        .bind(read_at)
        .bind(scope)
        .bind(record_id)
        .bind(digest.as_slice())
        .execute(&mut **transaction)
        .await
        .map_err(store_error)?;
    Ok(())
}

async fn set_aside(
    transaction: &mut Transaction<'_>,
    feed: i64,
    unusable: &[Unusable],
    at: i64,
) -> Result<(), StoreError> {
    for one in unusable {
        sqlx::query("INSERT INTO quarantine (feed_id, record_id, reason, raw, at) VALUES ($1, $2, $3, $4, $5)")
            .bind(feed)
            .bind(one.record_id)
            .bind(&one.reason)
            .bind(one.raw.as_deref())
            .bind(at)
            .execute(&mut **transaction)
            .await
            .map_err(store_error)?;
    }
    Ok(())
}
