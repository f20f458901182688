//! A store that keeps a process waiting at one of its appends, before or after it is done.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use deskhand_command::BoxFuture;
use jiff::Timestamp;
use tokio::sync::Semaphore;

use crate::StoreError;
use crate::runs::{
    Append, ClaimedRun, Entry, NewRun, RunClaim, RunFilter, RunLease, RunStore, RunStory, RunSummary, Signalled, What,
};

/// A store that keeps a process waiting.
pub(super) struct Slow {
    store: Arc<dyn RunStore>,
    at: usize,
    passed: AtomicUsize,
    reached: Semaphore,
    gate: Semaphore,
}

impl Slow {
    /// Waits at this point, counted from 1; every append has two.
    pub(super) fn new(store: Arc<dyn RunStore>, at: usize) -> Self {
        Self {
            store,
            at,
            passed: AtomicUsize::new(0),
            reached: Semaphore::new(0),
            gate: Semaphore::new(0),
        }
    }

    /// Comes when somebody waits.
    pub(super) async fn stands_still(&self) {
        let _reached = self.reached.acquire().await;
    }

    /// Lets whoever waits go on.
    pub(super) fn go_on(&self) {
        self.gate.add_permits(1);
    }

    async fn point(&self) {
        if self.passed.fetch_add(1, Ordering::SeqCst) + 1 == self.at {
            self.reached.add_permits(1);
            let _open = self.gate.acquire().await;
        }
    }
}

impl RunStore for Slow {
    fn start<'a>(&'a self, run: &'a NewRun) -> BoxFuture<'a, Result<bool, StoreError>> {
        self.store.start(run)
    }

    fn claim_runs<'a>(&'a self, request: &'a RunClaim) -> BoxFuture<'a, Result<Vec<ClaimedRun>, StoreError>> {
        self.store.claim_runs(request)
    }

    fn append<'a>(&'a self, lease: &'a RunLease, append: Append) -> BoxFuture<'a, Result<Vec<Entry>, StoreError>> {
        Box::pin(async move {
            self.point().await;
            let appended = self.store.append(lease, append).await;
            self.point().await;
            appended
        })
    }

    fn signal<'a>(
        &'a self,
        run: &'a str,
        what: &'a What,
        at: Timestamp,
    ) -> BoxFuture<'a, Result<Signalled, StoreError>> {
        self.store.signal(run, what, at)
    }

    fn next_run_due(&self) -> BoxFuture<'_, Result<Option<Timestamp>, StoreError>> {
        self.store.next_run_due()
    }

    fn get_run<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<RunStory>, StoreError>> {
        self.store.get_run(id)
    }

    fn find_runs<'a>(&'a self, filter: &'a RunFilter) -> BoxFuture<'a, Result<Vec<RunSummary>, StoreError>> {
        self.store.find_runs(filter)
    }

    fn prune_runs(&self, before: Timestamp) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.store.prune_runs(before)
    }
}
