//! Goes through a run until nothing more can be decided.

use std::sync::Arc;

use deskhand_command::Failure;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::decision::{Decision, Next, Task, Work};
use super::facts::Facts;
use crate::playbooks::{Playbook, StepIndex};
use crate::runs::state::{History, Node, Part, Phase, Shape, Wish};
use crate::runs::{Entry, StepEnding, What};

/// A decision with more entries than this is cut, and goes on after they were appended.
const MOST_ENTRIES: usize = 500;

/// Decides what a run does next. `ended` is what has come of its works since; afterwards the history includes the decision.
pub fn decide(history: &mut History, facts: &Facts<'_>, ended: Vec<What>, now: Timestamp) -> Decision {
    let mut decider = Decider {
        history,
        facts,
        now,
        made: Decision::default(),
        open: Vec::new(),
        wake: None,
    };
    for what in ended {
        decider.take(what);
    }
    decider.made.next = decider.go();
    decider.made.works = decider.works();
    decider.made
}

/// Decides what a run does next from its whole journal.
pub fn decide_run(playbook: Arc<Playbook>, entries: &[Entry], facts: &Facts<'_>, now: Timestamp) -> Decision {
    let mut history = History::of(playbook, entries);
    decide(&mut history, facts, Vec::new(), now)
}

/// A decision in the making.
pub(super) struct Decider<'a> {
    pub(super) history: &'a mut History,
    pub(super) facts: &'a Facts<'a>,
    pub(super) now: Timestamp,
    pub(super) made: Decision,
    /// The paths of what is under way.
    pub(super) open: Vec<String>,
    /// When something is over by itself.
    pub(super) wake: Option<Timestamp>,
}

/// How a step ended, for its entry.
pub(super) struct Ended {
    pub(super) ending: StepEnding,
    pub(super) branch: Option<String>,
    pub(super) output: Value,
    pub(super) failure: Option<Failure>,
}

impl Ended {
    pub(super) fn well(output: Value) -> Self {
        Self {
            ending: StepEnding::Successful,
            branch: None,
            output,
            failure: None,
        }
    }

    pub(super) fn failed(failure: Failure) -> Self {
        Self {
            ending: StepEnding::Failed,
            failure: Some(failure),
            ..Self::well(Value::Null)
        }
    }

    pub(super) fn cancelled() -> Self {
        Self {
            ending: StepEnding::Cancelled,
            ..Self::well(Value::Null)
        }
    }

    pub(super) fn at(self, branch: &str) -> Self {
        Self {
            branch: Some(branch.to_owned()),
            ..self
        }
    }
}

impl Decider<'_> {
    fn go(&mut self) -> Next {
        if self.history.ended.is_some() {
            return Next::Sleep { wake: None };
        }
        if !self.history.began {
            self.begin_run();
        }
        loop {
            let before = self.made.entries.len();
            self.open.clear();
            self.made.signals.clear();
            self.wake = None;
            if let Some(verdict) = self.part(&Part::top(), false) {
                return self.end_run(&verdict);
            }
            if self.made.entries.len() == before {
                break;
            }
            if self.made.entries.len() >= MOST_ENTRIES {
                return Next::More;
            }
        }
        let wake = self.wake;
        if self.open.is_empty() {
            Next::Sleep { wake }
        } else {
            Next::Work { wake }
        }
    }

    fn begin_run(&mut self) {
        let mut roots = self.facts.roots.clone();
        let inputs = self.shape().playbook().inputs_with(&self.facts.run.given);
        roots.insert("inputs".to_owned(), Value::Object(inputs));
        roots.insert("run".to_owned(), self.about_the_run());
        self.note(What::Began { roots });
    }

    fn about_the_run(&self) -> Value {
        let run = self.facts.run;
        json!({
            "id": run.id,
            "playbook": self.shape().playbook().name,
            "site": run.site,
            "createdAt": run.created_at,
        })
    }

    /// Takes what has come of a work; what does not belong to its present attempt is old.
    fn take(&mut self, what: What) {
        let is_of = |node: &Node, attempt: u32| node.phase == Phase::Running && node.attempt == attempt;
        let wanted = match &what {
            What::StepEnded { step, attempt, .. } => self.node(step).is_some_and(|node| is_of(node, *attempt)),
            What::ChildEnded { step, .. } => self.node(step).is_some_and(|node| node.child.is_none()),
            _ => true,
        };
        if wanted {
            self.note(what);
        }
    }

    /// Notes an entry; what is decided after it builds on it.
    pub(super) fn note(&mut self, what: What) {
        let entry = Entry {
            seq: self.history.seq + 1,
            at: self.now,
            what,
        };
        self.history.apply(&entry);
        self.made.entries.push(entry.what);
    }

    /// Notes how a step, an element or a turn ended.
    pub(super) fn end(&mut self, path: &str, ended: Ended) {
        let attempt = self.node(path).map_or(1, |node| node.attempt);
        self.note(What::StepEnded {
            step: path.to_owned(),
            attempt,
            ending: ended.ending,
            branch: ended.branch,
            output: ended.output,
            failure: ended.failure,
        });
    }

    /// Notes that a step, an element or a turn is begun, or tried again.
    pub(super) fn begin_node(&mut self, path: &str, wish: Option<&Wish>) {
        let attempt = self.node(path).map_or(0, |node| node.attempt) + 1;
        self.note(What::StepBegan {
            step: path.to_owned(),
            attempt,
            wish: wish.map(Wish::to_json).unwrap_or_default(),
        });
    }

    pub(super) fn wake_at(&mut self, at: Timestamp) {
        self.wake = Some(self.wake.map_or(at, |wake| wake.min(at)));
    }

    pub(super) fn node(&self, path: &str) -> Option<&Node> {
        self.history.node(path)
    }

    pub(super) fn shape(&self) -> &Arc<Shape> {
        &self.history.shape
    }

    pub(super) fn step_of(&self, path: &str) -> Option<StepIndex> {
        self.history.shape.find(path)
    }

    /// Whether nothing new begins anywhere.
    pub(super) fn run_stops(&self) -> bool {
        self.history.cancelled_by.is_some() || self.history.fatal.is_some()
    }

    fn works(&mut self) -> Vec<Work> {
        let open = std::mem::take(&mut self.open);
        open.into_iter().filter_map(|step| self.work(step)).collect()
    }

    fn work(&self, step: String) -> Option<Work> {
        let node = self.node(&step)?;
        let task = match node.wish.clone()? {
            Wish::Command(wanted) => Task::Command(wanted),
            Wish::Mail(letter) => Task::Mail(letter),
            Wish::Ingest { job } => Task::Ingest { job },
            Wish::Check { connection } => Task::Check { connection },
            _ => return None,
        };
        Some(Work {
            attempt: node.attempt,
            step,
            task,
        })
    }
}
