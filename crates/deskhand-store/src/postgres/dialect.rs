//! What the statements of `sql/` need to know of PostgreSQL.

use std::borrow::Cow;

use deskhand_engine::StoreError;
use sha2::{Digest as _, Sha256};
use sqlx::{PgPool, Postgres, Transaction};

pub(super) use super::PostgresStore as Database;
/// Appends to a run's journal.
pub(super) use super::sql::append::append;
pub(super) type Connection = sqlx::PgConnection;
pub(super) type Row = sqlx::postgres::PgRow;

/// The size of the tables, their indexes included.
pub(super) const STORED_BYTES: &str = "SELECT CAST(COALESCE(SUM(pg_total_relation_size(oid)), 0) AS BIGINT) FROM pg_class \
     WHERE relkind = 'r' AND relnamespace = CAST('deskhand' AS regnamespace)";

/// The numbers of advisory locks begin with the letters that also mark a SQLite file of ours; those of feeds follow.
pub(super) const LOCKS: i64 = 0x4448_6e64 << 32;
/// Held by the one transaction that writes.
const WRITER: i64 = LOCKS | 0xffff_ffff;

/// An index takes values of 2,700 bytes; longer keys are kept by their digest.
const LONG: usize = 1_000;

/// After a query, what keeps its rows as they are until the transaction ends.
pub(super) const FOR_UPDATE: &str = " FOR UPDATE";
/// The same, without the rows that another transaction keeps.
pub(super) const SKIP_LOCKED: &str = " FOR UPDATE SKIP LOCKED";

/// Behind a text: it is compared byte by byte.
pub(super) const BY_BYTES: &str = " COLLATE \"C\"";

/// Begins a transaction that writes, which is the only one of its kind until it ends.
///
/// So what it reads stays true until it commits, and events get their numbers in the order in which they can be seen.
pub(super) async fn begin(writer: &PgPool) -> sqlx::Result<Transaction<'static, Postgres>> {
    begin_with(writer, Some(WRITER)).await
}

/// Begins a transaction that keeps others from the rows alone that it touches.
pub(super) async fn begin_apart(writer: &PgPool) -> sqlx::Result<Transaction<'static, Postgres>> {
    begin_with(writer, None).await
}

async fn begin_with(writer: &PgPool, number: Option<i64>) -> sqlx::Result<Transaction<'static, Postgres>> {
    let writer = writer.clone();
    // On a task of its own, because a `BEGIN` whose caller is gone would stay open and hold the lock.
    let begun = tokio::spawn(async move {
        // Each statement has to see what was committed before it, whatever the server's default is.
        let mut transaction = writer.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await?;
        if let Some(number) = number {
            lock(&mut transaction, number).await?;
        }
        Ok(transaction)
    });
    begun.await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
}

/// Waits for an advisory lock, and holds it until the transaction ends.
pub(super) async fn lock(connection: &mut Connection, number: i64) -> sqlx::Result<()> {
    let lock = sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(number);
    lock.execute(connection).await.map(|_| ())
}

/// A list as one value to bind: an array.
#[expect(clippy::unnecessary_wraps, reason = "a list of another database can fail to be made")]
pub(super) fn list<T>(values: &[T]) -> Result<&[T], StoreError> {
    Ok(values)
}

/// The values of a list that is bound to this parameter, as a table with the column `value`.
pub(super) fn table(parameter: &str) -> String {
    format!("unnest({parameter}) AS list (value)")
}

/// Text as PostgreSQL takes it: anything but zeros.
pub(super) fn text(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        text.replace('\0', "\u{fffd}").into()
    } else {
        text.into()
    }
}

/// A value of a Unique Event Key as an index takes it.
pub(super) fn key(key: &str) -> Cow<'_, str> {
    if key.len() <= LONG {
        return text(key);
    }
    let digest = Sha256::digest(key);
    let hex = digest
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    format!("sha256:{hex}").into()
}
