//! A run before it begins, and as lists show it.

use deskhand_command::ReturnData;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A run that is to be.
///
/// The id says what must happen once: whoever starts a run of an id that exists starts nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRun {
    /// Its id: at most 200 letters, digits and `-_.:@/[] `.
    pub id: String,
    /// What is run.
    pub plan: Plan,
    /// Why.
    pub cause: Cause,
    /// The site that it works for.
    pub site: String,
    /// What it is given: a playbook's inputs.
    pub given: Map<String, Value>,
    /// When it was asked for.
    pub created_at: Timestamp,
}

/// What is run. Everything that runs is a playbook; these are the ways to name one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Plan {
    /// A playbook of the desk, in the version that was the newest when the run was asked for.
    Playbook {
        /// Its name.
        name: String,
        /// Its version.
        version: i64,
    },
    /// One command.
    Command {
        /// Its slug.
        command: String,
        /// The connection.
        connection: String,
        /// Its inputs by display name.
        inputs: Map<String, Value>,
    },
    /// A pass of an ingestion job.
    Ingest {
        /// The job.
        job: String,
    },
    /// Test Connection, for a connection's health.
    Check {
        /// The connection.
        connection: String,
    },
    /// A letter, to people who watch over the desk.
    Letter {
        /// To whom.
        to: Vec<String>,
        /// The subject.
        subject: String,
        /// The text.
        text: String,
    },
}

/// Why a run was started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Cause {
    /// Somebody asked for it.
    Person {
        /// Who.
        name: String,
    },
    /// It was due.
    Schedule {
        /// The schedule.
        name: String,
        /// When it was due.
        due: Timestamp,
    },
    /// An event was taken.
    Event {
        /// The event.
        id: i64,
    },
    /// An event was dismissed.
    Dismissal {
        /// The event.
        id: i64,
        /// The run whose step has dismissed it; `None` when a rule or a person has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        run: Option<String>,
    },
    /// Another run failed.
    Failure {
        /// The other run.
        run: String,
    },
    /// A step of another run, which waits for it.
    Step {
        /// The other run.
        run: String,
        /// The step's path.
        step: String,
        /// Whoever asked for the first of the runs, if somebody did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
        /// How many runs wait for it, one for the other.
        #[serde(default)]
        depth: u32,
    },
    /// The engine itself, for what is to be told.
    Alert {
        /// What it is about: a schedule, or a run.
        about: String,
    },
}

impl Cause {
    /// Whoever asked for the run, or for the one whose step it is.
    pub fn person(&self) -> Option<&str> {
        match self {
            Self::Person { name } => Some(name),
            Self::Step { by, .. } => by.as_deref(),
            _ => None,
        }
    }

    /// How many runs wait for the run, one for the other.
    pub(in crate::runs) fn depth(&self) -> u32 {
        match self {
            Self::Step { depth, .. } => *depth,
            _ => 0,
        }
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunOutcome {
    /// All of it worked.
    Successful,
    /// Some of it failed, and it was meant to go on.
    PartiallySuccessful,
    /// It failed.
    Failed,
    /// Somebody ended it.
    Cancelled,
}

/// Where a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunState {
    /// It can go on now, or somebody is at it.
    Due,
    /// It waits: for a time, an answer or another run.
    Waiting,
    /// It has ended.
    Ended,
}

/// A run as lists show it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunSummary {
    /// Its id.
    pub id: String,
    /// What is run.
    pub plan: Plan,
    /// Why.
    pub cause: Cause,
    /// The site that it works for.
    pub site: String,
    /// Where it is.
    pub state: RunState,
    /// How it ended.
    pub outcome: Option<RunOutcome>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// When it goes on by itself, while it waits for a time.
    pub wake_at: Option<Timestamp>,
    /// Why it failed, in a sentence or two.
    pub reason: Option<String>,
}

/// Which runs a list is about.
#[derive(Debug, Clone, Default)]
pub struct RunFilter {
    /// Only those where.
    pub state: Option<RunState>,
    /// Only those that ended so.
    pub outcome: Option<RunOutcome>,
    /// Only those of this schedule.
    pub schedule: Option<String>,
    /// Only those of this playbook.
    pub playbook: Option<String>,
    /// Only those that work for one of these sites.
    pub sites: Option<Vec<String>>,
    /// Only those asked for from then on.
    pub since: Option<Timestamp>,
    /// Only those asked for before then.
    pub until: Option<Timestamp>,
    /// At most this many; the newest first.
    pub limit: u32,
}

impl RunOutcome {
    /// Whether whoever waits for the run may go on.
    pub fn is_good(self) -> bool {
        matches!(self, Self::Successful | Self::PartiallySuccessful)
    }

    /// The verdict that an output carries.
    pub fn return_data(self) -> ReturnData {
        match self {
            Self::Successful => ReturnData::Successful,
            Self::PartiallySuccessful => ReturnData::PartiallySuccessful,
            Self::Failed | Self::Cancelled => ReturnData::Failed,
        }
    }
}
