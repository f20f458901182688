//! The steps of a part: which begin, which go on, which are skipped, and what the part has come to.

use std::sync::Arc;
use std::time::Duration;

use deskhand_command::{Failure, Retry};
use jiff::Timestamp;

use super::decider::Decider;
use super::lead::Lead;
use crate::playbooks::{OnFailure, StepIndex};
use crate::runs::state::{Node, Part, Phase, Wish, is_awaited};
use crate::runs::{StepEnding, What};

/// What fails because what it takes is away waits so long at first, and twice as long each time after.
const FIRST_PAUSE: Duration = Duration::from_secs(60);

/// But never longer than this.
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);

/// What a part has come to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Verdict {
    /// All went well.
    Good,
    /// Some of it failed, and it was meant to go on.
    Partial,
    /// It failed, and nothing of it goes on.
    Failed(Failure),
    /// It was not let end.
    Interrupted,
}

impl Decider<'_> {
    /// Goes on with a part; what it has come to, once nothing of it is under way.
    pub(super) fn part(&mut self, part: &Part, stopped: bool) -> Option<Verdict> {
        let shape = Arc::clone(self.shape());
        let mut stops = stopped || self.stops(part);
        for step in shape.inside(part.inside) {
            let before = self.made.entries.len();
            self.step(part, *step, stops);
            // Only an entry changes that, and to ask it of all steps after each of them costs the more the more there are.
            if self.made.entries.len() > before {
                stops = stopped || self.stops(part);
            }
        }
        self.verdict(part, stops)
    }

    fn step(&mut self, part: &Part, step: StepIndex, stopped: bool) {
        let path = part.path(&self.shape().step(step).name);
        match self.node(&path).map(|node| &node.phase) {
            None | Some(Phase::Again) if stopped => {}
            // What is tried again waits for those before it that are, too.
            None | Some(Phase::Again) => match self.lead(part, step) {
                Lead::Here => self.begin(&path, step),
                Lead::Nowhere => self.note(What::StepSkipped { step: path }),
                Lead::NotYet => {}
            },
            Some(Phase::Running) => self.proceed(&path, stopped),
            Some(Phase::Ended { .. }) if !stopped => self.try_again(&path, step),
            _ => {}
        }
    }

    /// Tries a failed step again when its pause is over.
    pub(super) fn try_again(&mut self, path: &str, step: StepIndex) {
        match self.node(path).and_then(|node| self.retry_at(node)) {
            Some(at) if at <= self.now => self.begin(path, step),
            Some(at) => self.wake_at(at),
            None => {}
        }
    }

    /// When a failed step is tried again by itself.
    pub(super) fn retry_at(&self, node: &Node) -> Option<Timestamp> {
        let Phase::Ended {
            ending: StepEnding::Failed,
            failure: Some(failure),
            at,
            ..
        } = &node.phase
        else {
            return None;
        };
        let retries = self.shape().step(node.step).retries;
        let is_batch = matches!(node.wish, Some(Wish::Batch { .. }));
        let may_help = matches!(failure.retry, Retry::Later | Retry::Away);
        if !may_help || is_batch || node.wish.is_none() {
            return None;
        }
        let pause = if node.tries <= retries.times {
            retries.pause
        } else {
            pause_while_away(node, *at, node.tries - retries.times)?
        };
        Some(at.saturating_add(pause).unwrap_or(Timestamp::MAX))
    }

    /// Whether nothing new begins in a part: something of it failed for good, or the whole run stops.
    fn stops(&self, part: &Part) -> bool {
        let steps = self.shape().inside(part.inside).iter();
        self.run_stops() || steps.into_iter().any(|step| self.stopper(part, *step).is_some())
    }

    /// A step that ended in a way that nothing of its part goes on after.
    fn stopper(&self, part: &Part, step: StepIndex) -> Option<&Node> {
        let node = self.node(&part.path(&self.shape().step(step).name))?;
        let stops = match node.ending()? {
            StepEnding::Failed => {
                let goes_on = self.shape().step(step).on_failure == OnFailure::GoOn || self.shape().is_taken_over(step);
                !goes_on && self.retry_at(node).is_none()
            }
            StepEnding::Unknown | StepEnding::Cancelled => true,
            StepEnding::Successful | StepEnding::PartiallySuccessful => false,
        };
        stops.then_some(node)
    }

    fn verdict(&self, part: &Part, stopped: bool) -> Option<Verdict> {
        let mut partial = false;
        let mut interrupted = false;
        for step in self.shape().inside(part.inside) {
            match self.node(&part.path(&self.shape().step(*step).name)) {
                None if !stopped => return None,
                None => interrupted = true,
                Some(node) => match &node.phase {
                    Phase::Running => return None,
                    Phase::Again if !stopped => return None,
                    Phase::Again => interrupted = true,
                    Phase::Skipped => {}
                    Phase::Ended { .. } if self.retry_at(node).is_some() => {
                        if !stopped {
                            return None;
                        }
                        interrupted = true;
                    }
                    Phase::Ended { ending, .. } => {
                        let failed = *ending == StepEnding::Failed && !self.shape().is_taken_over(*step);
                        partial |= failed || *ending == StepEnding::PartiallySuccessful;
                        interrupted |= *ending == StepEnding::Cancelled;
                    }
                },
            }
        }
        Some(match self.first_failure(part) {
            Some(failure) => Verdict::Failed(failure),
            None if interrupted => Verdict::Interrupted,
            None if partial => Verdict::Partial,
            None => Verdict::Good,
        })
    }

    /// What failed first and stops the part, told with its path.
    fn first_failure(&self, part: &Part) -> Option<Failure> {
        let steps = self.shape().inside(part.inside).iter();
        let stoppers = steps.filter_map(|step| {
            let node = self.stopper(part, *step)?;
            let failure = node.failure()?;
            let path = part.path(&self.shape().step(*step).name);
            Some((node.ended_seq, self.told(&path, *step, failure)))
        });
        stoppers.min_by_key(|(seq, _)| *seq).map(|(_, failure)| failure)
    }

    /// A failure with the step that failed; that of a step with others inside names the inner one already.
    fn told(&self, path: &str, step: StepIndex, failure: &Failure) -> Failure {
        let names_it = self.shape().step(step).does.has_part() && failure.message.starts_with("Step `");
        if names_it {
            return failure.clone();
        }
        Failure {
            message: format!("Step `{path}` failed: {}", failure.message),
            ..failure.clone()
        }
    }
}

/// How long a step waits that has failed because what it takes is away, beyond its retries for the so manieth time.
fn pause_while_away(node: &Node, at: Timestamp, time: u32) -> Option<Duration> {
    let since = node.away_since?;
    let doubled = FIRST_PAUSE * 2_u32.saturating_pow(time.saturating_sub(1).min(8));
    is_awaited(since, at).then(|| doubled.min(LONGEST_PAUSE))
}
