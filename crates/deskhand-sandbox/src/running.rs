//! A sandbox that runs, in this process.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Mutex, RwLock};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::activity::{Activity, Worker};
use crate::callback::{self, Deliveries, Delivery, SigningKey};
use crate::fault::{Faults, Limit, Limiter, Pending, RequestLog};
use crate::http::{self, Kept, tls};
use crate::note;
use crate::options::Options;
use crate::outbox::Outbox;
use crate::quirks::{Quirk, Quirks};
use crate::seed::{Desk, LoadError, load, plant};
use crate::ticket::Store;
use crate::world::{CODEBASE, Kind, World};

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) world: World,
    pub(crate) desk: Desk,
    pub(crate) faults: Faults,
    pub(crate) log: RequestLog,
    pub(crate) outbox: Outbox,
    pub(crate) limiter: Limiter,
    pub(crate) deliveries: Deliveries,
    pub(crate) signing_key: SigningKey,
    /// What lost requests left to be done.
    pub(crate) pending: Pending<Kept>,
    began: Instant,
    pub(crate) latency: RwLock<Duration>,
    pub(crate) quirks: RwLock<Quirks>,
    /// The codebase since the last upgrade.
    upgraded: RwLock<Option<String>>,
    pub(crate) address: SocketAddr,
    activity: Mutex<Option<(Activity, JoinHandle<()>)>>,
}

/// A sandbox under way; it stops when dropped.
#[derive(Debug)]
pub struct Running {
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
    delivering: JoinHandle<()>,
    ca: Option<PathBuf>,
}

/// Why a sandbox cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken, or not this machine's.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file of tickets cannot be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// No certificate can be made or written.
    #[error("cannot make a certificate: {0}")]
    Certificate(String),
}

/// Starts a sandbox.
pub async fn start(mut options: Options) -> Result<Running, StartError> {
    let listener = TcpListener::bind(options.listen)
        .await
        .map_err(|source| StartError::Listen {
            address: options.listen,
            source,
        })?;
    let address = listener.local_addr().map_err(|source| StartError::Listen {
        address: options.listen,
        source,
    })?;
    if !options.data.is_empty() {
        options.seed.tickets = 0;
    }
    let world = World::empty();
    let desk = plant(&world, &options.seed);
    for path in &options.data {
        load(&world, path)?;
    }
    let tls = options
        .tls
        .as_deref()
        .map(tls::make)
        .transpose()
        .map_err(StartError::Certificate)?;
    let (acceptor, ca) = tls.map_or((None, None), |made| (Some(made.acceptor), Some(made.ca)));
    let mut quirks = options.quirks.clone();
    if options.lists_project_tickets {
        quirks.add(Quirk::ListProjectTickets);
    }
    let shared = Arc::new(Shared {
        faults: Faults::new(options.seed.number),
        log: RequestLog::default(),
        outbox: Outbox::default(),
        limiter: Limiter::new(options.limit),
        deliveries: Deliveries::default(),
        signing_key: SigningKey::of_seed(options.seed.number),
        pending: Pending::default(),
        began: Instant::now(),
        latency: RwLock::new(options.latency),
        quirks: RwLock::new(quirks),
        upgraded: RwLock::default(),
        activity: Mutex::default(),
        options,
        world,
        desk,
        address,
    });
    if let Some(activity) = shared.options.activity {
        shared.start_activity(activity);
    }
    let changes = shared.world.changes();
    let delivering = tokio::spawn(callback::work(Arc::clone(&shared), changes));
    let serving = tokio::spawn(http::serve(listener, acceptor, Arc::clone(&shared)));
    Ok(Running {
        shared,
        serving,
        delivering,
        ca,
    })
}

impl Running {
    /// Its address, as a Server URL.
    pub fn url(&self) -> String {
        self.shared.url()
    }

    /// The certificate authority to trust, with TLS.
    pub fn ca(&self) -> Option<&Path> {
        self.ca.as_deref()
    }

    /// What is in it; what lost requests left to be done and is due by now is done first.
    pub fn world(&self) -> &World {
        http::perform_due(&self.shared);
        &self.shared.world
    }

    /// What goes wrong.
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// What was asked.
    pub fn log(&self) -> &RequestLog {
        &self.shared.log
    }

    /// The mails that would have gone out.
    pub fn outbox(&self) -> &Outbox {
        &self.shared.outbox
    }

    /// What people see as a ticket's description: its first discussion note.
    pub fn description(&self, ticket: i64) -> Option<String> {
        note::description(&self.shared.world, ticket)
    }

