//! A sandbox, a receiver that it delivers to over the network, and a store.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use connectwise_psa::Client;
use deskhand_command::{
    Announced, BoxFuture, Callbacks, Command, Delivery, EventSource, Failure, Feed, FeedWish, NotBelieved,
    OpenConnection, Registered, Settings, SystemClock, WantedCallback,
};
use deskhand_connectwise::OpenPsa;
use deskhand_engine::callbacks::{
    CallbackFeed, CallbackInbox, CallbackPlace, CallbackWork, Door, Doors, Reception, Waiting, Worked, ensure,
    secret_of, work_off,
};
use deskhand_engine::events::EventFilter;
use deskhand_engine::ingest::{IngestJob, IngestReport, Ingestor, Quiet, ToTheEnd};
use deskhand_engine::store::FeedKey;
use deskhand_engine::{Event, EventStore, EventSummary, StoreError};
use deskhand_sandbox::{CallbackTimes, Options, Running, Seed};
use deskhand_server::{Limits, Receiver, serve};
use deskhand_store::SqliteStore;
use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tower::ServiceExt as _;

/// How long a test waits for what has to come.
const PATIENCE: Duration = Duration::from_secs(20);

/// The desk of a test.
pub(crate) struct Desk {
    pub(crate) opened: Arc<Opened>,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) inbox: Arc<Failing>,
    pub(crate) client: Client,
    pub(crate) place: CallbackPlace,
    pub(crate) url: String,
    secret: String,
    feed: CallbackFeed,
    nudge: Arc<Notify>,
    router: Router,
    serving: tokio::task::JoinHandle<()>,
}

/// A connection of which every delivery is kept.
pub(crate) struct Opened {
    psa: OpenPsa,
    deliveries: Mutex<Vec<Delivery>>,
}

/// An inbox that fails so many times.
pub(crate) struct Failing {
    kept: Arc<SqliteStore>,
    pub(crate) failures: AtomicUsize,
}

/// A sandbox whose deliveries are repeated without waiting; another number is another signing key.
pub(crate) async fn sandbox(number: u64) -> Running {
    let callback_times = CallbackTimes {
        timeout: Duration::from_secs(5),
        retries: [Duration::from_millis(1); 2],
    };
    let options = Options::with_tickets(60);
    let options = Options {
        callback_times,
        seed: Seed { number, ..options.seed },
        ..options
    };
    deskhand_sandbox::start(options).await.unwrap()
}

pub(crate) fn store_in(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("store.sqlite")
}

impl Desk {
    /// A desk that has read everything, and whose callbacks are registered.
    pub(crate) async fn new(sandbox: &Running, store: &Path) -> Self {
        let desk = Self::unregistered(sandbox, store).await;
        desk.poll().await;
        desk.ensure().await;
        desk
    }

    pub(crate) async fn unregistered(sandbox: &Running, store: &Path) -> Self {
        let opened = Arc::new(Opened {
            psa: OpenPsa::open(&settings(sandbox)).unwrap(),
            deliveries: Mutex::default(),
        });
        let client = opened.psa.client().clone();
        let store = Arc::new(SqliteStore::open(store).await.unwrap());
        let inbox = Arc::new(Failing {
            kept: Arc::clone(&store),
            failures: AtomicUsize::new(0),
        });
        let secret = store.secret("Main", &secret_of([7; 32])).await.unwrap();
        let (doors, nudge) = (Arc::new(Doors::default()), Arc::new(Notify::new()));
        let door = Door {
            connection: "Main".to_owned(),
            opened: Arc::clone(&opened) as _,
            nudge: Arc::clone(&nudge),
        };
        assert!(doors.open(&secret, door));
        let receiver = Receiver::new(doors, Arc::clone(&inbox) as _, Arc::new(SystemClock));
        let router = deskhand_server::router(receiver);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let never = Box::pin(std::future::pending());
        Self {
            serving: tokio::spawn(serve(listener, router.clone(), Limits::default(), never)),
            place: CallbackPlace::new(&url, "Main", &secret).unwrap(),
            feed: feed_of(&opened, &store),
            opened,
            store,
            inbox,
            client,
            url,
            secret,
            nudge,
            router,
        }
    }

    pub(crate) async fn ensure(&self) -> Vec<deskhand_engine::callbacks::Step> {
        let ensured = ensure(self.opened.as_ref(), &self.place, "Main", &*self.store, &SystemClock).await;
        ensured.unwrap().steps
    }

    pub(crate) async fn poll(&self) -> IngestReport {
        let run = format!("poll {}", Timestamp::now());
        let (report, ended) = self.feed.ingestor.run(&self.feed.job, &run).await;
        ended.unwrap();
        report
    }

    /// Waits until the receiver has kept something.
    pub(crate) async fn kept(&self) {
        tokio::time::timeout(PATIENCE, self.nudge.notified()).await.unwrap();
    }

    /// What works off whatever is kept, until it is dropped.
    pub(crate) fn work(&self) -> CallbackWork {
        CallbackWork {
            connection: "Main".to_owned(),
            feeds: Arc::new(vec![self.feed.clone()]),
            inbox: Arc::clone(&self.store) as _,
            clock: Arc::new(SystemClock),
            nudge: Arc::clone(&self.nudge),
        }
    }

    /// How many records became events, out of so many that were looked at.
    pub(crate) async fn work_off(&self) -> (u64, Worked) {
        let (report, worked) = work_off(&*self.store, "Main", std::slice::from_ref(&self.feed)).await;
        (report.taken, worked)
    }

