//! The journal of writes: what the model in memory does, the file does, and it is still there afterwards.

use deskhand_command::journal::{Claim, Claimed, Ending, Intent, Journal, MemoryJournal};
use deskhand_store::{SqliteStore, Store as _};
use jiff::Timestamp;

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

#[tokio::test]
async fn both_journals_keep_their_promises() {
    promises(&MemoryJournal::default()).await;
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("store.sqlite")).await.unwrap();
    promises(&*store.journal("main")).await;
    // Another connection's journal knows nothing of it.
    promises(&*store.journal("other")).await;
}

#[tokio::test]
async fn an_unknown_write_is_listed_until_a_person_has_resolved_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let store = SqliteStore::open(&path).await.unwrap();
    let id = store
        .journal("main")
        .begin(&intent("run", "ticket 7", "POST x"))
        .await
        .unwrap()
        .unwrap();
    store.close().await;

    let store = SqliteStore::open(&path).await.unwrap();
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
