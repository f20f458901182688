//! Databases of the PostgreSQL server that tests have, one for each test.

use std::str::FromStr as _;
use std::sync::atomic::{AtomicU32, Ordering};

use deskhand_store::{PostgresAddress, PostgresStore};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};

/// A database of its own, dropped by [`Database::end`].
pub(crate) struct Database {
    server: PgConnectOptions,
    pub(crate) name: String,
}

impl Database {
    /// An empty one.
    pub(crate) async fn empty() -> Self {
        Self::with("").await
    }

    /// An empty one, made with these options.
    pub(crate) async fn with(options: &str) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::SeqCst);
        let name = format!("deskhand_test_{}_{number}", std::process::id());
        let database = Self { server: server(), name };
        database
            .on_server(&format!("CREATE DATABASE {} {options}", database.name))
            .await;
        database
    }

    /// Does something as somebody who may do everything, outside this database.
    pub(crate) async fn on_server(&self, sql: &str) {
        let mut connection = PgConnection::connect_with(&self.server).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
    }

    /// How to connect to it.
    pub(crate) fn options(&self) -> PgConnectOptions {
        self.server.clone().database(&self.name)
    }

    /// A connection that knows nothing of stores.
    pub(crate) async fn plain(&self) -> PgConnection {
        PgConnection::connect_with(&self.options()).await.unwrap()
    }

    pub(crate) fn address(&self) -> PostgresAddress {
        address(&self.options())
    }

    /// Its address with a query of this text.
    pub(crate) fn address_with(&self, query: &str) -> PostgresAddress {
        let mut url = self.options().to_url_lossy();
        url.set_query(Some(query));
        url.as_str().parse().unwrap()
    }

    pub(crate) async fn open(&self) -> PostgresStore {
        PostgresStore::open(&self.address()).await.unwrap()
    }

    /// Drops it, whoever still uses it.
    pub(crate) async fn end(self) {
        self.on_server(&format!("DROP DATABASE {} WITH (FORCE)", self.name))
            .await;
    }
}

/// The address that connects like this, as a person would write it.
pub(crate) fn address(options: &PgConnectOptions) -> PostgresAddress {
    options.to_url_lossy().as_str().parse().unwrap()
}

fn server() -> PgConnectOptions {
    let url = std::env::var_os("DESKHAND_TEST_POSTGRES").expect(
        "tests on PostgreSQL need a server: run them by `cargo xtask test` or `cargo xtask postgres cargo nextest run`, \
         or set DESKHAND_TEST_POSTGRES to the URL of one where everything may be done",
    );
    PgConnectOptions::from_str(url.to_str().unwrap()).unwrap()
}
