//! The floor of a step: one durable commit of a small row.

use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection as _, SqliteConnection};

/// How long each of so many commits takes, with the settings of the store and in the same folder as it.
pub(super) async fn commits(folder: &Path, count: i64) -> anyhow::Result<Vec<Duration>> {
    let options = SqliteConnectOptions::new()
        .filename(folder.join("floor.sqlite"))
        .create_if_missing(true)
        .page_size(8192)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let table = "CREATE TABLE IF NOT EXISTS rows (number INTEGER PRIMARY KEY, text TEXT NOT NULL)";
    sqlx::query(table).execute(&mut connection).await?;
    let mut times = Vec::new();
    for number in 0..count {
        let began = Instant::now();
        sqlx::query("INSERT INTO rows (text) VALUES ($1)")
            .bind(format!("A small row, the one with the number {number}"))
            .execute(&mut connection)
            .await?;
        times.push(began.elapsed());
    }
    connection.close().await?;
    Ok(times)
}
