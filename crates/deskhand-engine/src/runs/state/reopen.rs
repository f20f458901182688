//! What is tried again: whatever failed, and what was not reached because of it. Everything else stays.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value;

use super::history::History;
use super::node::{Node, Phase};
use super::part::Part;
use super::path::{element, parse};
use super::wish::Wish;
use crate::playbooks::StepIndex;
use crate::runs::{RunOutcome, StepEnding};

impl History {
    /// Somebody wants what failed to be tried again; that means nothing while the run goes on anyway.
    pub(super) fn retry(&mut self) {
        if self.ended.take().is_some() {
            self.cancelled_by = None;
            self.fatal = None;
            self.away.forget();
            self.reopen_part(&Part::top());
        }
    }

    /// Whether the run has ended, and there is something that would be tried again.
    pub fn can_be_tried_again(&self) -> bool {
        match self.ended {
            None | Some(RunOutcome::Successful) => false,
            // What was not reached is tried then, if nothing else.
            Some(RunOutcome::Failed | RunOutcome::Cancelled) => true,
            Some(RunOutcome::PartiallySuccessful) => self.tries_again_inside(&Part::top()).next().is_some(),
        }
    }

    /// A step that ended is begun again: what failed inside is to be tried again, too.
    pub(super) fn reopen(&mut self, path: &str) {
        let Some(step) = self.shape.find(path) else { return };
        if let Some((container, number)) = parse(path).element {
            if self.shape.step(step).does.has_part() {
                self.give_outputs_back(step, path, container, number);
                self.reopen_part(&Part::of(step, path.to_owned()));
            }
            return;
        }
        let Some(node) = self.nodes.get_mut(path) else { return };
        node.turns_before = node.elements;
        for number in node.elements_that_count() {
            let path = element(path, number);
            if self.wants_another_try(&path) {
                self.again(&path);
            }
        }
    }

    /// The steps of an element are at work again, so that its own later steps see what the earlier have yielded.
    fn give_outputs_back(&mut self, step: StepIndex, path: &str, container: &str, number: usize) {
        let Some(container) = self.nodes.get_mut(container) else {
            return;
        };
        let at = if container.wish == Some(Wish::Repeat) {
            0
        } else {
            number
        };
        let yielded = container.yields.get_mut(at).map(Value::take);
        let Some(Value::Object(outputs)) = yielded else { return };
        let part = Part::of(step, path.to_owned());
        for (name, output) in outputs {
            if let Some(node) = self.nodes.get_mut(&part.path(&name)) {
                node.output = Some(Arc::new(output));
            }
        }
    }

    fn reopen_part(&mut self, part: &Part) {
        let shape = Arc::clone(&self.shape);
        let steps = shape.inside(part.inside);
        let path = |step: StepIndex| part.path(&shape.step(step).name);
        let mut changed: HashSet<StepIndex> = self.tries_again_inside(part).collect();
        for step in &changed {
            self.again(&path(*step));
        }
        // What was skipped behind them may be reached now.
        while let Some(step) = steps.iter().copied().find(|step| {
            let skipped = self.node(&path(*step)).is_some_and(|node| node.phase == Phase::Skipped);
            skipped
                && shape
                    .step(*step)
                    .after
                    .iter()
                    .any(|after| changed.contains(&after.step))
        }) {
            self.nodes.remove(&path(step));
            changed.insert(step);
        }
    }

    /// The steps of a part that are to be tried again.
    fn tries_again_inside(&self, part: &Part) -> impl Iterator<Item = StepIndex> {
        let steps = self.shape.inside(part.inside).iter().copied();
        steps.filter(|step| {
            let path = part.path(&self.shape.step(*step).name);
            !self.is_handled(part, *step) && self.wants_another_try(&path)
        })
    }

    /// Whether somebody else took a step's failure over.
    fn is_handled(&self, part: &Part, step: StepIndex) -> bool {
        let failed = self.node(&part.path(&self.shape.step(step).name));
        failed.and_then(Node::ending) == Some(StepEnding::Failed) && self.shape.is_taken_over(step)
    }

    /// Whether a step failed, or an element of it did, or something in the run that it has waited for.
    fn wants_another_try(&self, path: &str) -> bool {
        let Some(node) = self.node(path) else { return false };
        let partly = node.ending() == Some(StepEnding::PartiallySuccessful);
        let is_run = matches!(node.wish, Some(Wish::Playbook { .. }));
        node.is_bad() || (partly && (is_run || self.has_failed_inside(path)))
    }

    fn has_failed_inside(&self, path: &str) -> bool {
        let Some(node) = self.node(path) else { return false };
        if parse(path).element.is_none() {
            let mut elements = node.elements_that_count();
            return elements.any(|number| self.wants_another_try(&element(path, number)));
        }
        let part = Part::of(node.step, path.to_owned());
        self.tries_again_inside(&part).next().is_some()
    }

    fn again(&mut self, path: &str) {
        if let Some(node) = self.nodes.get_mut(path) {
            node.phase = Phase::Again;
            node.output = None;
        }
    }
}
