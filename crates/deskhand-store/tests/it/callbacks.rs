//! The inbox of callbacks in a file: what is kept is there after any end.

use deskhand_command::Announced;
use deskhand_engine::callbacks::CallbackInbox;
use deskhand_store::SqliteStore;
use jiff::Timestamp;

#[tokio::test]
async fn what_was_kept_is_there_after_the_process_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let at = Timestamp::from_second(1_800_000_000).unwrap();
    let announced = Announced { id: 7, deleted: true };
    let store = SqliteStore::open(&path).await.unwrap();
    assert_eq!(store.secret("main", "s3cret").await.unwrap(), "s3cret");
    store.keep("main", announced, at).await.unwrap();
    // Nothing is closed, as when a process is killed.
    std::mem::forget(store);
    let store = SqliteStore::open(&path).await.unwrap();
    let waiting = store.waiting("main", 10).await.unwrap();
    assert_eq!(
        (waiting.len(), waiting[0].announced, waiting[0].since),
        (1, announced, at)
    );
    assert_eq!(store.secret("main", "another").await.unwrap(), "s3cret");
}
