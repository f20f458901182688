//! Runs and their journals.

pub(crate) mod append;
mod claim;
mod entries;
mod forget;
mod read;
mod signal;
mod start;

use deskhand_command::BoxFuture;
use deskhand_engine::StoreError;
use deskhand_engine::runs::{
    Append, ClaimedRun, Entry, NewRun, RunClaim, RunFilter, RunLease, RunStore, RunStory, RunSummary, Signalled, What,
};
use jiff::Timestamp;

pub(super) use self::forget::forget_runs_of;
pub(super) use self::start::start_all;
use super::dialect::Database;
use super::{ROWS, desk_events, dialect, errors, schedules, words};

impl RunStore for Database {
    fn start<'a>(&'a self, run: &'a NewRun) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(start::start(self, run))
    }

    fn claim_runs<'a>(&'a self, request: &'a RunClaim) -> BoxFuture<'a, Result<Vec<ClaimedRun>, StoreError>> {
        Box::pin(claim::claim(self, request))
    }

    fn append<'a>(&'a self, lease: &'a RunLease, append: Append) -> BoxFuture<'a, Result<Vec<Entry>, StoreError>> {
        Box::pin(async move {
            let written = entries::written(&append.what)?;
            dialect::append(self, lease, append, written).await
        })
    }

    fn signal<'a>(
        &'a self,
        run: &'a str,
        what: &'a What,
        at: Timestamp,
    ) -> BoxFuture<'a, Result<Signalled, StoreError>> {
        Box::pin(signal::signal(self, run, what, at))
    }

    fn next_run_due(&self) -> BoxFuture<'_, Result<Option<Timestamp>, StoreError>> {
        Box::pin(read::next_due(self))
    }

    fn get_run<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<RunStory>, StoreError>> {
        Box::pin(read::get(self, id))
    }

    fn find_runs<'a>(&'a self, filter: &'a RunFilter) -> BoxFuture<'a, Result<Vec<RunSummary>, StoreError>> {
        Box::pin(read::find(self, filter))
    }

    fn prune_runs(&self, before: Timestamp) -> BoxFuture<'_, Result<u64, StoreError>> {
        Box::pin(forget::prune(self, before))
    }
}
