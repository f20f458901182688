//! Copies of a store that is written to.

use deskhand_engine::StoreError;
use deskhand_engine::store::EventStore;
use deskhand_store::{SqliteStore, Store as _};

use super::database::Database;
use super::sample::{batch, everything, key, request, ten};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_holds_whole_commits_while_others_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let store = SqliteStore::open(&path("store.sqlite")).await.unwrap();
    let lease = store.claim(&key(), &request("one")).await.unwrap();
    store.commit(&lease, batch(ten(0))).await.unwrap();
    let writing = async {
        for round in 1..60 {
            store.commit(&lease, batch(ten(round))).await.unwrap();
        }
    };
    let copying = async {
        for copy in 0..4 {
            store.backup(&path(&format!("{copy}.sqlite"))).await.unwrap();
        }
    };
    tokio::join!(writing, copying);
    let mut last = 0;
    for copy in 0..4 {
        let copy = SqliteStore::open(&path(&format!("{copy}.sqlite"))).await.unwrap();
        let events = copy.list_events(&everything()).await.unwrap().len();
        assert!(
            events >= 10 && events >= last && events % 10 == 0,
            "{events} after {last}"
        );
        last = events;
        copy.claim(&key(), &request("one")).await.unwrap();
    }
    assert_eq!(store.list_events(&everything()).await.unwrap().len(), 600);
}

#[tokio::test]
async fn a_copy_replaces_nothing_and_leaves_nothing_half_done() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let store = SqliteStore::open(&path("store.sqlite")).await.unwrap();
    std::fs::write(path("theirs"), "theirs").unwrap();
    let error = store.backup(&path("theirs")).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused { .. }), "{error}");
    assert_eq!(std::fs::read_to_string(path("theirs")).unwrap(), "theirs");

    let error = store.backup(&path("no/such/folder")).await.unwrap_err();
    assert!(error.to_string().starts_with("there is no folder for "), "{error}");
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert!(
        left.iter()
            .all(|file| !file.as_ref().unwrap().path().ends_with(".part"))
    );
}

#[tokio::test]
async fn postgres_says_what_makes_copies_of_it() {
    let database = Database::empty().await;
    let folder = tempfile::tempdir().unwrap();
    let error = database
        .open()
        .await
        .backup(&folder.path().join("copy"))
        .await
        .unwrap_err();
    assert!(error.hint().contains("pg_dump --schema=deskhand"), "{error}");
    assert!(!folder.path().join("copy").exists());
    database.end().await;
}
