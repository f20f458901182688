//! The journal of a run: what happened, in order. Everything that a run is follows from it.

use deskhand_command::Failure;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::RunOutcome;

/// An entry as the journal has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number in the run, from 1 without gaps.
    pub seq: i64,
    /// When it was made.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

/// What happened.
///
/// A `step` is a path: `Look`, `Each ticket[2]/Note`. The numbers count from 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what")]
pub enum What {
    /// The run began; what templates can see of its cause: `inputs`, `event`, `failure`.
    Began {
        /// By root name.
        roots: Map<String, Value>,
    },
    /// A step began, or is tried again. Noted before anything is done.
    StepBegan {
        /// The step.
        step: String,
        /// Which time, from 1.
        attempt: u32,
        /// What it works on, templates filled in.
        wish: Value,
    },
    /// A step ended.
    StepEnded {
        /// The step.
        step: String,
        /// Which time.
        attempt: u32,
        /// How.
        ending: StepEnding,
        /// The branch that it took, where it has branches.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        branch: Option<String>,
        /// What later steps see of it.
        #[serde(default)]
        output: Value,
        /// Why it failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failure: Option<Failure>,
    },
    /// Nothing leads to a step.
    StepSkipped {
        /// The step.
        step: String,
    },
    /// Somebody answered an approval.
    Answered {
        /// The step that asks.
        step: String,
        /// `approved` or `rejected`.
        answer: String,
        /// Who.
        by: String,
        /// The group that lets them answer, where the step names that and not themselves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group: Option<String>,
        /// What they said beside.
        #[serde(default)]
        words: String,
    },
    /// A run that a step waits for has ended.
    ChildEnded {
        /// The step that waits.
        step: String,
        /// The other run.
        run: String,
        /// How it ended.
        outcome: RunOutcome,
        /// What it yields; null when that is more than a step may yield, or it has failed before it began.
        output: Value,
        /// Why it failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// Somebody wants it to end; nothing new begins.
    CancelAsked {
        /// Who.
        by: String,
    },
    /// Somebody wants what failed to be tried again; the run goes on.
    RetryAsked {
        /// Who.
        by: String,
    },
    /// The run ended.
    Ended {
        /// How.
        outcome: RunOutcome,
        /// Why it failed, in a sentence or two.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepEnding {
    /// It worked.
    Successful,
    /// Some items of it failed.
    PartiallySuccessful,
    /// It failed.
    Failed,
    /// It may have had an effect that nobody could find out about; a person has to look.
    Unknown,
    /// The run was cancelled while it waited.
    Cancelled,
}
