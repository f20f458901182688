//! What callbacks announced, until it has been looked at.

use deskhand_command::{Announced, BoxFuture};
use deskhand_engine::StoreError;
use deskhand_engine::callbacks::{CallbackInbox, Reception, Waiting};
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Row as _};

use super::dialect::{self, Connection, Database, Row};
use super::errors::store_error;
use crate::errors::damaged;

impl CallbackInbox for Database {
    fn secret<'a>(&'a self, connection: &'a str, proposed: &'a str) -> BoxFuture<'a, Result<String, StoreError>> {
        Box::pin(secret(self, connection, proposed))
    }

    fn registered<'a>(&'a self, connection: &'a str, at: Timestamp) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(registered(self, connection, at))
    }

    fn keep<'a>(
        &'a self,
        connection: &'a str,
        announced: Announced,
        at: Timestamp,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(keep(self, connection, announced, at))
    }

    fn waiting<'a>(&'a self, connection: &'a str, limit: u32) -> BoxFuture<'a, Result<Vec<Waiting>, StoreError>> {
        Box::pin(waiting(self, connection, limit))
    }

    fn done<'a>(&'a self, connection: &'a str, looked_at: &'a [Waiting]) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(done(self, connection, looked_at))
    }

    fn unannounced<'a>(
        &'a self,
        connection: &'a str,
        received: u64,
        at: Timestamp,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(unannounced(self, connection, received, at))
    }

    fn reception<'a>(&'a self, connection: &'a str) -> BoxFuture<'a, Result<Reception, StoreError>> {
        Box::pin(reception(self, connection))
    }
}

async fn secret(store: &Database, connection: &str, proposed: &str) -> Result<String, StoreError> {
    let mut transaction = dialect::begin(&store.writer).await.map_err(store_error)?;
    let kept = sqlx::query_scalar(
        "INSERT INTO callback_connections (connection, secret, received) VALUES ($1, $2, 0) \
         ON CONFLICT (connection) DO UPDATE SET secret = COALESCE(callback_connections.secret, excluded.secret) \
         RETURNING secret",
    )
    .bind(dialect::text(connection))
    .bind(dialect::text(proposed))
    .fetch_one(&mut *transaction)
    .await
    .map_err(store_error)?;
    transaction.commit().await.map_err(store_error)?;
    Ok(kept)
}

async fn registered(store: &Database, connection: &str, at: Timestamp) -> Result<(), StoreError> {
    let registered = sqlx::query(
        "INSERT INTO callback_connections (connection, registered_at, received) VALUES ($1, $2, 0) \
         ON CONFLICT (connection) DO UPDATE SET registered_at = excluded.registered_at, unannounced_at = NULL",
    );
    let registered = registered.bind(dialect::text(connection)).bind(at.as_second());
    registered.execute(&store.writer).await.map_err(store_error)?;
    Ok(())
}

async fn keep(store: &Database, connection: &str, announced: Announced, at: Timestamp) -> Result<(), StoreError> {
    let mut transaction = dialect::begin(&store.writer).await.map_err(store_error)?;
    let number = count(&mut transaction, connection, at).await?;
    sqlx::query(
        "INSERT INTO callbacks (connection, record_id, deleted, since, number) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (connection, record_id) DO UPDATE SET number = excluded.number, \
         deleted = CASE WHEN excluded.deleted = 1 THEN 1 ELSE callbacks.deleted END",
    )
    .bind(dialect::text(connection))
    .bind(announced.id)
    .bind(i64::from(announced.deleted))
    .bind(at.as_second())
    .bind(number)
    .execute(&mut *transaction)
    .await
    .map_err(store_error)?;
    transaction.commit().await.map_err(store_error)
}

/// Counts an announcement, which ends a silence; returns its number.
async fn count(to: &mut Connection, connection: &str, at: Timestamp) -> Result<i64, StoreError> {
    sqlx::query_scalar(
        "INSERT INTO callback_connections (connection, received, last_received_at) VALUES ($1, 1, $2) \
         ON CONFLICT (connection) DO UPDATE SET received = callback_connections.received + 1, \
         last_received_at = excluded.last_received_at, unannounced_at = NULL RETURNING received",
    )
    .bind(dialect::text(connection))
    .bind(at.as_second())
    .fetch_one(to)
    .await
    .map_err(store_error)
}

async fn waiting(store: &Database, connection: &str, limit: u32) -> Result<Vec<Waiting>, StoreError> {
    let rows = sqlx::query(
        "SELECT record_id, deleted, since, number FROM callbacks WHERE connection = $1 \
         ORDER BY since, record_id LIMIT $2",
    )
    .bind(dialect::text(connection))
    .bind(i64::from(limit))
    .fetch_all(&store.readers)
    .await
    .map_err(store_error)?;
    rows.iter().map(waiting_of).collect()
}

fn waiting_of(row: &Row) -> Result<Waiting, StoreError> {
    Ok(Waiting {
        announced: Announced {
            id: row.get(0),
            deleted: row.get::<i64, _>(1) == 1,
        },
        since: time(row.get(2))?,
        number: row.get::<i64, _>(3).unsigned_abs(),
    })
}

async fn done(store: &Database, connection: &str, looked_at: &[Waiting]) -> Result<(), StoreError> {
    let numbers = looked_at
        .iter()
        .map(|one| i64::try_from(one.number).unwrap_or(i64::MAX));
    let numbers: Vec<i64> = numbers.collect();
    let sql = format!(
        "DELETE FROM callbacks WHERE connection = $1 AND number IN (SELECT value FROM {})",
        dialect::table("$2")
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(dialect::text(connection))
        .bind(dialect::list(&numbers)?)
        .execute(&store.writer)
        .await
        .map_err(store_error)?;
    Ok(())
}

async fn unannounced(store: &Database, connection: &str, received: u64, at: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE callback_connections SET unannounced_at = $1 \
         WHERE connection = $2 AND received = $3 AND unannounced_at IS NULL",
    )
    .bind(at.as_second())
    .bind(dialect::text(connection))
    .bind(i64::try_from(received).unwrap_or(i64::MAX))
    .execute(&store.writer)
    .await
    .map_err(store_error)?;
    Ok(())
}

async fn reception(store: &Database, connection: &str) -> Result<Reception, StoreError> {
    let row = sqlx::query(
        "SELECT c.registered_at, c.received, c.last_received_at, c.unannounced_at, \
         (SELECT COUNT(*) FROM callbacks w WHERE w.connection = c.connection) \
         FROM callback_connections c WHERE c.connection = $1",
    )
    .bind(dialect::text(connection))
    .fetch_optional(&store.readers)
    .await
    .map_err(store_error)?;
    let Some(row) = row else {
        return Ok(Reception::default());
    };
    let at = |column: usize| row.get::<Option<i64>, _>(column).map(time).transpose();
    Ok(Reception {
        registered_at: at(0)?,
        received: row.get::<i64, _>(1).unsigned_abs(),
        last_received_at: at(2)?,
        unannounced_at: at(3)?,
        waiting: row.get::<i64, _>(4).unsigned_abs(),
    })
}

fn time(seconds: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_second(seconds).map_err(|_| damaged("the time of a callback"))
}
