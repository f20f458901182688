//! Who reads which feed.

use deskhand_engine::StoreError;
use deskhand_engine::store::{BY_HAND, Before, Lease, Reading, turn_to};
use serde_json::Value;
use sqlx::Row as _;

use super::claim::held;
use super::dialect::{self, Connection, Database, Row};
use super::errors::{broken, store_error};

/// Notes that a reader reads a feed; true when that begins anew.
pub(super) async fn turn(to: &mut Connection, feed: i64, reader: &str) -> Result<bool, StoreError> {
    let own = own(to, feed, reader).await?;
    let here = sqlx::query(
        "SELECT reader, feed_id, before_feed_id, before_position, has_left FROM readers WHERE feed_id = $1",
    )
    .bind(feed)
    .fetch_all(&mut *to)
    .await
    .map_err(store_error)?;
    let here = here.iter().map(reading).collect::<Result<Vec<_>, _>>()?;
    let Some(turned) = turn_to(feed, reader, own, &here) else {
        return Ok(false);
    };
    let anew = turned.anew && reader != BY_HAND;
    if anew {
        let forget = sqlx::query("UPDATE feeds SET position = NULL WHERE id = $1").bind(feed);
        forget.execute(&mut *to).await.map_err(store_error)?;
    }
    if reader != BY_HAND {
        left(to, reader).await?;
    }
    let forget = sqlx::query("DELETE FROM readers WHERE feed_id = $1 AND has_left = 1").bind(feed);
    forget.execute(&mut *to).await.map_err(store_error)?;
    let (before, position) = turned
        .before
        .map(|before| (before.feed, before.position.to_string()))
        .unzip();
    sqlx::query(
        "INSERT INTO readers (reader, feed_id, before_feed_id, before_position, has_left) VALUES ($1, $2, $3, $4, 0)",
    )
    .bind(reader)
    .bind(feed)
    .bind(before)
    .bind(position)
    .execute(to)
    .await
    .map_err(store_error)?;
    Ok(anew)
}

/// What a reader reads, and how far that has come; whoever reads by hand reads any number of feeds.
async fn own(from: &mut Connection, feed: i64, reader: &str) -> Result<Option<(Reading, Option<Value>)>, StoreError> {
    let row = sqlx::query(
        "SELECT r.reader, r.feed_id, r.before_feed_id, r.before_position, r.has_left, f.position \
         FROM readers r JOIN feeds f ON f.id = r.feed_id WHERE r.reader = $1 AND r.has_left = 0 AND ($1 <> $2 OR r.feed_id = $3)",
    )
    .bind(reader)
    .bind(BY_HAND)
    .bind(feed)
    .fetch_optional(from)
    .await
    .map_err(store_error)?;
    row.map(|row| Ok((reading(&row)?, position(&row, 5)?))).transpose()
}

fn reading(row: &Row) -> Result<Reading, StoreError> {
    let before: Option<i64> = row.get(2);
    let before = before.zip(position(row, 3)?);
    Ok(Reading {
        reader: row.get(0),
        feed: row.get(1),
        before: before.map(|(feed, position)| Before { feed, position }),
        has_left: row.get::<i64, _>(4) != 0,
    })
}

fn position(row: &Row, column: usize) -> Result<Option<Value>, StoreError> {
    let text: Option<&str> = row.get(column);
    text.map(serde_json::from_str).transpose().map_err(broken)
}

/// Notes that somebody reads no feed any more.
pub(super) async fn left(to: &mut Connection, reader: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE readers SET has_left = 1 WHERE reader = $1")
        .bind(reader)
        .execute(to)
        .await
        .map_err(store_error)?;
    Ok(())
}

/// The feed that a reader goes on from, where there is one.
pub(super) async fn before(from: &mut Connection, feed: i64, reader: &str) -> Result<Option<Before>, StoreError> {
    let own = own(from, feed, reader).await?;
    Ok(own.and_then(|(own, _)| own.before))
}

/// Makes known to a feed what the one before it has decided on, when that is of the same connection and company.
pub(super) async fn carry_over(store: &Database, lease: &Lease, since: i64) -> Result<(), StoreError> {
    let Some(before) = &lease.before else {
        return Ok(());
    };
    let mut transaction = dialect::begin(&store.writer).await.map_err(store_error)?;
    let ours = sqlx::query("SELECT 1 FROM feeds WHERE id = $1 AND fence = $2")
        .bind(lease.feed)
        .bind(lease.fence)
        .fetch_all(&mut *transaction)
        .await
        .map_err(store_error)?;
    held(ours.len() as u64)?;
    let scope: Option<i64> = sqlx::query_scalar(
        "SELECT old.scope_id FROM feeds old JOIN scopes old_scope ON old_scope.id = old.scope_id, \
         feeds new JOIN scopes new_scope ON new_scope.id = new.scope_id WHERE old.id = $1 AND new.id = $2 \
         AND old_scope.connection = new_scope.connection AND old.company = new.company AND old.scope_id <> new.scope_id",
    )
    .bind(before.feed)
    .bind(lease.feed)
    .fetch_optional(&mut *transaction)
    .await
    .map_err(store_error)?;
    if let Some(scope) = scope {
        copy(&mut transaction, scope, lease.scope, since).await?;
    }
    transaction.commit().await.map_err(store_error)
}

async fn copy(to: &mut Connection, from: i64, scope: i64, since: i64) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO revisions (scope_id, record_id, digest, stamp, settled) \
         SELECT $1, r.record_id, r.digest, r.stamp, r.settled FROM revisions r WHERE r.scope_id = $2 AND r.stamp >= $3 \
         AND NOT EXISTS (SELECT 1 FROM revisions known WHERE known.scope_id = $1 AND known.record_id = r.record_id \
         AND known.digest = r.digest)",
    )
    .bind(scope)
    .bind(from)
    .bind(since)
    .execute(&mut *to)
    .await
    .map_err(store_error)?;
    sqlx::query(
        "INSERT INTO event_keys (scope_id, event_key) SELECT $1, k.event_key FROM event_keys k WHERE k.scope_id = $2 \
         AND NOT EXISTS (SELECT 1 FROM event_keys known WHERE known.scope_id = $1 AND known.event_key = k.event_key)",
    )
    .bind(scope)
    .bind(from)
    .execute(to)
    .await
    .map_err(store_error)?;
    Ok(())
}
