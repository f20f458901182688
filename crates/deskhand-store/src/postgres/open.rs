//! Opening a store, and bringing it up to date.

use std::sync::Arc;
use std::time::Duration;

use deskhand_engine::StoreError;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, PgConnection};

use super::address::{PostgresAddress, SCHEMA as SCHEMA_NAME};
use super::claim_lock::ClaimLocks;
use super::errors::store_error;
use super::{PostgresStore, dialect};
use crate::Codec;
use crate::schema;

/// The schema that this program knows.
pub(crate) const SCHEMA: [(i64, &str); 9] = [
    (1, include_str!("../../migrations/postgres/0001_events.sql")),
    (2, include_str!("../../migrations/postgres/0002_writes.sql")),
    (3, include_str!("../../migrations/postgres/0003_takings.sql")),
    (4, include_str!("../../migrations/postgres/0004_desk.sql")),
    (5, include_str!("../../migrations/postgres/0005_callbacks.sql")),
    (6, include_str!("../../migrations/postgres/0006_many_connections.sql")),
    (7, include_str!("../../migrations/postgres/0007_places.sql")),
    (8, include_str!("../../migrations/postgres/0008_readers.sql")),
    (9, include_str!("../../migrations/postgres/0009_sweeps.sql")),
];

/// A server that is away, and what is locked, are waited for this long.
const PATIENCE: Duration = Duration::from_secs(10);

const CONNECTIONS: u32 = 6;

/// What a database is found to hold.
struct Found {
    /// Whether the schema is there, with or without tables.
    schema: bool,
    /// The number of its last step, 0 when there is none.
    version: i64,
}

impl PostgresStore {
    /// Opens a store, making it when it is not there; one of a newer program is refused.
    pub async fn open(address: &PostgresAddress) -> Result<Self, StoreError> {
        Self::open_with(address, PATIENCE).await
    }

    /// Opens a store that waits this long for a server that is away, and for what is locked.
    pub async fn open_with(address: &PostgresAddress, patience: Duration) -> Result<Self, StoreError> {
        let options = address.options(patience);
        let mut connection = connect(&options, patience).await?;
        refuse_encoding(&mut connection).await?;
        migrate(&mut connection).await?;
        connection.close().await.map_err(store_error)?;
        // A connection is tried out before it is handed out, so that after a restart of the server the next call works.
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(patience)
            .connect_lazy_with(options.clone());
        Ok(Self {
            writer: pool.clone(),
            readers: pool,
            codec: Arc::new(Codec::default()),
            locks: Arc::new(ClaimLocks::new(options, patience)),
        })
    }

    /// Whether there is a store, which opening one that is not there would make.
    pub(crate) async fn exists(address: &PostgresAddress) -> Result<bool, StoreError> {
        let mut connection = connect(&address.options(PATIENCE), PATIENCE).await?;
        let found = look_at(&mut connection).await?;
        connection.close().await.map_err(store_error)?;
        Ok(found.version > 0)
    }
}

async fn connect(options: &PgConnectOptions, patience: Duration) -> Result<PgConnection, StoreError> {
    // Not by the pool, which would try again where a person has to mend the address.
    let connecting = tokio::time::timeout(patience, PgConnection::connect_with(options));
    match connecting.await {
        Ok(connected) => connected.map_err(store_error),
        Err(_) => Err(store_error(sqlx::Error::PoolTimedOut)),
    }
}

/// Other encodings do not take every text.
async fn refuse_encoding(connection: &mut PgConnection) -> Result<(), StoreError> {
    let encoding: String = sqlx::query_scalar("SHOW server_encoding")
        .fetch_one(connection)
        .await
        .map_err(store_error)?;
    if encoding == "UTF8" {
        return Ok(());
    }
    Err(StoreError::Refused {
        message: format!("the encoding of the database is {encoding}, not UTF8"),
        hint: "make another with `createdb --encoding=UTF8 --template=template0 NAME`, and name it (`--store`)",
    })
}

/// Applies what is missing, all of it in one transaction, so that two programs that start together do not collide.
async fn migrate(connection: &mut PgConnection) -> Result<(), StoreError> {
    let known = schema::newest(&SCHEMA);
    if look_at(connection).await?.version == known {
        return Ok(());
    }
    let mut transaction = connection
        .begin_with("BEGIN ISOLATION LEVEL READ COMMITTED")
        .await
        .map_err(store_error)?;
    dialect::lock(&mut transaction, dialect::LOCKS)
        .await
        .map_err(store_error)?;
    let found = look_at(&mut transaction).await?;
    schema::refuse_newer(&SCHEMA, found.version)?;
    let mut statements = Vec::new();
    // Whoever may not make a schema can be given one that is empty.
    if !found.schema {
        statements.push("CREATE SCHEMA deskhand");
    }
    if found.version == 0 {
        statements
            .push("CREATE TABLE deskhand_schema (version BIGINT NOT NULL); INSERT INTO deskhand_schema VALUES (0)");
    }
    statements.extend(schema::missing(&SCHEMA, found.version));
    for sql in statements {
        let step = sqlx::raw_sql(sql).execute(&mut *transaction);
        step.await.map_err(store_error)?;
    }
    sqlx::query("UPDATE deskhand_schema SET version = $1")
        .bind(known)
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
    transaction.commit().await.map_err(store_error)
}

/// What is there; a schema of our name with something else in it is refused.
async fn look_at(connection: &mut PgConnection) -> Result<Found, StoreError> {
    let (schema, versioned, relations): (bool, bool, i64) = sqlx::query_as(
        "SELECT to_regnamespace($1) IS NOT NULL, to_regclass($1 || '.deskhand_schema') IS NOT NULL, \
         (SELECT COUNT(*) FROM pg_class WHERE relnamespace = to_regnamespace($1))",
    )
    .bind(SCHEMA_NAME)
    .fetch_one(&mut *connection)
    .await
    .map_err(store_error)?;
    if !versioned {
        return if relations == 0 {
            Ok(Found { schema, version: 0 })
        } else {
            Err(StoreError::Foreign)
        };
    }
    let version: Option<i64> = sqlx::query_scalar("SELECT version FROM deskhand_schema")
        .fetch_optional(connection)
        .await
        .map_err(store_error)?;
    let version = version.ok_or(StoreError::Foreign)?;
    Ok(Found { schema, version })
}
