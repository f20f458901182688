//! The log of runs: what each did, also when it was killed on the way.

use std::collections::BTreeMap;

use deskhand_command::Failure;
use jiff::Timestamp;
use serde::Serialize;

use super::FeedKey;
use crate::events::Dismissal;

/// A run that begins.
#[derive(Debug, Clone)]
pub struct RunStart {
    /// Its id, made by the caller.
    pub id: String,
    /// What it does.
    pub kind: RunKind,
    /// When it started.
    pub started_at: Timestamp,
}

/// A run that ends.
#[derive(Debug, Clone)]
pub struct RunEnd {
    /// Its id.
    pub id: String,
    /// When it ended.
    pub ended_at: Timestamp,
    /// What it failed with; what it had committed before stays.
    pub failure: Option<Failure>,
    /// Whether it ended before its end, because it was not wanted any more.
    pub stopped: bool,
}

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RunKind {
    /// A pass.
    Ingest,
    /// A sweep.
    Sweep,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RunOutcome {
    /// It has not.
    Running,
    /// Well.
    Successful,
    /// With a failure.
    Failed,
    /// It was killed, or another process took over, or it was not wanted any more; the next run went on where it was.
    Interrupted,
}

/// A run in the log. Its counts are those of its commits.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunRecord {
    /// Its id.
    pub id: String,
    /// What it reads.
    #[serde(flatten)]
    pub feed: FeedKey,
    /// What it does.
    pub kind: RunKind,
    /// When it started.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How it ended.
    pub outcome: RunOutcome,
    /// How many records became events.
    pub taken: u64,
    /// How many did not, by reason.
    pub dismissed: BTreeMap<Dismissal, u64>,
    /// How many were set aside.
    pub set_aside: u64,
    /// How many were found to be gone.
    pub gone: u64,
    /// What it failed with.
    pub failure: Option<Failure>,
}

impl RunKind {
    const ALL: [Self; 2] = [Self::Ingest, Self::Sweep];

    /// The word for it in a store.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Sweep => "sweep",
        }
    }

    /// The kind that a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

impl RunOutcome {
    const ALL: [Self; 4] = [Self::Running, Self::Successful, Self::Failed, Self::Interrupted];

    /// The word for it in a store.
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Successful => "successful",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }

    /// The outcome that a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.word() == word)
    }
}

impl RunEnd {
    /// How it ended.
    pub fn outcome(&self) -> RunOutcome {
        if self.failure.is_some() {
            RunOutcome::Failed
        } else if self.stopped {
            RunOutcome::Interrupted
        } else {
            RunOutcome::Successful
        }
    }
}
