//! Steps that belong together in a run: those of the playbook itself, or those of one element or turn.

use crate::playbooks::StepIndex;

/// A playbook's steps, or the steps inside a for-each or repeat step during one element or turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::runs) struct Part {
    /// The step that they are inside of.
    pub(in crate::runs) inside: Option<StepIndex>,
    /// The path of the element or turn; empty for the playbook itself.
    pub(in crate::runs) element: String,
}

impl Part {
    /// The playbook's own steps.
    pub(in crate::runs) fn top() -> Self {
        Self {
            inside: None,
            element: String::new(),
        }
    }

    /// The steps inside a step, during one element or turn.
    pub(in crate::runs) fn of(step: StepIndex, element: String) -> Self {
        Self {
            inside: Some(step),
            element,
        }
    }

    /// The path of one of its steps.
    pub(in crate::runs) fn path(&self, name: &str) -> String {
        if self.element.is_empty() {
            return name.to_owned();
        }
        format!("{}/{name}", self.element)
    }
}
