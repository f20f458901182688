//! One step, element or turn of a run.

use std::ops::Range;
use std::sync::Arc;

use deskhand_command::Failure;
use jiff::Timestamp;
use serde_json::Value;

use super::wish::Wish;
use crate::playbooks::StepIndex;
use crate::runs::{RunOutcome, StepEnding};

/// A step, an element or a turn, as far as it has come.
#[derive(Debug, Clone)]
pub struct Node {
    /// The step that it is of.
    pub step: StepIndex,
    /// How often it was begun.
    pub attempt: u32,
    /// Where it is.
    pub phase: Phase,
    /// What it works on; `None` when that could not be worked out.
    pub wish: Option<Wish>,
    /// What later steps see of it.
    pub output: Option<Arc<Value>>,
    /// How many of its elements or turns were begun.
    pub elements: usize,
    /// The element or turn that was begun last.
    pub(in crate::runs) current: usize,
    /// Somebody's answer to an approval.
    pub answer: Option<Answer>,
    /// How the run that it waits for has ended.
    pub child: Option<ChildEnd>,
    /// Begun this often by itself; a retry that somebody asked for begins anew.
    pub(in crate::runs) tries: u32,
    /// Since when what it takes is away, if that is how it has failed.
    pub(in crate::runs) away_since: Option<Timestamp>,
    /// The number of the entry with which it was begun last.
    pub(in crate::runs) begun_seq: i64,
    /// The number of the entry with which it ended last.
    pub(in crate::runs) ended_seq: i64,
    /// What its elements have yielded; of turns, only the last.
    pub(in crate::runs) yields: Vec<Value>,
    /// How many turns there were when it was tried again.
    pub(in crate::runs) turns_before: usize,
}

/// Where a step is.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// It was begun and has not ended.
    Running,
    /// It has ended.
    Ended {
        /// How.
        ending: StepEnding,
        /// The branch that it took.
        branch: Option<String>,
        /// Why it failed.
        failure: Option<Failure>,
        /// When.
        at: Timestamp,
    },
    /// It has ended, and is to be tried again.
    Again,
    /// Nothing leads to it.
    Skipped,
}

/// Somebody's answer to an approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// `approved` or `rejected`.
    pub word: String,
    /// Who.
    pub by: String,
    /// What they said beside.
    pub words: String,
    /// When.
    pub at: Timestamp,
}

/// How the run that a step waits for has ended.
#[derive(Debug, Clone, PartialEq)]
pub struct ChildEnd {
    /// How.
    pub outcome: RunOutcome,
    /// What it yields.
    pub output: Value,
    /// Why it failed.
    pub reason: Option<String>,
}

impl Node {
    pub(super) fn new(step: StepIndex) -> Self {
        Self {
            step,
            attempt: 0,
            phase: Phase::Again,
            wish: None,
            output: None,
            elements: 0,
            current: 0,
            answer: None,
            child: None,
            tries: 0,
            away_since: None,
            begun_seq: 0,
            ended_seq: 0,
            yields: Vec::new(),
            turns_before: 0,
        }
    }

    /// How it ended.
    pub fn ending(&self) -> Option<StepEnding> {
        match self.phase {
            Phase::Ended { ending, .. } => Some(ending),
            _ => None,
        }
    }

    /// Why it failed.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.phase {
            Phase::Ended { failure, .. } => failure.as_ref(),
            _ => None,
        }
    }

    /// The elements by which it is judged whether there is something to try again: all of a list, and of turns the last. Those
    /// before it were over, and it has come of them.
    pub(in crate::runs) fn elements_that_count(&self) -> Range<usize> {
        let first = if self.wish == Some(Wish::Repeat) {
            self.elements.saturating_sub(1)
        } else {
            0
        };
        first..self.elements
    }

    /// Whether it has ended without doing what it was to do.
    pub(in crate::runs) fn is_bad(&self) -> bool {
        use StepEnding::{Cancelled, Failed, Unknown};
        matches!(self.ending(), Some(Failed | Unknown | Cancelled))
    }
}
