//! What schedules ask of a store.

use deskhand_command::BoxFuture;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::StoreError;
use crate::runs::NewRun;

/// Keeps where schedules are, and what became of each due time. Every method is one transaction.
pub trait ScheduleStore: Send + Sync {
    /// Makes schedules known with their first due time; of one that is known only `next_at` changes, and only if
    /// [`Standing::digest`] does, which is what the schedule's times come to. One that was off, [`INACTIVE`] or [`UNDEFINED`],
    /// also begins to count its failures anew: what is told of them is what happens from now on.
    fn put_schedules<'a>(&'a self, standings: &'a [Standing]) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Schedules that are due, those due longest first; what is paused or stopped is not.
    fn due_schedules(&self, now: Timestamp, limit: u32) -> BoxFuture<'_, Result<Vec<Standing>, StoreError>>;

    /// Fires schedules: each whose `next_at` is still the expected one gets its new one, its occurrences and its run; the
    /// others are left alone, because somebody else has fired them. Returns how many were fired.
    fn fire<'a>(&'a self, firings: &'a [Firing]) -> BoxFuture<'a, Result<u64, StoreError>>;

    /// When the next schedule is due: a time that may be over.
    fn next_schedule_due(&self) -> BoxFuture<'_, Result<Option<Timestamp>, StoreError>>;

    /// All schedules, by name.
    fn list_schedules(&self) -> BoxFuture<'_, Result<Vec<Standing>, StoreError>>;

    /// One schedule.
    fn get_schedule<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Standing>, StoreError>>;

    /// Pauses a schedule, lets it go on at the time that [`Turn::Resume`] names, or stops it for ever; false when there is
    /// none, or it was stopped.
    fn turn_schedule<'a>(&'a self, name: &'a str, to: Turn) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// Forgets a schedule with its occurrences, and its runs with their journals.
    fn delete_schedule<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// What became of due times, the newest first.
    fn list_occurrences<'a>(
        &'a self,
        schedule: &'a str,
        limit: u32,
    ) -> BoxFuture<'a, Result<Vec<Occurrence>, StoreError>>;
}

/// The digest of a schedule whose definition does not let it run.
pub const INACTIVE: &str = "inactive";
/// The digest of a schedule that is not defined any more.
pub const UNDEFINED: &str = "undefined";

/// Where a schedule is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// Its name, each once in a desk.
    pub name: String,
    /// What its times come to, as text; another one means that it is due at other times, and begins anew.
    pub digest: String,
    /// When it is due next; `None`: never again.
    pub next_at: Option<Timestamp>,
    /// Whether it is let run.
    pub mode: Mode,
    /// The run that it started and that has not ended.
    pub running: Option<String>,
    /// How many of its runs have failed since the last one that did not.
    pub failures: u32,
    /// Whether people were told of the failures.
    pub alerted: bool,
}

/// Whether a schedule is let run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// It is.
    Active,
    /// Not now.
    Paused,
    /// Never again.
    Stopped,
}

/// A change of a schedule's [`Mode`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Pause.
    Pause,
    /// Go on, with this due time.
    Resume {
        /// The next one.
        next_at: Option<Timestamp>,
    },
    /// Stop for ever.
    Stop,
}

/// A schedule that fires: what became of its due times up to now.
#[derive(Debug, Clone, PartialEq)]
pub struct Firing {
    /// The schedule.
    pub schedule: String,
    /// The due time that it was decided for.
    pub expected: Timestamp,
    /// The next one.
    pub next_at: Option<Timestamp>,
    /// What became of those that were due, each once.
    pub occurrences: Vec<Occurrence>,
    /// The run that starts, at most one.
    pub run: Option<NewRun>,
}

/// What became of a due time, or of several in a row that came to the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Occurrence {
    /// When it was due, or first due.
    pub due: Timestamp,
    /// When it was last due: [`Self::due`] again, unless it stands for several.
    pub last: Timestamp,
    /// How many due times it stands for; one, unless far more were missed than anybody would read.
    pub times: u64,
    /// What became of it.
    pub fate: Fate,
    /// When that was decided.
    pub at: Timestamp,
    /// The run that started.
    pub run: Option<String>,
}

/// What became of a due time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It started in time.
    Ran,
    /// It started late.
    Late,
    /// It did not start: nobody was there at the time, and the policy is not to make up for it.
    Missed,
    /// It did not start: the run before had not ended.
    Overlapped,
}

/// What becomes of a schedule when a run of it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleAfter {
    /// The schedule.
    pub schedule: String,
    /// Its failures in a row.
    pub failures: u32,
    /// Whether people have been told.
    pub alerted: bool,
}
