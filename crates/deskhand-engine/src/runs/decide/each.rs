//! A for-each step: its part once for each element, one after another.

use super::decider::{Decider, Ended};
use super::part::Verdict;
use crate::runs::StepEnding;
use crate::runs::state::{Part, Phase, Wish, element};

impl Decider<'_> {
    /// Goes on with the element that is at work, or with the next one.
    pub(super) fn for_each(&mut self, path: &str, count: usize, stopped: bool) {
        let Some(step) = self.step_of(path) else { return };
        if let Some(current) = self.current(path) {
            if self.is_running(&current) {
                let Some(verdict) = self.part(&Part::of(step, current.clone()), stopped) else {
                    return;
                };
                self.end(&current, ended(&verdict));
            }
            if self.end_with_element(path, &current) {
                return;
            }
        }
        match self.next_element(path, count) {
            None => self.end_after_all(path),
            Some(_) if stopped => self.end(path, Ended::cancelled()),
            Some(index) => self.begin_node(&element(path, index), Some(&Wish::Element { index })),
        }
    }

    /// The path of the element that was begun last.
    pub(super) fn current(&self, path: &str) -> Option<String> {
        let node = self.node(path).filter(|node| node.elements > 0)?;
        Some(element(path, node.current))
    }

    pub(super) fn is_running(&self, path: &str) -> bool {
        self.node(path).is_some_and(|node| node.phase == Phase::Running)
    }

    /// Ends a step with an element that failed or was not let end; true when it did.
    pub(super) fn end_with_element(&mut self, path: &str, element: &str) -> bool {
        let Some(node) = self.node(element).filter(|node| node.is_bad()) else {
            return false;
        };
        let ended = match node.failure() {
            Some(failure) => Ended::failed(failure.clone()),
            None => Ended::cancelled(),
        };
        self.end(path, ended);
        true
    }

    /// The element that is to be begun: one that is tried again, or the one after the last.
    pub(super) fn next_element(&self, path: &str, count: usize) -> Option<usize> {
        let node = self.node(path)?;
        let again = |number: &usize| {
            let element = self.node(&element(path, *number));
            element.is_some_and(|node| node.phase == Phase::Again)
        };
        let repeated = (node.attempt > 1).then(|| (0..node.elements).find(again)).flatten();
        repeated.or_else(|| Some(node.elements).filter(|next| *next < count))
    }

    /// Ends a step all of whose elements have ended.
    pub(super) fn end_after_all(&mut self, path: &str) {
        let elements = self.node(path).map_or(0, |node| node.elements);
        let partial = (0..elements).any(|number| {
            let element = self.node(&element(path, number));
            element.and_then(|node| node.ending()) == Some(StepEnding::PartiallySuccessful)
        });
        self.end(path, ended(if partial { &Verdict::Partial } else { &Verdict::Good }));
    }
}

/// How an element or turn ends by what its part has come to; the outputs of its steps are its output.
pub(super) fn ended(verdict: &Verdict) -> Ended {
    let well = Ended::well(serde_json::Value::Null);
    match verdict {
        Verdict::Good => well,
        Verdict::Partial => Ended {
            ending: StepEnding::PartiallySuccessful,
            ..well
        },
        Verdict::Failed(failure) => Ended::failed(failure.clone()),
        Verdict::Interrupted => Ended::cancelled(),
    }
}
