//! The journal of writes: what the model in memory does, every store does, and it is still there afterwards.

use std::sync::Arc;

use deskhand_command::journal::{Claim, Claimed, Ending, Intent, Journal, MemoryJournal};
use deskhand_engine::engine::EngineStore as _;
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
    assert_eq!(journal.begin(&wanted).await.unwrap(), None, "it is done");
    assert_eq!(journal.made("service/tickets/7/notes").await.unwrap(), [55]);
    let ended = journal.find("run", "ticket 8").await.unwrap().unwrap().ending.unwrap();
    assert_eq!((ended.word(), ended.reason()), ("unknown", Some("who knows")));
    let may_be_done = intent("run", "ticket 8", "POST x");
    assert_eq!(
        journal.begin(&may_be_done).await.unwrap(),
        None,
        "it may have been done"
    );
}

/// A look ends what it has looked for, and nothing that was sent or ended since.
async fn conclusions(journal: &dyn Journal) {
    let not_done = Ending::NotDone {
        reason: "no trace".to_owned(),
    };
    let at = |second: i64| Timestamp::from_second(1_800_000_000 + second).unwrap();
    let late = journal
        .begin(&intent("late", "ticket 7", "POST c"))
        .await
        .unwrap()
        .unwrap();
    assert!(journal.resend(late, at(60)).await.unwrap());
    let newest = async || journal.find("late", "ticket 7").await.unwrap().unwrap();
    assert_eq!((newest().await.intent.sent_at, newest().await.ending), (at(60), None));
    assert!(
        !journal.conclude(late, at(0), &not_done).await.unwrap(),
        "it was sent since"
    );
    assert_eq!(newest().await.ending, None, "nothing was noted");
    assert!(journal.conclude(late, at(60), &not_done).await.unwrap());
    assert_eq!(newest().await.ending, Some(not_done.clone()));
    assert!(!journal.resend(late, at(90)).await.unwrap(), "it has ended");
    assert!(
        !journal.conclude(late, at(60), &not_done).await.unwrap(),
        "it has ended"
    );
    let done = Ending::Done { record: None };
    journal.end(late, &done).await.unwrap();
    assert_eq!(
        newest().await.ending,
        Some(done.clone()),
        "an answer that says yes is believed"
    );
    journal.end(late, &not_done).await.unwrap();
    assert_eq!(newest().await.ending, Some(done), "and stays");
}

/// What was found by looking is one write's, whoever asks first.
async fn takings(journal: &dyn Journal) {
    let notes = |ticket: i64| format!("service/tickets/{ticket}/notes");
    let begin = async |key: &str, ticket: i64| {
        let mut intent = intent(key, &format!("ticket {ticket}"), "POST y");
        intent.target = notes(ticket);
        journal.begin(&intent).await.unwrap().unwrap()
    };
    let (first, second) = (begin("one", 9).await, begin("two", 9).await);
    assert!(journal.take(first, 70).await.unwrap());
    assert!(!journal.take(second, 70).await.unwrap(), "another write has it");
    assert!(journal.take(first, 70).await.unwrap(), "it has it already");
    let ending = async |key: &str| journal.find(key, "ticket 9").await.unwrap().unwrap().ending;
    assert_eq!(ending("one").await, Some(Ending::Done { record: Some(70) }));
    assert_eq!(ending("two").await, None, "nothing was noted");
    assert_eq!(journal.unsettled("POST y").await.unwrap(), 1);

    let elsewhere = begin("three", 10).await;
    assert!(
        journal.take(elsewhere, 70).await.unwrap(),
        "another list has its own ids"
    );
    assert!(journal.take(second, 71).await.unwrap());
    assert_eq!(journal.made(&notes(9)).await.unwrap(), [70, 71]);

    // What an answer named is taken as well, and an answer is believed whatever was taken.
    let answered = begin("four", 9).await;
    journal.end(answered, &Ending::Done { record: Some(72) }).await.unwrap();
    let late = begin("five", 9).await;
    assert!(!journal.take(late, 72).await.unwrap());
    journal.end(late, &Ending::Done { record: Some(71) }).await.unwrap();

    let reason = "a late look".to_owned();
    journal.end(first, &Ending::NotDone { reason }).await.unwrap();
    let last = begin("six", 9).await;
    assert!(!journal.take(last, 70).await.unwrap(), "what is done stays done");
    assert!(!journal.take(999_999, 75).await.unwrap(), "there is no such write");
}

