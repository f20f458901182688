//! Opening a store, and bringing it up to date.

use std::fs::File;
use std::future::ready;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use deskhand_engine::StoreError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, SqliteConnection, SqlitePool};

use super::SqliteStore;
use super::claim_lock::ClaimLocks;
use super::errors::store_error;
use crate::{Codec, schema};

/// The schema that this program knows, as text: `migrate!` would need the SQL engine a second time for the build.
pub(crate) const SCHEMA: [(i64, &str); 9] = [
    (1, include_str!("../../migrations/sqlite/0001_events.sql")),
    (2, include_str!("../../migrations/sqlite/0002_writes.sql")),
    (3, include_str!("../../migrations/sqlite/0003_takings.sql")),
    (4, include_str!("../../migrations/sqlite/0004_desk.sql")),
    (5, include_str!("../../migrations/sqlite/0005_callbacks.sql")),
    (6, include_str!("../../migrations/sqlite/0006_many_connections.sql")),
    (7, include_str!("../../migrations/sqlite/0007_places.sql")),
    (8, include_str!("../../migrations/sqlite/0008_readers.sql")),
    (9, include_str!("../../migrations/sqlite/0009_sweeps.sql")),
];

/// Says in the file whose it is, as four letters.
const APPLICATION: i64 = 0x4448_6e64;

/// A locked file is waited for this long.
const PATIENCE: Duration = Duration::from_secs(10);

/// Of an event's row of some 1,200 bytes, fewer are left over at the end of a larger page.
const PAGE_SIZE: u32 = 8192;

impl SqliteStore {
    /// Opens a store, making it when it is not there; one of a newer program is refused.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_with(path, PATIENCE).await
    }

    /// Opens a store that waits this long for a locked file.
    ///
    /// When the disk is full, SQLite can end a transaction by itself. The connection then takes itself for inside of one for
    /// ever, and another has to take its place.
    pub(super) async fn open_with(path: &Path, patience: Duration) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new().filename(path).busy_timeout(patience);
        look_at(path, &options).await?;
        keep_from_others(path).map_err(|error| StoreError::Unwritable(Box::new(error)))?;
        let options = options
            .create_if_missing(true)
            .page_size(PAGE_SIZE)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .test_before_acquire(false)
            .before_acquire(|connection, _| Box::pin(ready(Ok(!connection.is_in_transaction()))))
            .connect_with(options.clone())
            .await
            .map_err(store_error)?;
        migrate(&writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .test_before_acquire(false)
            .connect_with(options.read_only(true).create_if_missing(false))
            .await
            .map_err(store_error)?;
        Ok(Self {
            writer,
            readers,
            appends: Arc::default(),
            codec: Arc::new(Codec::default()),
            locks: Arc::new(ClaimLocks::beside(path)),
        })
    }
}

/// Makes a new file that its owner alone can read: customers' tickets and sealed secrets are in it. SQLite gives the files
/// beside it the same rights.
fn keep_from_others(path: &Path) -> io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let mut file = File::options();
    file.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    match file.open(path) {
        // Another process was faster, and SQLite tells in its own words where there is no folder.
        Err(error) if matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound) => Ok(()),
        made => made.map(drop),
    }
}

/// Refuses a file that is not ours, or newer, before anything in it changes.
async fn look_at(path: &Path, options: &SqliteConnectOptions) -> Result<(), StoreError> {
    if path.metadata().is_ok_and(|file| file.len() > 0) {
        let mut connection = SqliteConnection::connect_with(options).await.map_err(store_error)?;
        schema::refuse_newer(&SCHEMA, version(&mut connection).await?)?;
        connection.close().await.map_err(store_error)?;
    }
    Ok(())
}

/// Applies what is missing, all of it in one transaction, so that two programs that start together do not collide.
async fn migrate(pool: &SqlitePool) -> Result<(), StoreError> {
    let known = schema::newest(&SCHEMA);
    if version(&mut *pool.acquire().await.map_err(store_error)?).await? == known {
        return Ok(());
    }
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await.map_err(store_error)?;
    let found = version(&mut transaction).await?;
    schema::refuse_newer(&SCHEMA, found)?;
    for sql in schema::missing(&SCHEMA, found) {
        let step = sqlx::raw_sql(sql).execute(&mut *transaction);
        step.await.map_err(store_error)?;
    }
    let stamp = format!("PRAGMA user_version = {known}; PRAGMA application_id = {APPLICATION}");
    let stamped = sqlx::raw_sql(sqlx::AssertSqlSafe(stamp)).execute(&mut *transaction);
    stamped.await.map_err(store_error)?;
    transaction.commit().await.map_err(store_error)
}

/// The schema's version, 0 of a new file; a file with something else in it is refused.
async fn version(connection: &mut SqliteConnection) -> Result<i64, StoreError> {
    let (application, version): (i64, i64) =
        sqlx::query_as("SELECT a.application_id, v.user_version FROM pragma_application_id a, pragma_user_version v")
            .fetch_one(&mut *connection)
            .await
            .map_err(store_error)?;
    let tables: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_master")
        .fetch_one(connection)
        .await
        .map_err(store_error)?;
    if application == APPLICATION || (application == 0 && tables == 0) {
        Ok(version)
    } else {
        Err(StoreError::Foreign)
    }
}
