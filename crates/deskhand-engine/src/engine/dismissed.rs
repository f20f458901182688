//! What a step that dismisses an event sets off.

use deskhand_command::Failure;

use super::after::trouble;
use super::world::DeskWorld;
use crate::desk::{EventChange, Turned};
use crate::rules::{Led, Moment};
use crate::runs::{Cause, NewRun, Plan};

impl DeskWorld {
    /// The runs of playbooks that wait for this.
    pub(super) async fn set_off_by_step(&self, change: &EventChange, by: &NewRun) -> Result<Vec<NewRun>, Failure> {
        let automation = self.automation();
        let mut waiting = automation.subscriptions.iter();
        let waits = waiting.any(|waits| waits.moment == Moment::Dismissed);
        if !waits || !matches!(change.to, Turned::Dismissed { .. }) {
            return Ok(Vec::new());
        }
        let Some(event) = self.parts.store.get_event(change.event).await.map_err(trouble)? else {
            // It was pruned: nothing becomes of it.
            return Ok(Vec::new());
        };
        let before = self.dismissed_before(by).await?;
        let led = Led {
            run: Some(&by.id),
            by: &before,
        };
        Ok(automation.set_off(&event, change, led))
    }

    /// The playbooks that dismissals have set off on the way to a run, its own among them.
    ///
    /// The way goes back from a run to the one that waits for it, to the one whose failure has set it off, and to the one
    /// whose step has dismissed the event. Each of those was there before, so that it ends.
    async fn dismissed_before(&self, run: &NewRun) -> Result<Vec<String>, Failure> {
        let mut playbooks = Vec::new();
        let (mut cause, mut plan) = (run.cause.clone(), run.plan.clone());
        loop {
            if let (Cause::Dismissal { .. }, Plan::Playbook { name, .. }) = (&cause, plan) {
                playbooks.push(name);
            }
            let (Cause::Step { run: before, .. }
            | Cause::Failure { run: before }
            | Cause::Dismissal { run: Some(before), .. }) = cause
            else {
                return Ok(playbooks);
            };
            let Some(story) = self.parts.store.get_run(&before).await.map_err(trouble)? else {
                return Ok(playbooks);
            };
            (cause, plan) = (story.summary.cause, story.summary.plan);
        }
    }
}
