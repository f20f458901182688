//! A playbook, laid out for looking things up.

use std::collections::HashMap;
use std::sync::Arc;

use super::part::Part;
use super::path::parse;
use crate::playbooks::{FAILED, Playbook, Step, StepIndex};

/// A playbook with what is often asked of it.
#[derive(Debug, Clone)]
pub(in crate::runs) struct Shape {
    playbook: Arc<Playbook>,
    by_name: HashMap<String, StepIndex>,
    /// The steps of each part, in the order of the file.
    parts: HashMap<Option<StepIndex>, Vec<StepIndex>>,
    /// Whether a step is behind the `failed` branch of each.
    taken_over: Vec<bool>,
}

impl Shape {
    pub(in crate::runs) fn new(playbook: Arc<Playbook>) -> Self {
        let mut shape = Self {
            by_name: HashMap::new(),
            parts: HashMap::new(),
            taken_over: vec![false; playbook.steps.len()],
            playbook: Arc::clone(&playbook),
        };
        for (at, step) in playbook.steps.iter().enumerate() {
            shape.by_name.insert(step.name.clone(), at);
            shape.parts.entry(step.inside).or_default().push(at);
            for after in &step.after {
                if after.branch.as_deref() == Some(FAILED) {
                    shape.taken_over[after.step] = true;
                }
            }
        }
        shape
    }

    pub(in crate::runs) fn playbook(&self) -> &Playbook {
        &self.playbook
    }

    pub(in crate::runs) fn step(&self, at: StepIndex) -> &Step {
        &self.playbook.steps[at]
    }

    /// The step that a path is about.
    pub(in crate::runs) fn find(&self, path: &str) -> Option<StepIndex> {
        self.by_name.get(parse(path).name).copied()
    }

    /// The steps inside a step, or of the playbook itself.
    pub(in crate::runs) fn inside(&self, step: Option<StepIndex>) -> &[StepIndex] {
        self.parts.get(&step).map_or(&[], Vec::as_slice)
    }

    pub(in crate::runs) fn is_taken_over(&self, step: StepIndex) -> bool {
        self.taken_over[step]
    }

    /// The parts around a path, the outermost first; the last is the one that the step belongs to.
    pub(in crate::runs) fn parts_around(&self, path: &str) -> Vec<Part> {
        let slashes = path.match_indices('/').map(|(at, _)| &path[..at]);
        let inner = slashes.filter_map(|element| Some(Part::of(self.find(element)?, element.to_owned())));
        std::iter::once(Part::top()).chain(inner).collect()
    }
}
