//! Playbooks that change what has set them off, and are set off by that again.

use deskhand_command::Failure;
use jiff::{SignedDuration, Timestamp};

use super::after::trouble;
use super::world::DeskWorld;
use crate::events::EventFilter;
use crate::playbooks::Playbook;
use crate::rules::ids_of_runs;
use crate::runs::{Cause, NewRun, Plan, RunStory, What};

/// Within so long a record sets a playbook off so often and no more.
const WITHIN: SignedDuration = SignedDuration::from_hours(24);

/// So many events of a record are looked at, the newest first.
const EVENTS: u32 = 2_000;

impl DeskWorld {
    /// Why a run that an event has set off does not begin, if its record has set the playbook off too often.
    pub(super) async fn goes_in_circles(&self, run: &NewRun, playbook: &Playbook) -> Result<Option<Failure>, Failure> {
        let (Cause::Event { id } | Cause::Dismissal { id, .. }, Plan::Playbook { name, .. }) = (&run.cause, &run.plan)
        else {
            return Ok(None);
        };
        let Some(event) = self.parts.store.get_event(*id).await.map_err(trouble)? else {
            return Ok(None);
        };
        let since = self.parts.clock.now().saturating_sub(WITHIN).unwrap_or(Timestamp::MIN);
        let filter = EventFilter {
            record_id: Some(event.summary.record_id),
            since: Some(since),
            limit: EVENTS,
            ..EventFilter::default()
        };
        let others = self.parts.store.list_events(&filter).await.map_err(trouble)?;
        let others = others
            .iter()
            .filter(|other| other.connection == event.summary.connection);
        let ids = others.flat_map(|other| ids_of_runs(&run.cause, other.id, name));
        let (mut began, at_most) = (0, playbook.at_most());
        for id in ids.filter(|id| *id != run.id) {
            let story = self.parts.store.get_run(&id).await.map_err(trouble)?;
            began += u32::from(story.is_some_and(|story| has_begun(&story)));
            if began >= at_most {
                return Ok(Some(too_often(at_most)));
            }
        }
        Ok(None)
    }
}

/// What was refused has not: else a record that changes often would set nothing off until it has rested for a day.
fn has_begun(story: &RunStory) -> bool {
    story
        .entries
        .iter()
        .any(|entry| matches!(entry.what, What::Began { .. }))
}

fn too_often(times: u32) -> Failure {
    let times = if times == 1 {
        "once".to_owned()
    } else {
        format!("{times} times")
    };
    let message =
        format!("This ticket has set off this playbook {times} within a day; it may change what sets it off.");
    Failure::new(429, message).with_hint(
        "narrow the trigger's `search`, so that what the playbook changes does not match any more, or raise its `at_most`",
    )
}
