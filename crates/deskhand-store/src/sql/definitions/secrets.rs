//! Secrets that only the holder of the key can read.

use deskhand_engine::StoreError;
use deskhand_engine::desk::SealedSecret;
use sqlx::Row as _;

use super::dialect::{Database, Row};
use super::errors::store_error;

/// Keeps a secret in the place of the one before.
pub(super) async fn put(store: &Database, secret: &SealedSecret) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO secrets (connection, parameter, key_id, sealed) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (connection, parameter) DO UPDATE SET key_id = excluded.key_id, sealed = excluded.sealed",
    )
    .bind(&secret.connection)
    .bind(&secret.parameter)
    .bind(&secret.key_id)
    .bind(&secret.sealed)
    .execute(&store.writer)
    .await
    .map_err(store_error)?;
    Ok(())
}

/// All secrets of a connection.
pub(super) async fn of(store: &Database, connection: &str) -> Result<Vec<SealedSecret>, StoreError> {
    let rows = sqlx::query(
        "SELECT connection, parameter, key_id, sealed FROM secrets WHERE connection = $1 ORDER BY parameter",
    )
    .bind(connection)
    .fetch_all(&store.readers)
    .await
    .map_err(store_error)?;
    Ok(rows.iter().map(secret).collect())
}

/// Secrets that are not sealed with this key.
pub(super) async fn of_other_keys(store: &Database, key_id: &str, limit: u32) -> Result<Vec<SealedSecret>, StoreError> {
    let rows = sqlx::query(
        "SELECT connection, parameter, key_id, sealed FROM secrets WHERE key_id <> $1 \
         ORDER BY connection, parameter LIMIT $2",
    )
    .bind(key_id)
    .bind(i64::from(limit))
    .fetch_all(&store.readers)
    .await
    .map_err(store_error)?;
    Ok(rows.iter().map(secret).collect())
}

/// Replaces a secret if it still is what it was.
pub(super) async fn reseal(store: &Database, before: &SealedSecret, after: &SealedSecret) -> Result<bool, StoreError> {
    let resealed = sqlx::query(
        "UPDATE secrets SET key_id = $1, sealed = $2 \
         WHERE connection = $3 AND parameter = $4 AND key_id = $5 AND sealed = $6",
    )
    .bind(&after.key_id)
    .bind(&after.sealed)
    .bind(&before.connection)
    .bind(&before.parameter)
    .bind(&before.key_id)
    .bind(&before.sealed)
    .execute(&store.writer)
    .await
    .map_err(store_error)?;
    Ok(resealed.rows_affected() == 1)
}

/// Forgets the secrets of a connection.
pub(super) async fn forget(store: &Database, connection: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM secrets WHERE connection = $1")
        .bind(connection)
        .execute(&store.writer)
        .await
        .map_err(store_error)?;
    Ok(())
}

fn secret(row: &Row) -> SealedSecret {
    SealedSecret {
        connection: row.get(0),
        parameter: row.get(1),
        key_id: row.get(2),
        sealed: row.get(3),
    }
}
