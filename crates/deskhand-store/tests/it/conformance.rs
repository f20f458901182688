//! The promises of every store.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use deskhand_command::BoxFuture;
use deskhand_engine::callbacks::CallbackInbox;
use deskhand_engine::{EventStore, conformance};
use deskhand_store::SqliteStore;

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
async fn sqlite_keeps_the_promises_of_an_inbox() {
    let folder = tempfile::tempdir().unwrap();
    let stores = AtomicUsize::new(0);
    let fresh = || -> BoxFuture<'_, (Arc<dyn EventStore>, Arc<dyn CallbackInbox>)> {
        let path = folder
            .path()
            .join(format!("{}.sqlite", stores.fetch_add(1, Ordering::SeqCst)));
        Box::pin(async move {
            let store = Arc::new(SqliteStore::open(&path).await.unwrap());
            (Arc::clone(&store) as _, store as _)
        })
    };
    conformance::run_inbox(&fresh, |check| println!("{check}"))
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
async fn postgres_keeps_the_promises_of_an_inbox() {
    let databases = Mutex::new(Vec::new());
    let fresh = || -> BoxFuture<'_, (Arc<dyn EventStore>, Arc<dyn CallbackInbox>)> {
        Box::pin(async {
            let database = Database::empty().await;
            let store = Arc::new(database.open().await);
            databases.lock().unwrap().push(database);
            (Arc::clone(&store) as _, store as _)
        })
    };
    conformance::run_inbox(&fresh, |check| println!("{check}"))
        .await
        .unwrap();
    for database in databases.into_inner().unwrap() {
        database.end().await;
    }
}
