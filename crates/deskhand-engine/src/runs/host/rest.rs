//! How a drive comes to rest: what follows from a run's end, and runs that cannot be driven.

use std::time::Duration;

use deskhand_command::{BoxFuture, Failure, Retry};
use jiff::Timestamp;
use serde_json::Value;
use tracing::warn;

use super::drive::Drive;
use super::run_host::{Gone, later};
use crate::desk::{EventChange, EventTurn};
use crate::runs::decide::in_words;
use crate::runs::state::History;
use crate::runs::{Append, Entry, RunOutcome, RunState, RunSummary, Then, What};

/// What could not be asked for is asked for again after this long.
const LATER: Duration = Duration::from_secs(30);

impl Drive {
    /// Adds what follows from the run's end, if it ends by this append, for the so manieth time.
    pub(super) async fn add_what_follows(&self, append: &mut Append, ending: u32) {
        let Then::End {
            outcome,
            reason,
            output,
        } = &mut append.then
        else {
            return;
        };
        *output = self.host.handed_on(output.take());
        let run = &*self.run;
        let summary = RunSummary {
            id: run.id.clone(),
            plan: run.plan.clone(),
            cause: run.cause.clone(),
            site: run.site.clone(),
            state: RunState::Ended,
            outcome: Some(*outcome),
            created_at: run.created_at,
            ended_at: Some(append.at),
            wake_at: None,
            reason: reason.clone(),
        };
        let follows = self
            .patiently("what follows from a run", || self.host.world.after(&summary, ending))
            .await;
        append.starts.extend(follows.starts);
        append.schedule = follows.schedule;
    }

    /// What becomes of events, with the runs that each change sets off.
    pub(super) async fn turns(&self, changes: Vec<EventChange>) -> Vec<EventTurn> {
        let mut turns = Vec::with_capacity(changes.len());
        for change in changes {
            let ask = || self.host.world.turned(&change, &self.run);
            let starts = self.patiently("what a change of an event sets off", ask).await;
            turns.push(EventTurn { change, starts });
        }
        turns
    }

    /// Asks the world about this run, however long it takes to answer; what will not be known is nothing.
    async fn patiently<'a, T: Default>(&self, what: &str, ask: impl Fn() -> BoxFuture<'a, Result<T, Failure>>) -> T {
        loop {
            let failure = match ask().await {
                Ok(known) => return known,
                Err(failure) => failure,
            };
            let later = matches!(failure.retry, Retry::Later | Retry::Away);
            warn!(
                run = self.run.id,
                failure = failure.message,
                later,
                "{what} is not known"
            );
            if !later {
                return T::default();
            }
            self.host.clock.sleep(LATER).await;
        }
    }

    /// What the run needs is not there now: it waits.
    pub(super) async fn put_off(&self, entries: &[Entry], failure: &Failure) -> Result<(), Gone> {
        warn!(
            run = self.run.id,
            failure = failure.message,
            "a run cannot go on now; this is tried again"
        );
        let wake = Some(later(self.host.clock.now(), LATER));
        let append = self.last(entries, Vec::new(), Then::Sleep { wake });
        self.host.append(&self.lease, append).await.map(|_| ())
    }

    /// What the run needs will not be there: it has failed, and can be tried again.
    pub(super) async fn give_up(&self, entries: &[Entry], failure: &Failure) -> Result<(), Gone> {
        let mut append = self.failed(entries, failure.message.clone());
        let before = entries.iter().filter(|entry| matches!(entry.what, What::Ended { .. }));
        let ending = u32::try_from(before.count() + 1).unwrap_or(u32::MAX);
        self.add_what_follows(&mut append, ending).await;
        self.host.append(&self.lease, append).await.map(|_| ())
    }

    /// The run may not begin: it has failed, and nothing follows from that.
    pub(super) async fn refuse(&self, entries: &[Entry], failure: &Failure) -> Result<(), Gone> {
        let append = self.failed(entries, in_words(failure));
        self.host.append(&self.lease, append).await.map(|_| ())
    }

    fn failed(&self, entries: &[Entry], reason: String) -> Append {
        let (outcome, reason) = (RunOutcome::Failed, Some(reason));
        let ended = What::Ended {
            outcome,
            reason: reason.clone(),
        };
        let then = Then::End {
            outcome,
            reason,
            output: Value::Null,
        };
        self.last(entries, vec![ended], then)
    }

    /// Tells of what steps take and is away: once, and not at each try.
    pub(super) fn tell_of_what_is_away(&self, history: &History, made: &[What], now: Timestamp) {
        for what in made {
            let What::StepEnded { step, failure, .. } = what else {
                continue;
            };
            let since = history.node(step).and_then(|node| node.away_since);
            if let Some(failure) = failure.as_ref().filter(|_| since == Some(now)) {
                warn!(
                    run = self.run.id,
                    step,
                    failure = failure.message,
                    hint = failure.hint,
                    "a step waits for what is away; it is tried again for a day"
                );
            }
        }
    }

    fn last(&self, entries: &[Entry], what: Vec<What>, then: Then) -> Append {
        Append {
            what,
            at: self.host.clock.now(),
            seen: entries.last().map_or(0, |last| last.seq),
            starts: Vec::new(),
            events: Vec::new(),
            schedule: None,
            then,
        }
    }
}
