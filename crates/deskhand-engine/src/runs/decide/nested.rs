//! A playbook inside a playbook: another run, which this one waits for.

use deskhand_command::{Failure, Retry};

use super::decider::{Decider, Ended};
use super::decision::Signal;
use crate::runs::state::{ChildEnd, Wish};
use crate::runs::{RunOutcome, StepEnding, What};

impl Decider<'_> {
    /// Goes on when the other run has ended; it is told when this one stops, or tries again.
    pub(super) fn wait_for_run(&mut self, path: &str, stopped: bool) {
        let Some(node) = self.node(path) else { return };
        let Some(Wish::Playbook { name, run, .. }) = &node.wish else {
            return;
        };
        if let Some(child) = &node.child {
            let ended = ended(child, name, run, stopped);
            return self.end(path, ended);
        }
        let by = self.facts.run.id.clone();
        let what = match (stopped, node.attempt) {
            (true, _) => What::CancelAsked { by },
            (false, 1) => return,
            (false, _) => What::RetryAsked { by },
        };
        let (run, step) = (run.clone(), path.to_owned());
        self.made.signals.push(Signal { run, step, what });
    }
}

fn ended(child: &ChildEnd, name: &str, run: &str, stopped: bool) -> Ended {
    let output = child.output.clone();
    match child.outcome {
        RunOutcome::Successful | RunOutcome::PartiallySuccessful if output.is_null() => {
            let message = format!("What playbook `{name}` has yielded is larger than a step may yield.");
            let failure = Failure::new(413, message);
            Ended::failed(failure.with_hint("let its steps yield less: fewer records at once, or a filter"))
        }
        RunOutcome::Successful => Ended::well(output),
        RunOutcome::PartiallySuccessful => Ended {
            ending: StepEnding::PartiallySuccessful,
            ..Ended::well(output)
        },
        RunOutcome::Cancelled if stopped => Ended::cancelled(),
        RunOutcome::Failed | RunOutcome::Cancelled => {
            let why = child.reason.as_deref().unwrap_or("it was cancelled");
            let failure = Failure::new(424, format!("Playbook `{name}` failed: {why}"));
            // What somebody has ended does not begin again by itself.
            let retry = if child.outcome == RunOutcome::Cancelled {
                Retry::Never
            } else {
                Retry::Later
            };
            let failure = failure.with_hint(format!("look at run `{run}`")).with_retry(retry);
            Ended {
                output,
                ..Ended::failed(failure)
            }
        }
    }
}
