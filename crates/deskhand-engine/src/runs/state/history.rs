//! From a journal to where each step is.

use std::collections::HashMap;
use std::sync::Arc;

use deskhand_command::Failure;
use serde_json::{Map, Value};

use super::away::Away;
use super::node::{Answer, ChildEnd, Node, Phase};
use super::path::parse;
use super::shape::Shape;
use super::wish::Wish;
use crate::playbooks::values::Roots;
use crate::playbooks::{ANSWERS, Does, Playbook};
use crate::runs::questions::is_asked;
use crate::runs::{Entry, RunOutcome, StepEnding, What};

/// A run's journal, folded.
#[derive(Debug, Clone)]
pub struct History {
    pub(in crate::runs) shape: Arc<Shape>,
    pub(in crate::runs) seq: i64,
    pub(in crate::runs) began: bool,
    /// What templates can read beside what steps have yielded.
    pub(in crate::runs) roots: Roots,
    /// The event that the run is about.
    pub(in crate::runs) event: Option<i64>,
    pub(in crate::runs) nodes: HashMap<String, Node>,
    /// Since when what steps take is away.
    pub(in crate::runs) away: Away,
    /// Who wants it to end.
    pub(in crate::runs) cancelled_by: Option<String>,
    /// What ends the run whatever stands behind it: the path and why.
    pub(in crate::runs) fatal: Option<(String, Failure)>,
    pub(in crate::runs) ended: Option<RunOutcome>,
    /// How often it has ended: once, unless it was tried again.
    pub(in crate::runs) endings: u32,
}

impl History {
    /// The history of a run that has not begun.
    pub fn new(playbook: Arc<Playbook>) -> Self {
        Self {
            shape: Arc::new(Shape::new(playbook)),
            seq: 0,
            began: false,
            roots: Roots::default(),
            event: None,
            nodes: HashMap::new(),
            away: Away::default(),
            cancelled_by: None,
            fatal: None,
            ended: None,
            endings: 0,
        }
    }

