//! Whether what came before leads to a step.

use super::decider::Decider;
use crate::playbooks::{After, FAILED, Join, OnFailure, StepIndex};
use crate::runs::StepEnding;
use crate::runs::state::{Part, Phase};

/// Whether what came before leads to a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lead {
    /// It begins.
    Here,
    /// It is skipped.
    Nowhere,
    /// That is not decided.
    NotYet,
}

impl Decider<'_> {
    /// Whether what came before leads to a step of a part.
    pub(super) fn lead(&self, part: &Part, step: StepIndex) -> Lead {
        let step = self.shape().step(step);
        if step.after.is_empty() {
            return Lead::Here;
        }
        let leads: Vec<Lead> = step.after.iter().map(|after| self.lead_from(part, after)).collect();
        let here = leads.contains(&Lead::Here);
        let pending = leads.contains(&Lead::NotYet);
        match step.join {
            Join::Any if here => Lead::Here,
            _ if pending => Lead::NotYet,
            _ if here => Lead::Here,
            _ => Lead::Nowhere,
        }
    }

    fn lead_from(&self, part: &Part, after: &After) -> Lead {
        let step = self.shape().step(after.step);
        let Some(node) = self.node(&part.path(&step.name)) else {
            return Lead::NotYet;
        };
        let (ending, branch) = match &node.phase {
            Phase::Running | Phase::Again => return Lead::NotYet,
            Phase::Skipped => return Lead::Nowhere,
            Phase::Ended { .. } if self.retry_at(node).is_some() => return Lead::NotYet,
            Phase::Ended { ending, branch, .. } => (*ending, branch.as_deref()),
        };
        let goes_on = step.on_failure == OnFailure::GoOn;
        let leads = match (ending, after.branch.as_deref()) {
            (StepEnding::Failed, Some(wanted)) => wanted == FAILED,
            (StepEnding::Failed, None) => goes_on,
            (StepEnding::Unknown | StepEnding::Cancelled, _) => false,
            (_, None) => true,
            (_, Some(wanted)) => branch == Some(wanted),
        };
        if leads { Lead::Here } else { Lead::Nowhere }
    }
}
