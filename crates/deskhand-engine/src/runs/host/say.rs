//! Tells another run something.

use std::time::Duration;

use deskhand_command::Failure;
use serde_json::{Value, json};
use tracing::warn;

use super::run_host::RunHost;
use crate::StoreError;
use crate::runs::decide::Signal;
use crate::runs::state::History;
use crate::runs::{Plan, RunOutcome, RunStory, Signalled, What};

/// What the store did not take is said again after this long.
const PAUSE: Duration = Duration::from_secs(2);

impl RunHost {
    /// Tells another run something; what is known of it at once, when it has nothing to do.
    pub(super) async fn say(&self, signal: &Signal) -> Option<What> {
        loop {
            match self.said(signal).await {
                Ok(heard) => return heard,
                Err(error) => {
                    warn!(
                        error = error.in_full(),
                        hint = error.hint(),
                        run = signal.run,
                        "cannot signal a run; this is tried again"
                    );
                    self.clock.sleep(PAUSE).await;
                }
            }
        }
    }

    async fn said(&self, signal: &Signal) -> Result<Option<What>, StoreError> {
        let said = self.store.signal(&signal.run, &signal.what, self.clock.now()).await?;
        self.wake();
        match said {
            // A run that ended well has nothing to try again; one that is to be cancelled has told of its end already.
            Signalled::Ended if matches!(signal.what, What::RetryAsked { .. }) => self.end_of(signal).await,
            // What runs say is for runs of steps, which no schedule has started.
            Signalled::Taken | Signalled::Ended | Signalled::Overlaps { .. } => Ok(None),
            Signalled::Missing => Ok(Some(ended(
                signal,
                RunOutcome::Failed,
                Value::Null,
                Some("the run was deleted".to_owned()),
            ))),
        }
    }

    async fn end_of(&self, signal: &Signal) -> Result<Option<What>, StoreError> {
        let Some(story) = self.store.get_run(&signal.run).await? else {
            return Ok(None);
        };
        let Some(outcome) = story.summary.outcome else {
            return Ok(None);
        };
        Ok(Some(match self.output_of(&story).await {
            Ok(output) => ended(signal, outcome, output, story.summary.reason),
            Err(failure) => ended(signal, RunOutcome::Failed, Value::Null, Some(failure.message)),
        }))
    }

    /// What a run has yielded, from its journal.
    async fn output_of(&self, story: &RunStory) -> Result<Value, Failure> {
        let Plan::Playbook { name, version } = &story.summary.plan else {
            return Ok(json!({}));
        };
        let playbook = self.world.playbook(name, *version).await?;
        Ok(self.handed_on(History::of(playbook, &story.entries).output()))
    }

    /// What is handed on to a run that waits; nothing of what is more than a step may yield.
    pub(super) fn handed_on(&self, output: Value) -> Value {
        if output.to_string().len() > self.limits.output_bytes {
            return Value::Null;
        }
        output
    }
}

fn ended(signal: &Signal, outcome: RunOutcome, output: Value, reason: Option<String>) -> What {
    What::ChildEnded {
        step: signal.step.clone(),
        run: signal.run.clone(),
        outcome,
        output,
        reason,
    }
}
