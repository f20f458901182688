//! Claims on feeds.

use deskhand_engine::StoreError;
use deskhand_engine::store::{FeedKey, Lease, LeaseRequest};
use jiff::Timestamp;
use sqlx::Row as _;

use super::dialect::{self, Connection, Database};
use super::errors::{broken, store_error};
use super::readers;
use crate::lock::Lock;

/// A feed as it is found.
struct Found {
    id: i64,
    scope: i64,
    fence: i64,
    position: Option<String>,
    holder: Option<(String, i64)>,
    holder_locked: bool,
}

pub(super) async fn claim(store: &Database, key: &FeedKey, request: &LeaseRequest) -> Result<Lease, StoreError> {
    let mut transaction = dialect::begin(&store.writer).await.map_err(store_error)?;
    let scope = scope_of(&mut transaction, key).await?;
    let feed = feed_of(&mut transaction, scope, key).await?;
    let lock = store.locks.take(feed.id).await;
    let claimed = lease(&mut transaction, &feed, request, lock).await;
    let claimed = match claimed {
        Ok(lease) => transaction.commit().await.map(|()| lease).map_err(store_error),
        refused => refused,
    };
    if claimed.is_err() && lock == Lock::Taken {
        store.locks.give_back(feed.id).await;
    }
    claimed
}

async fn lease(to: &mut Connection, feed: &Found, request: &LeaseRequest, lock: Lock) -> Result<Lease, StoreError> {
    claim_found(to, feed, request, lock).await?;
    let mut position = feed.position.as_deref();
    let mut before = None;
    if let Some(reader) = &request.reader {
        if readers::turn(to, feed.id, reader).await? {
            position = None;
        }
        if position.is_none() {
            before = readers::before(to, feed.id, reader).await?;
        }
    }
    Ok(Lease {
        feed: feed.id,
        scope: feed.scope,
        fence: feed.fence + 1,
        position: position.map(serde_json::from_str).transpose().map_err(broken)?,
        before,
    })
}

/// Another's claim stands while its time runs, unless its process is known to have ended.
async fn claim_found(
    connection: &mut Connection,
    feed: &Found,
    request: &LeaseRequest,
    lock: Lock,
) -> Result<(), StoreError> {
    let ended = feed.holder_locked && lock == Lock::Taken;
    if let Some((holder, until)) = &feed.holder
        && *holder != request.holder
        && *until > request.now.as_second()
        && !ended
    {
        return Err(StoreError::Held {
            holder: holder.clone(),
            until: Timestamp::from_second(*until).unwrap_or(request.now),
        });
    }
    sqlx::query("UPDATE feeds SET holder = $1, held_until = $2, holder_locked = $3, fence = fence + 1 WHERE id = $4")
        .bind(&request.holder)
        .bind(request.until.as_second())
        .bind(i64::from(lock != Lock::Refused))
        .bind(feed.id)
        .execute(connection)
        .await
        .map_err(store_error)?;
    Ok(())
}

/// Makes a claim last until then, if it is still ours.
pub(super) async fn renew(store: &Database, lease: &Lease, until: Timestamp) -> Result<(), StoreError> {
    let renewed = sqlx::query("UPDATE feeds SET held_until = $1 WHERE id = $2 AND fence = $3")
        .bind(until.as_second())
        .bind(lease.feed)
        .bind(lease.fence)
        .execute(&store.writer)
        .await
        .map_err(store_error)?;
    held(renewed.rows_affected())?;
    store.locks.keep(lease.feed).await;
    Ok(())
}

/// Gives a claim back, if it is still ours.
pub(super) async fn release(store: &Database, lease: &Lease) -> Result<(), StoreError> {
    let released = sqlx::query("UPDATE feeds SET holder = NULL, held_until = NULL WHERE id = $1 AND fence = $2")
        .bind(lease.feed)
        .bind(lease.fence)
        .execute(&store.writer)
        .await
        .map_err(store_error)?;
    held(released.rows_affected())?;
    store.locks.give_back(lease.feed).await;
    Ok(())
}

/// No row of this fence: somebody else has a newer one.
pub(super) fn held(rows: u64) -> Result<(), StoreError> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Lost) }
}

async fn scope_of(connection: &mut Connection, key: &FeedKey) -> Result<i64, StoreError> {
    // What conflicts would use a number up all the same, where numbers come from a sequence.
    sqlx::query(
        "INSERT INTO scopes (source, connection, site) SELECT $1, $2, $3 \
         WHERE NOT EXISTS (SELECT 1 FROM scopes WHERE source = $1 AND connection = $2 AND site = $3)",
    )
    .bind(&key.source)
    .bind(&key.connection)
    .bind(&key.site)
    .execute(&mut *connection)
    .await
    .map_err(store_error)?;
    sqlx::query_scalar("SELECT id FROM scopes WHERE source = $1 AND connection = $2 AND site = $3")
        .bind(&key.source)
        .bind(&key.connection)
        .bind(&key.site)
        .fetch_one(connection)
        .await
        .map_err(store_error)
}

async fn feed_of(connection: &mut Connection, scope: i64, key: &FeedKey) -> Result<Found, StoreError> {
    sqlx::query(
        "INSERT INTO feeds (scope_id, company, filters) SELECT $1, $2, $3 \
         WHERE NOT EXISTS (SELECT 1 FROM feeds WHERE scope_id = $1 AND company = $2 AND filters = $3)",
    )
    .bind(scope)
    .bind(&key.company)
    .bind(&key.filters)
    .execute(&mut *connection)
    .await
    .map_err(store_error)?;
    let row = sqlx::query(
        "SELECT id, fence, position, holder, held_until, holder_locked FROM feeds \
         WHERE scope_id = $1 AND company = $2 AND filters = $3",
    )
    .bind(scope)
    .bind(&key.company)
    .bind(&key.filters)
    .fetch_one(connection)
    .await
    .map_err(store_error)?;
    let (holder, until): (Option<String>, Option<i64>) = (row.get(3), row.get(4));
    Ok(Found {
        id: row.get(0),
        scope,
        fence: row.get(1),
        position: row.get(2),
        holder: holder.zip(until),
        holder_locked: row.get::<i64, _>(5) != 0,
    })
}
