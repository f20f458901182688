//! What follows from a run's end.

use deskhand_command::{Failure, Retry};
use serde_json::{Map, Value, json};

use super::world::DeskWorld;
use crate::StoreError;
use crate::desk::Kind;
use crate::runs::world::Follows;
use crate::runs::{Cause, NewRun, Plan, RunOutcome, RunStory, RunSummary, StepEnding, What, id_after};
use crate::schedules::{EndedRun, after_run};

impl DeskWorld {
    pub(super) async fn follows(&self, ended: &RunSummary, ending: u32) -> Result<Follows, Failure> {
        let mut follows = Follows::default();
        let (Some(outcome), now) = (ended.outcome, self.parts.clock.now()) else {
            return Ok(follows);
        };
        if self.is_moot(ended).await? {
            return Ok(follows);
        }
        let automation = self.automation();
        if let Cause::Schedule { name, .. } = &ended.cause
            && let Some(schedule) = automation.schedules.get(name)
            && let Some(standing) = self.parts.store.get_schedule(name).await.map_err(trouble)?
        {
            let run = EndedRun {
                id: &ended.id,
                ending,
                outcome,
                reason: ended.reason.as_deref(),
                at: now,
            };
            let after = after_run(schedule, &standing, run, &self.parts.dates);
            let changes = after.changes(&standing);
            follows.schedule = changes.then_some(after.schedule);
            follows.starts.extend(after.letters);
            if standing.next_at.is_some_and(|next| next <= now) {
                // It was due already, and waited for this run.
                self.look.notify_one();
            }
        }
        if outcome == RunOutcome::Failed {
            follows.starts.extend(self.set_off_by(ended, ending).await?);
        }
        Ok(follows)
    }

    /// Whether a health check has failed of a connection that is not there any more, or was switched off: for a moment, its
    /// schedule can go on in a process that has not heard of that. Such a failure says nothing of the connection.
    async fn is_moot(&self, ended: &RunSummary) -> Result<bool, Failure> {
        let (Cause::Schedule { .. }, Plan::Check { connection }) = (&ended.cause, &ended.plan) else {
            return Ok(false);
        };
        if ended.outcome != Some(RunOutcome::Failed) {
            return Ok(false);
        }
        let desk = self.parts.connections.desk().await?;
        let is_there = desk.connections.get(connection).is_some_and(|known| known.active);
        Ok(!is_there && !desk.is_unreadable(Kind::Connection, connection))
    }

    /// Runs of playbooks that this failure sets off. What comes of a failure sets nothing off: it could go on for ever.
    async fn set_off_by(&self, failed: &RunSummary, ending: u32) -> Result<Vec<NewRun>, Failure> {
        let whose = match &failed.plan {
            Plan::Playbook { name, .. } => Some(name.as_str()),
            _ => None,
        };
        let automation = self.automation();
        let waiting = automation.failures.iter().filter(|(name, _, of)| match of {
            Some(of) => whose == Some(of),
            None => whose != Some(name),
        });
        let waiting: Vec<_> = waiting.collect();
        if waiting.is_empty() || self.comes_of_failure(&failed.cause).await? {
            return Ok(Vec::new());
        }
        let set_off = waiting.into_iter().map(|(name, version, _)| NewRun {
            id: id_after("failure", ending, &format!("{}:{name}", failed.id)),
            plan: Plan::Playbook {
                name: name.clone(),
                version: *version,
            },
            cause: Cause::Failure { run: failed.id.clone() },
            site: failed.site.clone(),
            given: Map::new(),
            created_at: self.parts.clock.now(),
        });
        Ok(set_off.collect())
    }

    /// Whether a failure, or an alert, is on the way to a run.
    ///
    /// The way goes back from a run to the one that waits for it, and to the one whose step has dismissed the event. Each of
    /// those was there before, so that it ends.
    async fn comes_of_failure(&self, cause: &Cause) -> Result<bool, Failure> {
        let mut cause = cause.clone();
        loop {
            let before = match cause {
                Cause::Failure { .. } | Cause::Alert { .. } => return Ok(true),
                Cause::Step { run, .. } | Cause::Dismissal { run: Some(run), .. } => run,
                _ => return Ok(false),
            };
            let Some(story) = self.parts.store.get_run(&before).await.map_err(trouble)? else {
                return Ok(false);
            };
            cause = story.summary.cause;
        }
    }
}

/// What templates see of a failure: `failure`, with `run`, `playbook`, `reason`, and the `step` that failed first.
pub(super) fn failure_roots(story: &RunStory) -> Map<String, Value> {
    let playbook = match &story.summary.plan {
        Plan::Playbook { name, .. } => Some(name),
        _ => None,
    };
    let failed = story.entries.iter().find_map(|entry| match &entry.what {
        What::StepEnded {
            step,
            ending: StepEnding::Failed | StepEnding::Unknown,
            failure,
            ..
        } => Some((step, failure)),
        _ => None,
    });
    let (step, why) = failed.unzip();
    let roots = json!({ "failure": {
        "run": story.summary.id, "playbook": playbook, "reason": story.summary.reason, "step": step, "error": why.and_then(Option::as_ref),
    }});
    roots.as_object().cloned().unwrap_or_default()
}

/// A store that does not answer is waited for.
pub(super) fn trouble(error: StoreError) -> Failure {
    Failure::new(503, format!("The store cannot be read: {error}."))
        .with_hint(error.hint())
        .with_retry(Retry::Later)
}
