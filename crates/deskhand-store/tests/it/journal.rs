//! The journal of writes: what the model in memory does, every store does, and it is still there afterwards.

use std::sync::Arc;

use deskhand_command::journal::{Claim, Claimed, Ending, Intent, Journal, MemoryJournal};
use deskhand_store::{SqliteStore, Store, StoreAddress};
use jiff::Timestamp;

use super::database::Database;

fn intent(key: &str, step: &str, request: &str) -> Intent {
    Intent {
        key: key.to_owned(),
        step: step.to_owned(),
        command: "add-ticket-notes".to_owned(),
        target: "service/tickets/7/notes".to_owned(),
        request: request.to_owned(),
        sent_at: Timestamp::from_second(1_800_000_000).unwrap(),
        marker: None,
    }
}

/// What every journal promises.
async fn promises(journal: &dyn Journal) {
    let claim = |inputs: &str| Claim {
        key: "k".to_owned(),
        command: "create-ticket".to_owned(),
        inputs: inputs.to_owned(),
    };
    assert_eq!(journal.claim(&claim("a")).await.unwrap(), Claimed::New);
    assert_eq!(journal.claim(&claim("a")).await.unwrap(), Claimed::Again);
    assert_eq!(journal.claim(&claim("b")).await.unwrap(), Claimed::Taken);

    assert_eq!(journal.find("run", "ticket 7").await.unwrap(), None);
    let wanted = intent("run", "ticket 7", "POST x");
    let first = journal.begin(&wanted).await.unwrap().unwrap();
    assert_eq!(journal.begin(&wanted).await.unwrap(), None, "it is under way");
    let found = journal.find("run", "ticket 7").await.unwrap().unwrap();
    assert_eq!((found.id, &found.intent, &found.ending), (first, &wanted, &None));
    let other = journal
        .begin(&intent("run", "ticket 8", "POST x"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(journal.unsettled("POST x").await.unwrap(), 2);

    let unknown = Ending::Unknown {
        reason: "who knows".to_owned(),
    };
    journal.end(other, &unknown).await.unwrap();
    assert_eq!(journal.unsettled("POST x").await.unwrap(), 2);
    let not_done = Ending::NotDone {
        reason: "refused".to_owned(),
    };
    journal.end(first, &not_done).await.unwrap();
    assert_eq!(journal.unsettled("POST x").await.unwrap(), 1);
    assert_eq!(journal.made("service/tickets/7/notes").await.unwrap(), [0_i64; 0]);

    let again = journal.begin(&wanted).await.unwrap().unwrap();
    assert!(again > first);
    journal.end(again, &Ending::Done { record: Some(55) }).await.unwrap();
    let newest = journal.find("run", "ticket 7").await.unwrap().unwrap();
    assert_eq!(newest.ending, Some(Ending::Done { record: Some(55) }));
    assert_eq!(journal.made("service/tickets/7/notes").await.unwrap(), [55]);
    let ended = journal.find("run", "ticket 8").await.unwrap().unwrap().ending.unwrap();
    assert_eq!((ended.word(), ended.reason()), ("unknown", Some("who knows")));
}

/// Of a store, whose journals belong to one connection each.
async fn journals_of(store: &dyn Store) {
    promises(&*store.journal("main")).await;
    // Another connection's journal knows nothing of it.
    promises(&*store.journal("other")).await;
}

/// `open` opens the same store each time.
async fn an_unknown_write_is_listed_until_it_is_resolved(open: impl AsyncFn() -> Arc<dyn Store>) {
    let store = open().await;
    let begun = store.journal("main").begin(&intent("run", "ticket 7", "POST x")).await;
    let id = begun.unwrap().unwrap();
    store.close().await;

    let store = open().await;
    let listed = store.list_writes(false, 10).await.unwrap();
    assert_eq!((listed.len(), listed[0].0.as_str(), listed[0].1.id), (1, "main", id));
    let done = Ending::Done { record: Some(3) };
    assert!(store.resolve_write(id, &done).await.unwrap());
    assert!(!store.resolve_write(id, &done).await.unwrap(), "it has an end");
    assert!(store.list_writes(false, 10).await.unwrap().is_empty());
    assert_eq!(store.list_writes(true, 10).await.unwrap().len(), 1);
    assert_eq!(store.get_write(id).await.unwrap().unwrap().1.ending, Some(done));
    assert!(store.get_write(99).await.unwrap().is_none());
}

#[tokio::test]
async fn the_journals_of_memory_and_file_keep_their_promises() {
    promises(&MemoryJournal::default()).await;
    let folder = tempfile::tempdir().unwrap();
    journals_of(&SqliteStore::open(&folder.path().join("store.sqlite")).await.unwrap()).await;
}

#[tokio::test]
async fn postgres_journals_keep_their_promises() {
    let database = Database::empty().await;
    journals_of(&database.open().await).await;
    database.end().await;
}

#[tokio::test]
async fn an_unknown_write_is_listed_until_a_person_has_resolved_it() {
    let folder = tempfile::tempdir().unwrap();
    let address = StoreAddress::File(folder.path().join("store.sqlite"));
    an_unknown_write_is_listed_until_it_is_resolved(async || deskhand_store::open(&address).await.unwrap()).await;
}

#[tokio::test]
async fn postgres_lists_an_unknown_write_until_a_person_has_resolved_it() {
    let database = Database::empty().await;
    let address = StoreAddress::Postgres(database.address());
    an_unknown_write_is_listed_until_it_is_resolved(async || deskhand_store::open(&address).await.unwrap()).await;
    database.end().await;
}

#[tokio::test]
async fn postgres_lets_one_of_two_processes_begin_a_step() {
    let database = Database::empty().await;
    let (one, two) = (database.open().await, database.open().await);
    for round in 0..20 {
        let step = intent("run", &format!("ticket {round}"), "POST x");
        let (one, two) = (one.journal("main"), two.journal("main"));
        let (one, two) = tokio::join!(one.begin(&step), two.begin(&step));
        assert_eq!([one.unwrap(), two.unwrap()].iter().flatten().count(), 1);
    }
    database.end().await;
}
