//! A store of an older program, brought up to date.

use deskhand_command::journal::{Ending, Intent};
use deskhand_engine::engine::EngineStore as _;
use jiff::Timestamp;
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use super::SqliteStore;
use super::open::SCHEMA;

const NOTES: &str = "service/tickets/7/notes";

/// A file as it was before writes had places: one is done, another was under way when its process ended.
async fn before_places(options: &SqliteConnectOptions) {
    let mut file = SqliteConnection::connect_with(options).await.unwrap();
    for (_, sql) in SCHEMA.iter().filter(|(number, _)| *number < 7) {
        sqlx::raw_sql(*sql).execute(&mut file).await.unwrap();
    }
    let rows = format!(
        "PRAGMA user_version = 6; PRAGMA application_id = {};\
         INSERT INTO writes (connection, key, step, command, target, request, sent_at, state, record_id, taken_id) VALUES \
         ('north acme', 'one', 'ticket 7', 'add-ticket-notes', '{NOTES}', 'POST x', 0, 'done', 70, 70), \
         ('north acme', 'two', 'ticket 7', 'add-ticket-notes', '{NOTES}', 'POST x', 0, NULL, NULL, NULL)",
        0x4448_6e64,
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(rows))
        .execute(&mut file)
        .await
        .unwrap();
    file.close().await.unwrap();
}

#[tokio::test]
async fn writes_that_are_older_than_places_are_known_by_their_connection_until_they_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    before_places(&SqliteConnectOptions::new().filename(&path).create_if_missing(true)).await;
    let store = SqliteStore::open(&path).await.unwrap();
    let north = store.journal("north acme", "psa.test acme");
    let south = store.journal("south acme", "psa.test acme");
    assert_eq!(north.made(NOTES).await.unwrap(), [70]);
    assert_eq!(north.unsettled("POST x").await.unwrap(), 1);
    let under_way = north.find("two", "ticket 7").await.unwrap().unwrap().id;
    assert!(!north.take(under_way, 70).await.unwrap(), "an older write has it");
    assert!(north.take(under_way, 71).await.unwrap());

    let like = Intent {
        key: "three".to_owned(),
        step: "ticket 7".to_owned(),
        command: "add-ticket-notes".to_owned(),
        target: NOTES.to_owned(),
        request: "POST x".to_owned(),
        sent_at: Timestamp::UNIX_EPOCH,
        marker: None,
    };
    let other = south.begin(&like).await.unwrap().unwrap();
    assert_eq!(
        south.made(NOTES).await.unwrap(),
        [71],
        "what ended since is everybody's"
    );
    assert!(!south.take(other, 71).await.unwrap());
    south.end(other, &Ending::Done { record: Some(72) }).await.unwrap();
    assert_eq!(north.made(NOTES).await.unwrap().len(), 3);
}
