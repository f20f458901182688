//! A desk with its store, its engine and a sandbox inside this process; time is moved by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use connectwise_psa::Client;
use deskhand_command::{BoxFuture, Clock, Failure, Integration as _, Settings, SystemClock};
use deskhand_connectwise::{ConnectWise, OpenPsa};
use deskhand_engine::connections::{Agents, Connections, OPERATOR};
use deskhand_engine::dates::DateForm;
use deskhand_engine::desk::DeskStore;
use deskhand_engine::desk::files::{self, DeskFile};
use deskhand_engine::engine::{Engine, EngineStore, Parts};
use deskhand_engine::events::EventFilter;
use deskhand_engine::mail::{Letter, Mailer};
use deskhand_engine::runs::{Cause, NewRun, Plan, RunFilter, RunStory, RunSummary};
use deskhand_engine::secrets::Keyring;
use deskhand_engine::vaults::{Vault, Vaults};
use deskhand_sandbox::{CallbackTimes, Delivery, Kind, Options, Running, start};
use deskhand_store::{SqliteStore, Store};
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use serde_json::{Map, Value};
use tempfile::TempDir;

/// The desk.
pub(crate) struct Stage {
    pub(crate) sandbox: Arc<Running>,
    pub(crate) time: SandboxTime,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) engine: Engine,
    pub(crate) letters: Arc<Letters>,
    beside: Beside,
    keyring: Keyring,
    pub(crate) folder: TempDir,
}

/// How long a test waits for what has to come.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is under way in earnest, such as a request, is given so long before time is moved for those who wait.
const UNDER_WAY: Duration = Duration::from_millis(100);

/// What a desk has beside it, where that is not the usual.
#[derive(Default, Clone)]
pub(crate) struct Beside {
    /// What takes letters; else they are kept.
    pub(crate) mailer: Option<Arc<dyn Mailer>>,
    /// A vault, `safe`.
    pub(crate) vault: Option<Arc<dyn Vault>>,
    /// Whoever waits does so until time was moved, or has passed.
    pub(crate) patient: bool,
}

/// The sandbox's time, unless this machine's clock was put back; whoever waits moves it forward.
#[derive(Clone)]
pub(crate) struct SandboxTime {
    sandbox: Arc<Running>,
    put_back: Arc<AtomicI64>,
}

/// The same time, which nobody moves by waiting.
struct Patient(SandboxTime);

/// Letters that are kept.
#[derive(Default)]
pub(crate) struct Letters(Mutex<Vec<Letter>>);

impl Clock for SandboxTime {
    fn now(&self) -> Timestamp {
        let put_back = self.put_back.load(Ordering::Relaxed);
        SystemClock.now() + SignedDuration::from_secs(self.sandbox.world().clock.offset() - put_back)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        let end = self.now() + duration;
        Box::pin(async move {
            tokio::time::sleep(UNDER_WAY).await;
            let ahead = end.duration_since(self.now());
            if ahead.is_positive() {
                self.move_by(ahead);
            }
        })
    }
}

