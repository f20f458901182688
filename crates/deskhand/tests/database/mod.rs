//! Databases of the PostgreSQL server that tests have.

use std::str::FromStr as _;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};

/// A database of its own, dropped by [`Database::end`].
pub(crate) struct Database {
    server: PgConnectOptions,
    name: String,
    /// Its address, with the password.
    pub(crate) url: String,
}

impl Database {
    /// An empty one; the name tells those of one process apart.
    pub(crate) async fn empty(name: &str) -> Self {
        let url = std::env::var_os("DESKHAND_TEST_POSTGRES").expect(
            "tests on PostgreSQL need a server: run them by `cargo xtask test` or `cargo xtask postgres cargo nextest \
             run`, or set DESKHAND_TEST_POSTGRES to the URL of one where everything may be done",
        );
        let server = PgConnectOptions::from_str(url.to_str().unwrap()).unwrap();
        let name = format!("deskhand_test_{}_{name}", std::process::id());
        let url = server.clone().database(&name).to_url_lossy().to_string();
        let database = Self { server, name, url };
        database.on_server("CREATE DATABASE", "").await;
        database
    }

    /// Drops it, whoever still uses it.
    pub(crate) async fn end(self) {
        self.on_server("DROP DATABASE", "WITH (FORCE)").await;
    }

    async fn on_server(&self, what: &str, how: &str) {
        let mut connection = PgConnection::connect_with(&self.server).await.unwrap();
        let sql = format!("{what} {} {how}", self.name);
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
    }
}
