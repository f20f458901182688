//! Ends a run.

use deskhand_command::Failure;
use serde_json::Value;

use super::decider::Decider;
use super::decision::Next;
use super::part::Verdict;
use crate::runs::{Cause, RunOutcome, What};

impl Decider<'_> {
    /// Ends the run by what its steps have come to.
    pub(super) fn end_run(&mut self, verdict: &Verdict) -> Next {
        let (outcome, reason) = self.outcome(verdict);
        self.note(What::Ended {
            outcome,
            reason: reason.clone(),
        });
        let waited_for = matches!(self.facts.run.cause, Cause::Step { .. });
        Next::End {
            outcome,
            reason,
            output: if waited_for { self.history.output() } else { Value::Null },
        }
    }

    fn outcome(&self, verdict: &Verdict) -> (RunOutcome, Option<String>) {
        if let Some((path, failure)) = &self.history.fatal {
            let message = format!("Step `{path}` failed: {}", failure.message);
            let failure = Failure {
                message,
                ..failure.clone()
            };
            return (RunOutcome::Failed, Some(in_words(&failure)));
        }
        if let Some(by) = &self.history.cancelled_by {
            return (RunOutcome::Cancelled, Some(format!("It was cancelled by {by}.")));
        }
        match verdict {
            Verdict::Good => (RunOutcome::Successful, None),
            Verdict::Partial => (RunOutcome::PartiallySuccessful, None),
            Verdict::Failed(failure) => (RunOutcome::Failed, Some(in_words(failure))),
            Verdict::Interrupted => (RunOutcome::Failed, Some("It was not let end.".to_owned())),
        }
    }
}

/// A failure as the reason of a run: what is wrong, and what to do.
pub(in crate::runs) fn in_words(failure: &Failure) -> String {
    let hint = failure.hint.as_ref().map(|hint| format!(" Hint: {hint}."));
    format!("{}{}", failure.message, hint.unwrap_or_default())
}
