//! The file of a store: whose it is, who has it, and what is left when something ends.

use std::path::Path;

use deskhand_engine::StoreError;
use deskhand_engine::store::EventStore;
use deskhand_store::{SqliteStore, Store as _};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};

use super::sample::{key, request};

async fn plain(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    SqliteConnection::connect_with(&options).await.unwrap()
}

#[tokio::test]
async fn a_claim_ends_with_its_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let (first, second) = (
        SqliteStore::open(&path).await.unwrap(),
        SqliteStore::open(&path).await.unwrap(),
    );
    let lease = first.claim(&key(), &request("one")).await.unwrap();
    let refused = second.claim(&key(), &request("two")).await.unwrap_err();
    assert!(
        matches!(&refused, StoreError::Held { holder, .. } if holder == "one"),
        "{refused}"
    );
    // What the operating system does when a process is killed: its files are closed, nothing is given back.
    drop(first);
    let taken = second.claim(&key(), &request("two")).await.unwrap();
    assert!(taken.fence > lease.fence);
    assert!(matches!(second.release(&lease).await, Err(StoreError::Lost)));
    second.release(&taken).await.unwrap();
}

#[tokio::test]
async fn a_newer_store_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    SqliteStore::open(&path).await.unwrap().close().await;
    let mut connection = plain(&path).await;
    sqlx::raw_sql("PRAGMA user_version = 99")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let error = SqliteStore::open(&path).await.unwrap_err();
    let migrations = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite");
    let known = std::fs::read_dir(migrations).unwrap().count();
    let expected =
        format!("the store was written by a newer version of the program (schema 99, this one knows {known})");
    assert_eq!(
        (error.to_string(), error.hint()),
        (expected, "use the newer program, or another store (`--store`)")
    );
}

#[tokio::test]
async fn a_file_of_somebody_else_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (database, text) = (folder.path().join("other.sqlite"), folder.path().join("notes.txt"));
    let mut connection = plain(&database).await;
    sqlx::raw_sql("CREATE TABLE mine (a)")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    std::fs::write(
        &text,
        "not a database at all, but long enough to have a header ".repeat(20),
    )
    .unwrap();
    for path in [database, text] {
        let before = std::fs::read(&path).unwrap();
        let error = SqliteStore::open(&path).await.unwrap_err();
        assert!(matches!(error, StoreError::Foreign), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
}

#[tokio::test]
async fn two_programs_can_make_one_store_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let (one, two) = tokio::join!(SqliteStore::open(&path), SqliteStore::open(&path));
    one.unwrap().claim(&key(), &request("one")).await.unwrap();
    two.unwrap().list_runs(1).await.unwrap();
}

#[tokio::test]
async fn a_store_in_a_folder_that_is_not_there_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let error = SqliteStore::open(&folder.path().join("missing").join("store.sqlite"))
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Broken(_)), "{error}");
}
