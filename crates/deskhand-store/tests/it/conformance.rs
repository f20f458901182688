//! The promises of every store.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use deskhand_command::BoxFuture;
use deskhand_engine::callbacks::CallbackInbox;
use deskhand_engine::{EventStore, conformance};
use deskhand_store::SqliteStore;

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
