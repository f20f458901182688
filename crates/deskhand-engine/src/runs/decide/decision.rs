//! What was decided.

use jiff::Timestamp;
use serde_json::Value;

use crate::desk::EventChange;
use crate::runs::state::{Letter, Wanted};
use crate::runs::{NewRun, RunOutcome, What};

/// What a run does next.
#[derive(Debug, Default)]
pub struct Decision {
    /// What is appended to the journal.
    pub entries: Vec<What>,
    /// Runs that start with it.
    pub starts: Vec<NewRun>,
    /// What becomes of events with it.
    pub events: Vec<EventChange>,
    /// What other runs are told after it. Telling them again changes nothing.
    pub signals: Vec<Signal>,
    /// Everything that is under way, also what was begun by earlier decisions.
    pub works: Vec<Work>,
    /// What the run does then.
    pub next: Next,
}

/// What a run does after a decision.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Next {
    /// More is decided at once; it was only getting long.
    #[default]
    More,
    /// Something is under way; when nothing of it ends before, it is decided again at this time.
    Work {
        /// The time.
        wake: Option<Timestamp>,
    },
    /// It waits for this time, or for a signal.
    Sleep {
        /// The time.
        wake: Option<Timestamp>,
    },
    /// It has ended.
    End {
        /// How.
        outcome: RunOutcome,
        /// Why it failed.
        reason: Option<String>,
        /// What it yields to a run that waits for it.
        output: Value,
    },
}

/// Something that another run is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// The other run.
    pub run: String,
    /// The step that waits for it.
    pub step: String,
    /// What.
    pub what: What,
}

/// Something to perform.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    /// The step's path.
    pub step: String,
    /// Which time.
    pub attempt: u32,
    /// What.
    pub task: Task,
}

/// What is performed.
#[derive(Debug, Clone, PartialEq)]
pub enum Task {
    /// A command is run.
    Command(Wanted),
    /// A letter is sent.
    Mail(Letter),
    /// An ingestion job does a pass.
    Ingest {
        /// The job.
        job: String,
    },
    /// A connection is tested.
    Check {
        /// The connection.
        connection: String,
    },
}
