//! What runs ask of a store.

use deskhand_command::BoxFuture;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Entry, NewRun, RunFilter, RunOutcome, RunSummary, What};
use crate::StoreError;
use crate::desk::EventTurn;
use crate::schedules::ScheduleAfter;

/// Keeps runs and their journals. Every method is one transaction.
///
/// A store that passes `deskhand_engine::conformance` keeps what these methods promise.
pub trait RunStore: Send + Sync {
    /// Notes a run that is due at once; false when there is one of this id, which stays as it is.
    fn start<'a>(&'a self, run: &'a NewRun) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// Claims runs that are due, those that waited longest first. What a holder has is due when its time is over.
    fn claim_runs<'a>(&'a self, request: &'a RunClaim) -> BoxFuture<'a, Result<Vec<ClaimedRun>, StoreError>>;

    /// Appends to a run's journal with all that follows from it, if the claim still holds; else [`StoreError::Lost`].
    ///
    /// Returns every entry with a number above [`Append::seen`], this append's among them, so that the holder learns what
    /// others have appended meanwhile.
    fn append<'a>(&'a self, lease: &'a RunLease, append: Append) -> BoxFuture<'a, Result<Vec<Entry>, StoreError>>;

    /// Appends what somebody wants of a run, and makes it due. A run of a schedule that is tried again is under way for that
    /// schedule, unless another one is.
    fn signal<'a>(
        &'a self,
        run: &'a str,
        what: &'a What,
        at: Timestamp,
    ) -> BoxFuture<'a, Result<Signalled, StoreError>>;

    /// When the next run is due: a time that may be over, or `None` when none waits for a time.
    fn next_run_due(&self) -> BoxFuture<'_, Result<Option<Timestamp>, StoreError>>;

    /// A run and its journal.
    fn get_run<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<RunStory>, StoreError>>;

    /// Runs, the newest first.
    fn find_runs<'a>(&'a self, filter: &'a RunFilter) -> BoxFuture<'a, Result<Vec<RunSummary>, StoreError>>;

    /// Deletes runs that ended before a time, with their journals and what an ingestion's log says of them, and what became
    /// of due times before then; a few thousand at once, returns how many runs.
    fn prune_runs(&self, before: Timestamp) -> BoxFuture<'_, Result<u64, StoreError>>;
}

/// A run and its journal.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunStory {
    /// The run as lists show it.
    pub summary: RunSummary,
    /// What it was given.
    pub given: Map<String, Value>,
    /// What happened, in order.
    pub entries: Vec<Entry>,
}

/// Who claims runs, how many, and for how long.
#[derive(Debug, Clone)]
pub struct RunClaim {
    /// Who: a process, named so that no two have one name.
    pub holder: String,
    /// When.
    pub now: Timestamp,
    /// Until when, unless it is renewed.
    pub until: Timestamp,
    /// At most so many.
    pub limit: u32,
    /// Not these, although their time may be over: who claims is at work on them.
    pub except: Vec<String>,
}

/// A claim on a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunLease {
    /// The run.
    pub run: String,
    /// Rises with every claim; an append with an older one is refused.
    pub fence: i64,
}

/// A run that was claimed.
#[derive(Debug, Clone)]
pub struct ClaimedRun {
    /// The claim.
    pub lease: RunLease,
    /// The run as it was asked for.
    pub run: NewRun,
    /// Its journal so far; empty when it has not begun.
    pub entries: Vec<Entry>,
}

/// What is appended to a journal, and what follows from it, in one transaction.
#[derive(Debug, Clone)]
pub struct Append {
    /// The entries; the store numbers them.
    pub what: Vec<What>,
    /// When they were made.
    pub at: Timestamp,
    /// The number of the last entry that the holder has seen.
    pub seen: i64,
    /// Runs that start by it; those whose id exists stay as they are.
    pub starts: Vec<NewRun>,
    /// What becomes of events by it, each with the runs that start if it changes something.
    pub events: Vec<EventTurn>,
    /// What becomes of the schedule that started the run.
    pub schedule: Option<ScheduleAfter>,
    /// What becomes of the claim.
    pub then: Then,
}

/// What becomes of a claim after an append.
#[derive(Debug, Clone, PartialEq)]
pub enum Then {
    /// The holder goes on, and has the run until then.
    GoOn {
        /// Until when.
        until: Timestamp,
    },
    /// The run waits, and nobody has it. If an entry was appended that the holder had not seen, it is due at once.
    Sleep {
        /// When it goes on by itself; `None`: a signal has to come.
        wake: Option<Timestamp>,
    },
    /// The run has ended. A run that waits for it gets [`What::ChildEnded`] and is due, unless it
    /// has ended itself.
    End {
        /// How.
        outcome: RunOutcome,
        /// Why it failed.
        reason: Option<String>,
        /// What it yields to a run that waits for it.
        output: Value,
    },
}

/// What came of a signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signalled {
    /// It was appended.
    Taken,
    /// The run has ended; only [`What::RetryAsked`] is taken then, and opens it again unless it was successful.
    Ended,
    /// The run has ended, and stays so: its schedule has another one under way, and never two.
    Overlaps {
        /// The other one.
        run: String,
    },
    /// There is no such run.
    Missing,
}
