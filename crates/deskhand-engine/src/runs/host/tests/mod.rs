//! The host, on the model of a store and with toys.

mod fails;
mod performs;
mod serves;
mod store;
mod waits;

use std::ops::ControlFlow;
use std::sync::Arc;

use deskhand_command::Clock;
use jiff::Timestamp;
use serde_json::Value;

use self::store::TroubledStore;
use crate::conformance::host::steps::{Steps, run_of};
use crate::conformance::host::{Toy, reads_as_one_story};
use crate::runs::state::History;
use crate::runs::{Limits, NewRun, RunHost, RunOutcome, RunStore, RunStory, Signalled, What};
use crate::store::MemoryDesk;

/// A host on a desk in memory.
struct Play {
    desk: Arc<MemoryDesk>,
    store: Arc<TroubledStore>,
    toy: Toy,
    limits: Limits,
}

impl Play {
    fn new(playbooks: Vec<Steps>) -> Self {
        let desk = Arc::new(MemoryDesk::default());
        Self {
            store: Arc::new(TroubledStore::new(Arc::clone(&desk) as _)),
            desk,
            toy: Toy::new(playbooks.into_iter().map(Steps::done).collect()),
            limits: Limits::default(),
        }
    }

    fn host(&self) -> RunHost {
        let toy = Arc::new(self.toy.clone());
        let clock = Arc::clone(&self.toy.clock) as Arc<dyn Clock>;
        let mut host = RunHost::new(Arc::clone(&self.store) as _, toy, clock, "one");
        host.limits = self.limits.clone();
        host
    }

    /// Another host on the same desk, whose store is never in trouble.
    fn other(&self) -> RunHost {
        let mut other = self.host();
        other.holder = "two".to_owned();
        other.store = Arc::clone(&self.desk) as _;
        other
    }

    /// How often each letter was handed over.
    fn letters(&self) -> Vec<(String, u32)> {
        self.toy.psa.handed_over().into_iter().collect()
    }

    fn now(&self) -> Timestamp {
        self.toy.clock.now()
    }

    /// Starts a run of the playbook `P`.
    async fn start(&self) {
        self.start_run(&run_of("r", "P")).await;
    }

    async fn start_run(&self, run: &NewRun) {
        assert!(self.desk.start(run).await.unwrap());
    }

    /// Drives what is due until everything waits for a time or has ended.
    async fn drive(&self) {
        while self.host().drive_due(self.now()).await.unwrap() > 0 {}
    }

    /// Drives everything to its end, moving the clock.
    async fn play(&self) {
        self.drive().await;
        while let Some(next) = self.desk.next_run_due().await.unwrap() {
            self.toy.clock.set(next.max(self.now()));
            self.drive().await;
        }
    }

    async fn story(&self, run: &str) -> RunStory {
        self.desk.get_run(run).await.unwrap().unwrap()
    }

    async fn outcome(&self) -> Option<RunOutcome> {
        let story = self.story("r").await;
        if story.summary.outcome.is_some() {
            reads_as_one_story(&story);
        }
        story.summary.outcome
    }

    async fn reason(&self) -> String {
        self.story("r").await.summary.reason.unwrap_or_default()
    }

    /// What a step has yielded.
    async fn yielded(&self, step: &str) -> Value {
        let playbook = Arc::clone(&self.toy.playbooks["P"]);
        History::of(playbook, &self.story("r").await.entries).output()[step].clone()
    }

    async fn signal(&self, what: What) {
        let signalled = self.desk.signal("r", &what, self.now()).await.unwrap();
        assert_eq!(signalled, Signalled::Taken);
    }

    async fn retry(&self) {
        self.signal(What::RetryAsked { by: "ada".to_owned() }).await;
    }

    async fn cancel(&self) {
        self.signal(What::CancelAsked { by: "ada".to_owned() }).await;
    }
}

/// Lets everything that can go on do so.
async fn settle() {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
}

/// An observer that counts.
struct Counts<F: Fn(&str, super::Point<'_>) + Send + Sync>(F);

impl<F: Fn(&str, super::Point<'_>) + Send + Sync> super::Observer for Counts<F> {
    fn at(&self, run: &str, point: super::Point<'_>) -> ControlFlow<()> {
        (self.0)(run, point);
        ControlFlow::Continue(())
    }
}