    pub(crate) async fn events_of(&self, ticket: i64) -> Vec<EventSummary> {
        let filter = EventFilter {
            record_id: Some(ticket),
            limit: 99,
            ..EventFilter::default()
        };
        self.store.list_events(&filter).await.unwrap()
    }

    pub(crate) async fn event(&self, id: i64) -> Event {
        self.store.get_event(id).await.unwrap().unwrap()
    }

    pub(crate) async fn waiting(&self) -> u64 {
        self.store.reception("Main").await.unwrap().waiting
    }

    /// The latest delivery, as it came over the network.
    pub(crate) fn delivery(&self) -> Delivery {
        self.opened.deliveries.lock().last().unwrap().clone()
    }

    /// Delivers by hand; the answer's status.
    pub(crate) async fn deliver(&self, delivery: &Delivery) -> u16 {
        let mut request = Request::post(format!("/callbacks/{}?recordId=1", self.secret));
        if let Some(signature) = delivery.headers.get("x-content-signature") {
            request = request.header("x-content-signature", signature);
        }
        let request = request.body(Body::from(delivery.body.clone())).unwrap();
        self.router.clone().oneshot(request).await.unwrap().status().as_u16()
    }

    /// What happens to a process that is killed: nothing is closed, nothing is given back.
    pub(crate) fn kill(self) {
        self.serving.abort();
        std::mem::forget(self);
    }
}

fn feed_of(opened: &Arc<Opened>, store: &Arc<SqliteStore>) -> CallbackFeed {
    let source = EventSource::default_source();
    CallbackFeed {
        ingestor: Ingestor {
            feed: opened.feed(&source, FeedWish::default()).unwrap(),
            store: Arc::clone(store) as _,
            clock: Arc::new(SystemClock),
            observer: Arc::new(Quiet),
            mandate: Arc::new(ToTheEnd),
        },
        job: IngestJob {
            key: FeedKey {
                connection: "Main".to_owned(),
                company: "sandbox".to_owned(),
                source: source.name.clone(),
                site: "Main".to_owned(),
                filters: "{}".to_owned(),
            },
            sources: Arc::new(vec![source]),
            holder: "a test".to_owned(),
            patient: false,
            reader: None,
            not_before: None,
        },
    }
}

fn settings(sandbox: &Running) -> Settings {
    let value = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    Settings {
        values: [
            value("serverurl", &sandbox.url()),
            value("companyid", "sandbox"),
            value("publickey", "public"),
            value("clientid", "id"),
        ]
        .into(),
        secrets: [("privatekey".to_owned(), "private".into())].into(),
        ..Settings::default()
    }
}

impl Opened {
    fn inner(&self) -> &dyn Callbacks {
        self.psa.callbacks().unwrap()
    }
}

impl OpenConnection for Opened {
    fn commands(&self) -> &[Arc<dyn Command>] {
        &[]
    }

    fn account(&self) -> &str {
        self.psa.account()
    }

    fn place(&self) -> &str {
        self.psa.place()
    }

    fn feed(&self, source: &EventSource, wish: FeedWish) -> Result<Arc<dyn Feed>, Failure> {
        self.psa.feed(source, wish)
    }

    fn callbacks(&self) -> Option<&dyn Callbacks> {
        Some(self)
    }
}

impl Callbacks for Opened {
    fn list(&self) -> BoxFuture<'_, Result<Vec<Registered>, Failure>> {
        self.inner().list()
    }

    fn create<'a>(&'a self, wanted: &'a WantedCallback) -> BoxFuture<'a, Result<(), Failure>> {
        self.inner().create(wanted)
    }

    fn mend<'a>(&'a self, id: i64, wanted: &'a WantedCallback) -> BoxFuture<'a, Result<(), Failure>> {
        self.inner().mend(id, wanted)
    }

    fn remove(&self, id: i64) -> BoxFuture<'_, Result<(), Failure>> {
        self.inner().remove(id)
    }

    fn verify<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<Announced, NotBelieved>> {
        self.deliveries.lock().push(delivery.clone());
        self.inner().verify(delivery)
    }

    fn busy_status(&self) -> u16 {
        self.inner().busy_status()
    }
}

impl CallbackInbox for Failing {
    fn secret<'a>(&'a self, connection: &'a str, proposed: &'a str) -> BoxFuture<'a, Result<String, StoreError>> {
        self.kept.secret(connection, proposed)
    }

    fn registered<'a>(&'a self, connection: &'a str, at: Timestamp) -> BoxFuture<'a, Result<(), StoreError>> {
        self.kept.registered(connection, at)
    }

    fn keep<'a>(
        &'a self,
        connection: &'a str,
        announced: Announced,
        at: Timestamp,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        let failing = |failures: usize| failures.checked_sub(1);
        if self
            .failures
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, failing)
            .is_ok()
        {
            return Box::pin(std::future::ready(Err(StoreError::Locked)));
        }
        self.kept.keep(connection, announced, at)
    }

    fn waiting<'a>(&'a self, connection: &'a str, limit: u32) -> BoxFuture<'a, Result<Vec<Waiting>, StoreError>> {
        self.kept.waiting(connection, limit)
    }

    fn done<'a>(&'a self, connection: &'a str, looked_at: &'a [Waiting]) -> BoxFuture<'a, Result<(), StoreError>> {
        self.kept.done(connection, looked_at)
    }

    fn unannounced<'a>(
        &'a self,
        connection: &'a str,
        received: u64,
        at: Timestamp,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        self.kept.unannounced(connection, received, at)
    }

    fn reception<'a>(&'a self, connection: &'a str) -> BoxFuture<'a, Result<Reception, StoreError>> {
        self.kept.reception(connection)
    }
}
