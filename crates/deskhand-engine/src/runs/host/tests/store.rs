//! A store that is in trouble when it is told to be.

use std::sync::Arc;

use deskhand_command::BoxFuture;
use jiff::Timestamp;
use parking_lot::Mutex;

use crate::StoreError;
use crate::runs::{
    Append, ClaimedRun, Entry, NewRun, RunClaim, RunFilter, RunLease, RunStore, RunStory, RunSummary, Signalled, What,
};

/// What happens to an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It is not done.
    Locked,
    /// Nor is this.
    Full,
    /// It is done, and the answer is lost.
    AnswerLost,
}

pub(super) struct TroubledStore {
    store: Arc<dyn RunStore>,
    /// What happens to the next appends, the last first.
    next: Mutex<Vec<Option<Trouble>>>,
    /// How many entries each append had.
    appends: Mutex<Vec<usize>>,
    /// Nothing can be claimed or signalled.
    down: Mutex<bool>,
}

impl TroubledStore {
    pub(super) fn new(store: Arc<dyn RunStore>) -> Self {
        Self {
            store,
            next: Mutex::default(),
            appends: Mutex::default(),
            down: Mutex::default(),
        }
    }

    pub(super) fn trouble(&self, next: &[Option<Trouble>]) {
        *self.next.lock() = next.iter().rev().copied().collect();
    }

    pub(super) fn go_down(&self, down: bool) {
        *self.down.lock() = down;
    }

    pub(super) fn appends(&self) -> Vec<usize> {
        self.appends.lock().clone()
    }

    fn up(&self) -> Result<(), StoreError> {
        if *self.down.lock() {
            Err(StoreError::Locked)
        } else {
            Ok(())
        }
    }

    async fn troubled(&self, lease: &RunLease, append: Append) -> Result<Vec<Entry>, StoreError> {
        let trouble = self.next.lock().pop().flatten();
        let entries = append.what.len();
        match trouble {
            Some(Trouble::Locked) => return Err(StoreError::Locked),
            Some(Trouble::Full) => return Err(StoreError::Full),
            _ => {}
        }
        let appended = self.store.append(lease, append).await?;
        self.appends.lock().push(entries);
        match trouble {
            Some(_) => Err(StoreError::Broken("the connection was closed".into())),
            None => Ok(appended),
        }
    }
}

impl RunStore for TroubledStore {
    fn start<'a>(&'a self, run: &'a NewRun) -> BoxFuture<'a, Result<bool, StoreError>> {
        self.store.start(run)
    }

    fn claim_runs<'a>(&'a self, request: &'a RunClaim) -> BoxFuture<'a, Result<Vec<ClaimedRun>, StoreError>> {
        Box::pin(async move {
            self.up()?;
            self.store.claim_runs(request).await
        })
    }

    fn append<'a>(&'a self, lease: &'a RunLease, append: Append) -> BoxFuture<'a, Result<Vec<Entry>, StoreError>> {
        Box::pin(self.troubled(lease, append))
    }

    fn signal<'a>(
        &'a self,
        run: &'a str,
        what: &'a What,
        at: Timestamp,
    ) -> BoxFuture<'a, Result<Signalled, StoreError>> {
        Box::pin(async move {
            self.up()?;
            self.store.signal(run, what, at).await
        })
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
