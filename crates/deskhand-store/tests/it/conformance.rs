//! The promises of every store.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use deskhand_command::BoxFuture;
use deskhand_engine::conformance::desk::Desk;
use deskhand_engine::{EventStore, conformance};
use deskhand_store::{SqliteStore, Store};

use super::database::Database;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_keeps_the_promises_of_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let stores = AtomicUsize::new(0);
    let fresh = || -> BoxFuture<'_, Arc<dyn EventStore>> {
        let path = folder
            .path()
            .join(format!("{}.sqlite", stores.fetch_add(1, Ordering::SeqCst)));
        Box::pin(async move { Arc::new(SqliteStore::open(&path).await.unwrap()) as _ })
    };
    conformance::run(&fresh, |check| println!("{check}")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_keeps_the_promises_of_a_desk() {
    let folder = tempfile::tempdir().unwrap();
    let stores = AtomicUsize::new(0);
    let fresh = || -> BoxFuture<'_, Desk> {
        let path = folder
            .path()
            .join(format!("{}.sqlite", stores.fetch_add(1, Ordering::SeqCst)));
        Box::pin(async move { desk_of(Arc::new(SqliteStore::open(&path).await.unwrap())) })
    };
    conformance::desk::run(&fresh, |check| println!("{check}"))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_keeps_the_promises_of_a_store() {
    let databases = Mutex::new(Vec::new());
    let fresh = || -> BoxFuture<'_, Arc<dyn EventStore>> {
        Box::pin(async {
            let database = Database::empty().await;
            let store = database.open().await;
            databases.lock().unwrap().push(database);
            Arc::new(store) as _
        })
    };
    conformance::run(&fresh, |check| println!("{check}")).await.unwrap();
    for database in databases.into_inner().unwrap() {
        database.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_keeps_the_promises_of_a_desk() {
    let databases = Mutex::new(Vec::new());
    let fresh = || -> BoxFuture<'_, Desk> {
        Box::pin(async {
            let database = Database::empty().await;
            let store = database.open().await;
            databases.lock().unwrap().push(database);
            desk_of(Arc::new(store))
        })
    };
    conformance::desk::run(&fresh, |check| println!("{check}"))
        .await
        .unwrap();
    for database in databases.into_inner().unwrap() {
        database.end().await;
    }
}

/// A store, seen from each of its sides.
fn desk_of(store: Arc<dyn Store>) -> Desk {
    Desk {
        runs: Arc::clone(&store) as _,
        schedules: Arc::clone(&store) as _,
        events: Arc::clone(&store) as _,
        definitions: Arc::clone(&store) as _,
        ingested: store,
    }
}
