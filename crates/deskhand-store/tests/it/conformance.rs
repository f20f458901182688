//! The promises of every store.

use std::future::ready;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use deskhand_command::BoxFuture;
use deskhand_engine::callbacks::CallbackInbox;
use deskhand_engine::conformance::desk::Desk;
use deskhand_engine::conformance::host::Place;
use deskhand_engine::{EventStore, conformance};
use deskhand_store::{PostgresStore, SqliteStore, Store};
use tempfile::TempDir;

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
    let fresh = desks_at(places_in(&folder));
    let checked = conformance::desk::run(&fresh, |check| println!("{check}"));
    checked.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_a_run_in_sqlite_can_be_killed_anywhere() {
    let folder = tempfile::tempdir().unwrap();
    let fresh = places_in(&folder);
    let checked = conformance::host::run(&fresh, 1, |check| println!("{check}"));
    checked.await.unwrap();
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
async fn postgres_keeps_the_promises_of_a_desk() {
    let last = Mutex::new(None);
    let fresh = desks_at(places_on_server(&last));
    let checked = conformance::desk::run(&fresh, |check| println!("{check}"));
    checked.await.unwrap();
    end(&last).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_a_run_in_postgres_can_be_killed_at_every_third_place() {
    let last = Mutex::new(None);
    let fresh = places_on_server(&last);
    let checked = conformance::host::run(&fresh, 3, |check| println!("{check}"));
    checked.await.unwrap();
    end(&last).await;
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

/// Makes places for desks: files of a folder.
fn places_in<'a>(folder: &'a TempDir) -> impl Fn() -> BoxFuture<'a, Place> + Send + Sync + 'a {
    let stores = AtomicUsize::new(0);
    move || {
        let number = stores.fetch_add(1, Ordering::SeqCst);
        let path = folder.path().join(format!("{number}.sqlite"));
        let place: Place = Arc::new(move || {
            let path = path.clone();
            Box::pin(async move { desk_of(Arc::new(SqliteStore::open(&path).await.unwrap())) })
        });
        Box::pin(ready(place))
    }
}

/// Makes places for desks: databases of their own, the one before being done with.
fn places_on_server<'a>(last: &'a Mutex<Option<Database>>) -> impl Fn() -> BoxFuture<'a, Place> + Send + Sync + 'a {
    move || {
        Box::pin(async move {
            end(last).await;
            let database = Database::empty().await;
            let address = database.address();
            *last.lock().unwrap() = Some(database);
            let place: Place = Arc::new(move || {
                let address = address.clone();
                Box::pin(async move { desk_of(Arc::new(PostgresStore::open(&address).await.unwrap())) })
            });
            place
        })
    }
}

/// Makes desks, each at a place of its own.
fn desks_at<'a>(
    fresh: impl Fn() -> BoxFuture<'a, Place> + Send + Sync + 'a,
) -> impl Fn() -> BoxFuture<'a, Desk> + Send + Sync + 'a {
    move || {
        let place = fresh();
        Box::pin(async move { (place.await)().await })
    }
}

async fn end(last: &Mutex<Option<Database>>) {
    let database = last.lock().unwrap().take();
    if let Some(database) = database {
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