    /// The history that a journal tells.
    pub fn of<'a>(playbook: Arc<Playbook>, entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let mut history = Self::new(playbook);
        entries.into_iter().for_each(|entry| history.apply(entry));
        history
    }

    /// A step, an element or a turn, by its path; `None` when it was neither begun nor skipped.
    pub fn node(&self, path: &str) -> Option<&Node> {
        self.nodes.get(path)
    }

    /// Everything that was begun or skipped, by path; of elements that ended well only what they yielded is kept.
    pub fn nodes(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.nodes.iter().map(|(path, node)| (path.as_str(), node))
    }

    /// The number of the last entry.
    pub fn seq(&self) -> i64 {
        self.seq
    }

    /// How the run ended.
    pub fn ended(&self) -> Option<RunOutcome> {
        self.ended
    }

    /// What happened next.
    pub fn apply(&mut self, entry: &Entry) {
        self.seq = entry.seq;
        match &entry.what {
            What::Began { roots } => self.begin(roots),
            What::StepBegan { step, attempt, wish } => self.begin_step(step, *attempt, Wish::from_json(wish)),
            What::StepEnded { step, .. } => self.end_step(step, entry),
            What::StepSkipped { step } => self.set_phase(step, Phase::Skipped),
            What::Answered {
                step,
                answer,
                by,
                group,
                words,
            } => {
                let answer = Answer {
                    word: answer.clone(),
                    by: by.clone(),
                    words: words.clone(),
                    at: entry.at,
                };
                self.answer(step, answer, group.as_deref());
            }
            What::ChildEnded {
                step,
                outcome,
                output,
                reason,
                ..
            } => {
                let child = ChildEnd {
                    outcome: *outcome,
                    output: output.clone(),
                    reason: reason.clone(),
                };
                let node = self.nodes.get_mut(step).filter(|node| node.phase == Phase::Running);
                if let Some(node) = node {
                    node.child = Some(child);
                }
            }
            What::CancelAsked { by } => self.cancelled_by = Some(by.clone()),
            What::RetryAsked { .. } => self.retry(),
            What::Ended { outcome, .. } => {
                self.ended = Some(*outcome);
                self.endings += 1;
            }
        }
    }

    /// Takes what others had appended when something was, and the number of the last entry by then.
    ///
    /// What others append (answers, ends of other runs, wishes to cancel) comes to the same before and after what was decided
    /// without it.
    pub(in crate::runs) fn catch_up(&mut self, foreign: &[Entry], last: i64) {
        for entry in foreign {
            self.apply(entry);
        }
        self.seq = last;
    }

    fn begin(&mut self, roots: &Map<String, Value>) {
        self.began = true;
        self.event = roots.get("event").and_then(|event| event.get("id")?.as_i64());
        self.roots = Roots::from(roots.clone());
    }

    fn begin_step(&mut self, path: &str, attempt: u32, wish: Option<Wish>) {
        let Some(step) = self.shape.find(path) else { return };
        let parsed = parse(path);
        let again = self.nodes.get(path).is_some_and(|node| node.attempt > 0);
        let node = self.nodes.entry(path.to_owned()).or_insert_with(|| Node::new(step));
        node.tries = if node.phase == Phase::Again { 1 } else { node.tries + 1 };
        node.attempt = attempt;
        node.phase = Phase::Running;
        node.wish = wish;
        node.begun_seq = self.seq;
        (node.output, node.answer, node.child) = (None, None, None);
        if let Some((container, number)) = parsed.element
            && let Some(container) = self.nodes.get_mut(container)
        {
            container.elements = container.elements.max(number + 1);
            container.current = number;
        }
        if again {
            self.reopen(path);
        }
    }

    fn end_step(&mut self, path: &str, entry: &Entry) {
        let What::StepEnded {
            ending,
            branch,
            output,
            failure,
            ..
        } = &entry.what
        else {
            return;
        };
        if let Some(node) = self.nodes.get_mut(path) {
            node.away_since = self.away.ended(path, node.wish.as_ref(), failure.as_ref(), entry.at);
        }
        self.set_phase(
            path,
            Phase::Ended {
                ending: *ending,
                branch: branch.clone(),
                failure: failure.clone(),
                at: entry.at,
            },
        );
        if let Some(node) = self.nodes.get_mut(path) {
            node.ended_seq = entry.seq;
        }
        self.keep_output(path, output);
        self.note_fatal(path, *ending, failure.as_ref());
    }

    fn set_phase(&mut self, path: &str, phase: Phase) {
        let Some(step) = self.shape.find(path) else { return };
        let node = self.nodes.entry(path.to_owned()).or_insert_with(|| Node::new(step));
        node.phase = phase;
    }

    /// Nothing goes on after an unknown outcome, nor after a step that is there to end the run.
    fn note_fatal(&mut self, path: &str, ending: StepEnding, failure: Option<&Failure>) {
        let ends_the_run = self.shape.find(path).is_some_and(|step| {
            let does = &self.shape.step(step).does;
            matches!(does, Does::Fail { .. }) && ending == StepEnding::Failed
        });
        if ends_the_run || ending == StepEnding::Unknown {
            let failure = failure.cloned();
            let failure = failure.unwrap_or_else(|| Failure::new(500, "Nobody knows what came of it."));
            self.fatal.get_or_insert_with(|| (path.to_owned(), failure));
        }
    }

    /// The first answer of somebody who may give one counts.
    fn answer(&mut self, path: &str, answer: Answer, group: Option<&str>) {
        let Some(node) = self.nodes.get_mut(path) else { return };
        let Some(Wish::Approval { by, expires_at, .. }) = &node.wish else {
            return;
        };
        let may = is_asked(by, &answer.by, group);
        let in_time = expires_at.is_none_or(|expires_at| answer.at < expires_at);
        let known = ANSWERS[..2].contains(&answer.word.as_str());
        if node.phase == Phase::Running && node.answer.is_none() && may && in_time && known {
            node.answer = Some(answer);
        }
    }
}
