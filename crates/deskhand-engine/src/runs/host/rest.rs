//! How a drive comes to rest: what follows from a run's end, and runs that cannot be driven.

use std::time::Duration;

use deskhand_command::{Failure, Retry};
use serde_json::Value;
use tracing::warn;

use super::drive::Drive;
use super::run_host::{Gone, later};
use crate::runs::world::Follows;
use crate::runs::{Append, Entry, RunOutcome, RunState, RunSummary, Then, What};

/// What could not be asked for is asked for again after this long.
const LATER: Duration = Duration::from_secs(30);

impl Drive {
    /// Adds what follows from the run's end, if it ends by this append.
    pub(super) async fn add_what_follows(&self, append: &mut Append) {
        let Then::End {
            outcome,
            reason,
            output,
        } = &mut append.then
        else {
            return;
        };
        if output.to_string().len() > self.host.limits.output_bytes {
            *output = Value::Null;
        }
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
        let follows = self.follows(&summary).await;
        append.starts.extend(follows.starts);
        append.schedule = follows.schedule;
    }

    /// What follows from the run's end, however long it takes to find out.
    async fn follows(&self, summary: &RunSummary) -> Follows {
        loop {
            match self.host.world.after(summary).await {
                Ok(follows) => return follows,
                Err(failure) if failure.retry == Retry::Later => {
                    warn!(
                        run = summary.id,
                        failure = failure.message,
                        "what follows from a run is not known yet"
                    );
                    self.host.clock.sleep(LATER).await;
                }
                Err(failure) => {
                    warn!(
                        run = summary.id,
                        failure = failure.message,
                        "what follows from a run is not known"
                    );
                    return Follows::default();
                }
            }
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
        let outcome = RunOutcome::Failed;
        let reason = Some(failure.message.clone());
        let ended = What::Ended {
            outcome,
            reason: reason.clone(),
        };
        let then = Then::End {
            outcome,
            reason,
            output: Value::Null,
        };
        let mut append = self.last(entries, vec![ended], then);
        self.add_what_follows(&mut append).await;
        self.host.append(&self.lease, append).await.map(|_| ())
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
