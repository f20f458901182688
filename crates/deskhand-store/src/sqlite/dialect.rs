//! What the statements of `sql/` need to know of SQLite.

use deskhand_engine::StoreError;
use serde::Serialize;
use sqlx::{Sqlite, SqlitePool, Transaction};

use super::errors::broken;

pub(super) use super::SqliteStore as Database;
/// Appends to a run's journal.
pub(super) use super::appends::append;
pub(super) type Connection = sqlx::SqliteConnection;
pub(super) type Row = sqlx::sqlite::SqliteRow;

/// The size of the file.
pub(super) const STORED_BYTES: &str = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";

/// After a query, what keeps its rows as they are until the transaction ends: nobody else writes anyway.
pub(super) const FOR_UPDATE: &str = "";
/// The same, without the rows that another transaction keeps.
pub(super) const SKIP_LOCKED: &str = "";

/// Behind a text: it is compared byte by byte.
pub(super) const BY_BYTES: &str = "";

/// Begins a transaction that writes, which is the only one until it ends.
pub(super) async fn begin(writer: &SqlitePool) -> sqlx::Result<Transaction<'static, Sqlite>> {
    writer.begin_with("BEGIN IMMEDIATE").await
}

/// Begins a transaction that keeps others from the rows alone that it touches, where the database can do that.
pub(super) async fn begin_apart(writer: &SqlitePool) -> sqlx::Result<Transaction<'static, Sqlite>> {
    begin(writer).await
}

/// A list as one value to bind: a JSON array.
pub(super) fn list<T: Serialize>(values: &[T]) -> Result<String, StoreError> {
    serde_json::to_string(values).map_err(broken)
}

/// The values of a list that is bound to this parameter, as a table with the column `value`.
pub(super) fn table(parameter: &str) -> String {
    format!("json_each({parameter})")
}

/// Text as SQLite takes it: any.
pub(super) fn text(text: &str) -> &str {
    text
}

/// A value of a Unique Event Key as an index takes it: as it is.
pub(super) fn key(key: &str) -> &str {
    key
}
