//! Opening a store, and bringing it up to date.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use deskhand_engine::StoreError;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::SqliteStore;
use super::errors::store_error;
use crate::Codec;

/// The schema that this program knows, as text: `migrate!` would need the SQL engine a second time for the build.
const SCHEMA: [(i64, &str); 1] = [(1, include_str!("../../migrations/sqlite/0001_events.sql"))];

impl SqliteStore {
    /// Opens a store, making it when it is not there; one of a newer program is refused.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10))
            .foreign_keys(true);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await
            .map_err(store_error)?;
        migrate(&writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .connect_with(options.read_only(true).create_if_missing(false))
            .await
            .map_err(store_error)?;
        Ok(Self {
            writer,
            readers,
            codec: Arc::new(Codec::default()),
        })
    }

    /// Closes the store; what was committed is in the file alone afterwards.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Applies what is missing, each step with its number in one transaction.
async fn migrate(pool: &SqlitePool) -> Result<(), StoreError> {
    let found: i64 = sqlx::query_scalar("PRAGMA user_version")
        .fetch_one(pool)
        .await
        .map_err(store_error)?;
    let known = SCHEMA.last().map_or(0, |(version, _)| *version);
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for (version, sql) in SCHEMA.iter().filter(|(version, _)| *version > found) {
        let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await.map_err(store_error)?;
        sqlx::raw_sql(*sql)
            .execute(&mut *transaction)
            .await
            .map_err(store_error)?;
        let stamp = format!("PRAGMA user_version = {version}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(stamp))
            .execute(&mut *transaction)
            .await
            .map_err(store_error)?;
        transaction.commit().await.map_err(store_error)?;
    }
    Ok(())
}
