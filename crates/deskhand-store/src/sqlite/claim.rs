//! Claims on feeds.

use deskhand_engine::StoreError;
use deskhand_engine::store::{FeedKey, Lease, LeaseRequest};
use jiff::Timestamp;
use sqlx::{Row, SqliteConnection};

use super::SqliteStore;
use super::errors::{broken, store_error};

pub(super) async fn claim(store: &SqliteStore, key: &FeedKey, request: &LeaseRequest) -> Result<Lease, StoreError> {
    let mut transaction = store.writer.begin_with("BEGIN IMMEDIATE").await.map_err(store_error)?;
    let scope = scope_of(&mut transaction, key).await?;
    let feed = feed_of(&mut transaction, scope, key).await?;
    let row = sqlx::query("SELECT holder, held_until, fence, position FROM feeds WHERE id = $1")
        .bind(feed)
        .fetch_one(&mut *transaction)
        .await
        .map_err(store_error)?;
    let (holder, until): (Option<String>, Option<i64>) = (row.get(0), row.get(1));
    if let (Some(holder), Some(until)) = (holder, until)
        && holder != request.holder
        && until > request.now.as_second()
    {
        return Err(StoreError::Held {
            holder,
            until: Timestamp::from_second(until).unwrap_or(request.now),
        });
    }
    let fence: i64 = row.get::<i64, _>(2) + 1;
    sqlx::query("UPDATE feeds SET holder = $1, held_until = $2, fence = $3 WHERE id = $4")
        .bind(&request.holder)
        .bind(request.now.as_second() + request.seconds)
        .bind(fence)
        .bind(feed)
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
    transaction.commit().await.map_err(store_error)?;
    let position: Option<String> = row.get(3);
    let position = position
        .map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(broken)?;
    Ok(Lease {
        feed,
        scope,
        fence,
        position,
    })
}

/// Gives a claim back, if it is still ours.
pub(super) async fn release(store: &SqliteStore, lease: &Lease) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE feeds SET holder = NULL, held_until = NULL WHERE id = $1 AND fence = $2")
        .bind(lease.feed)
        .bind(lease.fence)
        .execute(&store.writer)
        .await
        .map_err(store_error)?;
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(StoreError::Lost)
    }
}

async fn scope_of(connection: &mut SqliteConnection, key: &FeedKey) -> Result<i64, StoreError> {
    sqlx::query("INSERT INTO scopes (source, connection, site) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
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

async fn feed_of(connection: &mut SqliteConnection, scope: i64, key: &FeedKey) -> Result<i64, StoreError> {
    sqlx::query("INSERT INTO feeds (scope_id, company, filters) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
        .bind(scope)
        .bind(&key.company)
        .bind(&key.filters)
        .execute(&mut *connection)
        .await
        .map_err(store_error)?;
    sqlx::query_scalar("SELECT id FROM feeds WHERE scope_id = $1 AND company = $2 AND filters = $3")
        .bind(scope)
        .bind(&key.company)
        .bind(&key.filters)
        .fetch_one(connection)
        .await
        .map_err(store_error)
}