    /// What callbacks were told, oldest first.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.shared.deliveries.all()
    }

    /// Sets a rate limit, or lifts it; refusals are counted as `rate-limit` among [`Faults::fired`].
    pub fn set_limit(&self, limit: Option<Limit>) {
        self.shared.limiter.set(limit);
    }

    /// Adds this much to every answer from now on.
    pub fn set_latency(&self, latency: Duration) {
        *self.shared.latency.write() = latency;
    }

    /// Behaves by these quirks from now on.
    pub fn set_quirks(&self, quirks: Quirks) {
        *self.shared.quirks.write() = quirks;
    }

    /// Puts another codebase in place, as an upgrade does: company info and hrefs name it, and of the others only
    /// `v4_6_release` is still answered.
    pub fn upgrade(&self, codebase: &str) {
        self.shared.upgrade(codebase);
    }

    /// Does this many things on the desk at once, without waiting.
    pub fn act(&self, steps: usize, activity: Activity, seed: u64) {
        let mut random = fastrand::Rng::with_seed(seed);
        for _ in 0..steps {
            self.shared.worker(activity).step(&mut random);
        }
    }

    /// Lets the desk go on working by itself.
    pub fn start_activity(&self, activity: Activity) {
        self.shared.start_activity(activity);
    }

    /// Stops the desk's work; what waits for its time goes on waiting.
    pub fn stop_activity(&self) {
        self.shared.stop_activity();
    }

    /// Updates a ticket. False when it is not there.
    pub fn touch(&self, ticket: i64) -> bool {
        let worker = self.shared.worker(Activity::default());
        worker.touch(ticket, &mut self.shared.randomness(ticket))
    }

    /// Updates this many service tickets within one second; returns how many there were.
    pub fn put_into_one_second(&self, tickets: usize) -> usize {
        self.shared.worker(Activity::default()).one_second(tickets)
    }

    /// Stops the desk's work, takes the poison out and makes everything visible; fault rules stay.
    pub fn quiesce(&self) {
        self.shared.quiesce();
    }
}

impl Shared {
    /// The world as writes see it.
    pub(crate) fn store(&self) -> Store<'_> {
        Store {
            world: &self.world,
            desk: &self.desk,
            outbox: &self.outbox,
            lag_ms: i64::try_from(self.options.write_lag.as_millis()).unwrap_or(0),
        }
    }

    /// Whether the sandbox behaves by a quirk now.
    pub(crate) fn has(&self, quirk: Quirk) -> bool {
        self.quirks.read().has(quirk)
    }

    pub(crate) fn upgrade(&self, codebase: &str) {
        let codebase = codebase.trim_matches('/');
        *self.upgraded.write() = Some(codebase.to_owned());
        self.world.set_codebase(codebase);
    }

    /// The codebase that company info names, with its slash.
    pub(crate) fn codebase(&self) -> String {
        let upgraded = self.upgraded.read();
        upgraded
            .as_ref()
            .map_or_else(|| self.options.codebase.clone(), |codebase| format!("{codebase}/"))
    }

    /// Whether a codebase is answered: any of them until an upgrade, then the new one, the one that hrefs have, and the
    /// one that leads to whatever is current.
    pub(crate) fn answers(&self, codebase: &str) -> bool {
        self.upgraded.read().as_ref().is_none_or(|upgraded| {
            let known = [CODEBASE, upgraded, &self.world.codebase()];
            known.iter().any(|known| known.eq_ignore_ascii_case(codebase))
        })
    }

    pub(crate) fn worker(&self, activity: Activity) -> Worker<'_> {
        Worker {
            world: &self.world,
            desk: &self.desk,
            faults: &self.faults,
            activity,
        }
    }

    /// Its address, as a Server URL.
    pub(crate) fn url(&self) -> String {
        let (scheme, host) = if self.options.tls.is_some() {
            ("https", "localhost".to_owned())
        } else {
            ("http", self.address.ip().to_string())
        };
        format!("{scheme}://{host}:{}", self.address.port())
    }

    /// Real milliseconds since the sandbox began.
    pub(crate) fn real_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Chance for one act on a ticket, the same for the same revision.
    pub(crate) fn randomness(&self, ticket: i64) -> fastrand::Rng {
        let edit = self.world.newest(Kind::Ticket, ticket).map_or(0, |ticket| ticket.edit);
        let number = self.options.seed.number ^ ticket.unsigned_abs().rotate_left(32) ^ u64::from(edit);
        fastrand::Rng::with_seed(number)
    }

    pub(crate) fn start_activity(self: &Arc<Self>, activity: Activity) {
        let shared = Arc::clone(self);
        let task = tokio::spawn(async move { work(&shared, activity).await });
        if let Some((_, before)) = self.activity.lock().replace((activity, task)) {
            before.abort();
        }
    }

    pub(crate) fn stop_activity(&self) {
        if let Some((_, task)) = self.activity.lock().take() {
            task.abort();
        }
    }

    /// What the desk is doing by itself.
    pub(crate) fn activity(&self) -> Option<Activity> {
        self.activity.lock().as_ref().map(|(activity, _)| *activity)
    }

    pub(crate) fn quiesce(&self) {
        self.stop_activity();
        self.world.set_poison(0);
        self.world.make_all_visible();
    }
}

/// Keeps to the rate over time, in small groups when it is high.
async fn work(shared: &Arc<Shared>, activity: Activity) {
    const TICK: Duration = Duration::from_millis(20);
    let mut random = fastrand::Rng::with_seed(shared.options.seed.number ^ 0xac71);
    let mut ticks = tokio::time::interval(TICK);
    let mut owed = 0.0;
    loop {
        ticks.tick().await;
        owed += activity.per_second.clamp(0.0, 100_000.0) * TICK.as_secs_f64();
        while owed >= 1.0 {
            owed -= 1.0;
            shared.worker(activity).step(&mut random);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.serving.abort();
        self.delivering.abort();
        self.shared.stop_activity();
    }
}
