//! A server that goes away and comes back under a running store.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use deskhand_engine::StoreError;
use deskhand_engine::store::{BatchWrite, EventStore};
use deskhand_store::PostgresStore;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::database::{Database, address};
use super::sample::{batch, everything, key, request, ten};

/// What is between a store and its server, and can be closed.
struct Gate {
    here: SocketAddr,
    there: String,
    open: Option<tokio::task::JoinHandle<()>>,
}

impl Gate {
    async fn to(there: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = listener.local_addr().unwrap();
        let mut gate = Self {
            here,
            there,
            open: None,
        };
        gate.forward(listener);
        gate
    }

    fn forward(&mut self, listener: TcpListener) {
        let there = self.there.clone();
        self.open = Some(tokio::spawn(async move {
            // Ends with the gate, and every connection with it.
            let mut connections = JoinSet::new();
            while let Ok((mut from, _)) = listener.accept().await {
                let there = there.clone();
                connections.spawn(async move {
                    let mut to = TcpStream::connect(there).await.unwrap();
                    let _ended = tokio::io::copy_bidirectional(&mut from, &mut to).await;
                });
            }
        }));
    }

    async fn close(&mut self) {
        let open = self.open.take().unwrap();
        open.abort();
        let _aborted = open.await;
    }

    async fn open_again(&mut self) {
        self.forward(TcpListener::bind(self.here).await.unwrap());
    }
}

#[tokio::test]
async fn postgres_that_is_away_is_named_and_found_again_by_the_next_call() {
    let database = Database::empty().await;
    let options = database.options();
    let mut gate = Gate::to(format!("{}:{}", options.get_host(), options.get_port())).await;
    let through = address(&options.host("127.0.0.1").port(gate.here.port()));
    let store = PostgresStore::open_with(&through, Duration::from_secs(4))
        .await
        .unwrap();
    let lease = store.claim(&key(), &request("one")).await.unwrap();
    store.commit(&lease, batch(ten(0))).await.unwrap();

    gate.close().await;
    let error = store.commit(&lease, batch(ten(1))).await.unwrap_err();
    assert!(matches!(error, StoreError::Unreachable(_)), "{error:?}");
    assert!(error.hint().starts_with("see that the server runs"), "{}", error.hint());
    assert!(store.list_events(&everything()).await.is_err());

    gate.open_again().await;
    assert_eq!(store.list_events(&everything()).await.unwrap().len(), 10);
    assert_eq!(store.commit(&lease, batch(ten(1))).await.unwrap().taken, 10);

    // Back before patience ends: nobody notices.
    gate.close().await;
    let (committed, ()) = tokio::join!(store.commit(&lease, batch(ten(2))), gate.open_again());
    assert_eq!(committed.unwrap().taken, 10);
    database.end().await;
}

/// Kills a process of the server by SIGKILL, as the operating system does when memory is short: PostgreSQL then ends all
/// of them, starts again and recovers what was committed. Returns when it is there again.
async fn crash(database: &Database) {
    let mut plain = database.plain().await;
    let process: i32 = sqlx::query_scalar("SELECT pg_backend_pid()")
        .fetch_one(&mut plain)
        .await
        .unwrap();
    let kill = format!("COPY (SELECT 1) TO PROGRAM 'kill -9 {process}'");
    let killed = sqlx::raw_sql(AssertSqlSafe(kill)).execute(&mut plain).await;
    assert!(killed.is_err(), "the server lives on");
    let until = Instant::now() + Duration::from_secs(30);
    while let Err(error) = PgConnection::connect_with(&database.options()).await {
        assert!(Instant::now() < until, "{error}");
        tokio::task::yield_now().await;
    }
}

/// Alone on the machine, because the crash is one for every test that has the same server.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_postgres_that_crashed_has_everything_committed_and_the_next_call_works() {
    let database = Database::empty().await;
    let store = database.open().await;
    let mut committed = 0;
    for round in 0..6_i64 {
        let lease = store.claim(&key(), &request("one")).await.unwrap();
        assert_eq!(lease.position, (round > 0).then(|| json!(round - 1)));
        let write = BatchWrite {
            position: Some(json!(round)),
            ..batch(ten(2 * round))
        };
        store.commit(&lease, write).await.unwrap();
        committed += 10;

        let under_way = store.commit(&lease, batch(ten(2 * round + 1)));
        let (under_way, ()) = tokio::join!(under_way, crash(&database));
        let kept = store.list_events(&everything()).await.unwrap().len();
        match under_way {
            Ok(done) => committed += usize::try_from(done.taken).unwrap(),
            // Its answer is lost; all of it is there, or nothing.
            Err(error) => {
                assert!(matches!(error, StoreError::Unreachable(_)), "{error:?}");
                committed = if kept == committed { kept } else { committed + 10 };
            }
        }
        assert_eq!(kept, committed);
    }
    database.end().await;
}
