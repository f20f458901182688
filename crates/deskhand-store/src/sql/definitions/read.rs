//! Definitions as they are and were.

use deskhand_engine::StoreError;
use deskhand_engine::desk::{Definition, Kind};
use sqlx::{AssertSqlSafe, Row as _};

use super::dialect::{self, Connection, Database, Row};
use super::errors::store_error;
use super::words::{named, time, word};

const DEFINITION: &str = "kind, name, version, body, applied_at, applied_by, removed";

/// The newest version of everything that was not taken away, by kind and name.
pub(super) async fn newest(store: &Database) -> Result<Vec<Definition>, StoreError> {
    let sql = format!("SELECT {DEFINITION} FROM definitions WHERE newest = 1 AND removed = 0");
    let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&store.readers).await;
    let mut found = definitions(&rows.map_err(store_error)?)?;
    // Each database has an order of letters of its own.
    found.sort_by(|one, other| (one.kind, &one.name).cmp(&(other.kind, &other.name)));
    Ok(found)
}

/// The newest versions of whatever has one of these names, also of what was taken away.
pub(super) async fn newest_of(from: &mut Connection, names: &[&str]) -> Result<Vec<Definition>, StoreError> {
    let sql = format!(
        "SELECT {DEFINITION} FROM definitions WHERE newest = 1 AND name IN (SELECT value FROM {})",
        dialect::table("$1")
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(dialect::list(names)?)
        .fetch_all(from)
        .await;
    definitions(&rows.map_err(store_error)?)
}

/// One definition in one version.
pub(super) async fn one(
    store: &Database,
    kind: Kind,
    name: &str,
    version: i64,
) -> Result<Option<Definition>, StoreError> {
    let sql = format!("SELECT {DEFINITION} FROM definitions WHERE kind = $1 AND name = $2 AND version = $3");
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(word(kind)?)
        .bind(name)
        .bind(version)
        .fetch_optional(&store.readers)
        .await;
    row.map_err(store_error)?.as_ref().map(definition).transpose()
}

/// All versions of a definition, the newest first.
pub(super) async fn versions(store: &Database, kind: Kind, name: &str) -> Result<Vec<Definition>, StoreError> {
    let sql = format!("SELECT {DEFINITION} FROM definitions WHERE kind = $1 AND name = $2 ORDER BY version DESC");
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(word(kind)?)
        .bind(name)
        .fetch_all(&store.readers)
        .await;
    definitions(&rows.map_err(store_error)?)
}

/// A number that rises with every change.
pub(super) async fn revision(store: &Database) -> Result<i64, StoreError> {
    sqlx::query_scalar("SELECT COALESCE(MAX(id), 0) FROM definitions")
        .fetch_one(&store.readers)
        .await
        .map_err(store_error)
}

fn definitions(rows: &[Row]) -> Result<Vec<Definition>, StoreError> {
    rows.iter().map(definition).collect()
}

fn definition(row: &Row) -> Result<Definition, StoreError> {
    Ok(Definition {
        kind: named(row.get(0))?,
        name: row.get(1),
        version: row.get(2),
        body: row.get(3),
        applied_at: time(row.get(4))?,
        applied_by: row.get(5),
        removed: row.get::<i64, _>(6) != 0,
    })
}