/// Connections to one place take no record of each other's, and have keys of their own.
async fn shared_by_those_at_one_place(store: &dyn Store) {
    let (north, south) = (store.journal("north", "one psa"), store.journal("south", "one psa"));
    let path = "service/tickets/7/notes";
    let first = north.begin(&intent("k", "ticket 7", "POST z")).await.unwrap().unwrap();
    let second = south.begin(&intent("k", "ticket 7", "POST z")).await.unwrap().unwrap();
    for journal in [&north, &south] {
        assert_eq!(journal.unsettled("POST z").await.unwrap(), 2);
    }
    south.end(second, &Ending::Done { record: Some(80) }).await.unwrap();
    assert!(!north.take(first, 80).await.unwrap(), "the other one has made it");
    assert_eq!(north.made(path).await.unwrap(), [80]);
    assert!(north.take(first, 81).await.unwrap());
    let mut made = south.made(path).await.unwrap();
    made.sort_unstable();
    assert_eq!(made, [80, 81]);
    let elsewhere = store.journal("north", "elsewhere");
    assert_eq!(elsewhere.made(path).await.unwrap(), [0_i64; 0]);
    assert_eq!(elsewhere.unsettled("POST z").await.unwrap(), 0);
}

/// Of a store, whose journals belong to one connection each.
async fn journals_of(store: &dyn Store) {
    shared_by_those_at_one_place(store).await;
    promises(&*store.journal("main", "psa")).await;
    takings(&*store.journal("main", "psa")).await;
    conclusions(&*store.journal("main", "psa")).await;
    // Another connection's journal knows nothing of it.
    promises(&*store.journal("other", "another psa")).await;
    takings(&*store.journal("other", "another psa")).await;
    conclusions(&*store.journal("other", "another psa")).await;
}

/// What some processes take at once is one write's.
async fn one_gets_it(stores: [&dyn Store; 3]) {
    for record in 0..10 {
        let mut takings = tokio::task::JoinSet::new();
        for (at, store) in stores.into_iter().enumerate() {
            let journal = store.journal(&format!("connection {at}"), "psa");
            let write = intent(&format!("run {at} of {record}"), "ticket 7", "POST x");
            let write = journal.begin(&write).await.unwrap().unwrap();
            takings.spawn(async move { journal.take(write, record).await.unwrap() });
        }
        let taken = takings.join_all().await;
        assert_eq!(taken.into_iter().filter(|taken| *taken).count(), 1);
    }
}

#[tokio::test]
async fn of_several_stores_that_take_one_record_at_once_one_gets_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let open = async || SqliteStore::open(&path).await.unwrap();
    one_gets_it([&open().await, &open().await, &open().await]).await;
}

#[tokio::test]
async fn postgres_gives_a_record_that_several_take_at_once_to_one() {
    let database = Database::empty().await;
    let (one, two, three) = (database.open().await, database.open().await, database.open().await);
    one_gets_it([&one, &two, &three]).await;
    database.end().await;
}

/// `open` opens the same store each time.
async fn an_unknown_write_is_listed_until_it_is_resolved(open: impl AsyncFn() -> Arc<dyn Store>) {
    let store = open().await;
    let begun = store
        .journal("main", "psa")
        .begin(&intent("run", "ticket 7", "POST x"))
        .await;
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
    let memory = MemoryJournal::default();
    promises(&memory).await;
    takings(&memory).await;
    conclusions(&memory).await;
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
        let (one, two) = (one.journal("main", "psa"), two.journal("main", "psa"));
        let (one, two) = tokio::join!(one.begin(&step), two.begin(&step));
        assert_eq!([one.unwrap(), two.unwrap()].iter().flatten().count(), 1);
    }
    database.end().await;
}