impl Clock for Patient {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        let end = self.now() + duration;
        Box::pin(async move {
            while self.now() < end {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
    }
}

impl SandboxTime {
    fn of(sandbox: Arc<Running>) -> Self {
        Self {
            sandbox,
            put_back: Arc::default(),
        }
    }

    /// Puts this machine's clock back; the PSA's goes on.
    pub(crate) fn put_back(&self, seconds: i64) {
        self.put_back.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Five minutes past a full hour: no test begins just before something is due, whenever it is run.
    fn move_to_five_past(&self) {
        const HOUR: i64 = 3_600;
        let into_the_hour = self.now().as_second().rem_euclid(HOUR);
        self.move_by(SignedDuration::from_secs(HOUR - into_the_hour + 300));
    }

    pub(crate) fn move_by(&self, by: SignedDuration) {
        let clock = &self.sandbox.world().clock;
        clock.set_offset(clock.offset() + by.as_secs() + i64::from(by.subsec_nanos() > 0));
    }
}

impl Mailer for Letters {
    fn send<'a>(&'a self, letter: &'a Letter) -> BoxFuture<'a, Result<(), Failure>> {
        self.0.lock().push(letter.clone());
        Box::pin(std::future::ready(Ok(())))
    }
}

impl Letters {
    pub(crate) fn subjects(&self) -> Vec<String> {
        self.0.lock().iter().map(|letter| letter.subject.clone()).collect()
    }
}

impl Stage {
    /// A desk of one site and one connection, `acme`, to a sandbox with so many tickets.
    pub(crate) async fn set(tickets: u64) -> Self {
        Self::set_beside(tickets, Beside::default()).await
    }

    /// The same, with something of one's own beside it.
    pub(crate) async fn set_beside(tickets: u64, beside: Beside) -> Self {
        let callback_times = CallbackTimes {
            timeout: Duration::from_secs(5),
            retries: [Duration::from_millis(1); 2],
        };
        let options = Options {
            callback_times,
            ..Options::with_tickets(tickets)
        };
        let sandbox = Arc::new(start(options).await.unwrap());
        let time = SandboxTime::of(sandbox);
        time.move_to_five_past();
        let stage = Self::open(time, beside, tempfile::tempdir().unwrap(), Arc::default()).await;
        let site = "[[site]]\nname = \"Main\"\nkind = \"internal\"\n";
        stage.apply(site).await;
        stage.connect("").await;
        stage
    }

    /// A desk on what is in a folder.
    async fn open(time: SandboxTime, beside: Beside, folder: TempDir, letters: Arc<Letters>) -> Self {
        let store = SqliteStore::open(&folder.path().join("desk.sqlite")).await.unwrap();
        let store: Arc<dyn Store> = Arc::new(store);
        let definitions: Arc<dyn DeskStore> = store.clone();
        let mut vaults = Vaults::new(Arc::new(time.clone()));
        if let Some(vault) = &beside.vault {
            vaults = vaults.with("safe", Arc::clone(vault), Duration::ZERO);
        }
        let connections = Connections::new(Arc::new(ConnectWise::default()), definitions, vaults, Agents::new());
        connections.use_keyring(Arc::new(keyring()));
        let kept: Arc<dyn EngineStore> = store.clone();
        let engine = Engine::new(Parts {
            store: kept,
            connections: Arc::new(connections),
            declarations: deskhand_connectwise::declarations(),
            mailer: Some(beside.mailer.clone().unwrap_or_else(|| letters.clone())),
            clock: if beside.patient {
                Arc::new(Patient(time.clone()))
            } else {
                Arc::new(time.clone())
            },
            dates: DateForm::default(),
            holder: format!("test {}", fastrand::u64(..)),
        });
        Self {
            sandbox: Arc::clone(&time.sandbox),
            time,
            store,
            engine,
            letters,
            beside,
            keyring: keyring(),
            folder,
        }
    }

    /// The same desk in another process, after this one was killed: nothing was closed, nothing given back.
    pub(crate) async fn killed(self) -> Self {
        let Self {
            time,
            store,
            engine,
            letters,
            beside,
            folder,
            ..
        } = self;
        std::mem::forget((store, engine));
        Self::open(time, beside, folder, letters).await
    }

    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        self.time.now()
    }

    /// A client with the connection's keys, for whoever else works on the PSA.
    pub(crate) fn client(&self) -> Client {
        let value = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let settings = Settings {
            values: [
                value("serverurl", &self.sandbox.url()),
                value("companyid", "sandbox"),
                value("publickey", "public"),
                value("clientid", "test"),
            ]
            .into(),
            secrets: [("privatekey".to_owned(), "private".into())].into(),
            ..Settings::default()
        };
        OpenPsa::open(&settings).unwrap().client().clone()
    }

    /// The callbacks that are registered at the PSA.
    pub(crate) fn callbacks(&self) -> Vec<Value> {
        self.sandbox.world().read(Kind::Callback, |table| {
            let records = table.newest_after(0);
            records
                .map(|record| serde_json::from_slice(&record.raw).unwrap())
                .collect()
        })
    }

    /// Waits until so many deliveries were answered so.
    pub(crate) async fn delivered(&self, count: usize, status: u16) {
        let delivered = async {
            let so = |deliveries: Vec<Delivery>| deliveries.iter().filter(|one| one.status == Some(status)).count();
            while so(self.sandbox.deliveries()) < count {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, delivered).await.unwrap();
    }

    /// How many events there are of a ticket.
    pub(crate) async fn events_of(&self, ticket: i64) -> usize {
        let filter = EventFilter {
            record_id: Some(ticket),
            limit: 99,
            ..EventFilter::default()
        };
        self.store.list_events(&filter).await.unwrap().len()
    }

    /// Defines the connection, with these members beside.
    pub(crate) async fn connect(&self, more: &str) {
        self.connect_to(&self.sandbox.url(), more).await;
    }

    /// Defines the connection as one to this address.
    pub(crate) async fn connect_to(&self, url: &str, more: &str) {
        let text = format!(
            "[[connection]]\nname = \"acme\"\nsite = \"Main\"\nserver_url = \"{url}\"\ncompany_id = \"sandbox\"\n\
             public_key = \"public\"\nprivate_key = \"private\"\nclient_id = \"test\"\n{more}"
        );
        self.apply(&text).await;
    }

    /// Applies a file of the desk.
    pub(crate) async fn apply(&self, text: &str) {
        self.apply_all(&[text]).await;
    }

    /// Applies files of the desk together.
    pub(crate) async fn apply_all(&self, texts: &[&str]) {
        let texts = texts.iter().enumerate().map(|(number, text)| DeskFile {
            name: format!("desk {number}.toml"),
            text: (*text).to_owned(),
        });
        let integration = ConnectWise::default();
        let given = files::read(&texts.collect::<Vec<_>>(), integration.description());
        let given = given.unwrap_or_else(|problems| panic!("{problems:?}"));
        let known = files::look(&*self.store, Some(&self.keyring)).await.unwrap();
        let vaults: &[String] = if self.beside.vault.is_some() {
            &["safe".to_owned()]
        } else {
            &[]
        };
        let plan = files::plan(&given, &known, integration.description(), (&[], vaults), false);
        let plan = plan.unwrap_or_else(|problems| panic!("{problems:?}"));
        let random = |to: &mut [u8]| {
            to.fill_with(|| fastrand::u8(..));
            Ok(())
        };
        let made = ("test", self.time.now());
        files::apply(&plan, &*self.store, Some(&self.keyring), &random, made)
            .await
            .unwrap();
    }

    /// Moves time forward by so many minutes, and does what becomes due on the way.
    pub(crate) async fn forward(&self, minutes: i64) {
        let end = self.time.now() + SignedDuration::from_mins(minutes);
        loop {
            self.engine.turn().await.unwrap();
            let next = self.engine.next_due().await.unwrap();
            let next = next.filter(|next| *next <= end).unwrap_or(end);
            let ahead = next.duration_since(self.time.now());
            if ahead.is_positive() {
                self.time.move_by(ahead);
            }
            if self.time.now() >= end {
                self.engine.turn().await.unwrap();
                return;
            }
        }
    }

    /// Runs, the newest first.
    pub(crate) async fn runs(&self, filter: RunFilter) -> Vec<RunSummary> {
        let filter = RunFilter { limit: 1000, ..filter };
        self.store.find_runs(&filter).await.unwrap()
    }

    /// The runs of a schedule, the newest first.
    pub(crate) async fn runs_of(&self, schedule: &str) -> Vec<RunSummary> {
        self.runs(RunFilter {
            schedule: Some(schedule.to_owned()),
            ..RunFilter::default()
        })
        .await
    }

    /// Runs something by hand to its end.
    pub(crate) async fn run(&self, id: &str, plan: Plan, given: Map<String, Value>) -> RunStory {
        self.engine.take_over(self.time.now()).await.unwrap();
        let run = NewRun {
            id: id.to_owned(),
            plan,
            cause: Cause::Person {
                name: OPERATOR.to_owned(),
            },
            site: "Main".to_owned(),
            given,
            created_at: self.time.now(),
        };
        assert!(self.store.start(&run).await.unwrap());
        self.engine.turn().await.unwrap();
        self.story(id).await
    }

    /// A run's story.
    pub(crate) async fn story(&self, id: &str) -> RunStory {
        self.store.get_run(id).await.unwrap().unwrap()
    }
}

fn keyring() -> Keyring {
    Keyring::from_bytes(&[7; 32], &[])
}
