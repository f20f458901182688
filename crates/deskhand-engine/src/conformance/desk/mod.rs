//! What a desk's store promises: runs, schedules, what becomes of events, definitions.

mod appends;
mod definitions;
mod ends;
mod events;
mod leases;
mod lists;
mod sample;
mod schedules;
mod signals;

use std::sync::Arc;

use deskhand_command::BoxFuture;

use super::Outcome;
use crate::EventStore;
use crate::desk::{DeskStore, EventDesk};
use crate::runs::RunStore;
use crate::schedules::ScheduleStore;
use crate::store::MemoryDesk;

/// One store, seen from each of its sides.
#[derive(Clone)]
pub struct Desk {
    /// Runs.
    pub runs: Arc<dyn RunStore>,
    /// Schedules.
    pub schedules: Arc<dyn ScheduleStore>,
    /// What becomes of events.
    pub events: Arc<dyn EventDesk>,
    /// Definitions.
    pub definitions: Arc<dyn DeskStore>,
    /// Where events come from.
    pub ingested: Arc<dyn EventStore>,
}

impl Desk {
    /// The model.
    pub fn in_memory() -> Self {
        let store = Arc::new(MemoryDesk::default());
        Self {
            ingested: Arc::clone(&store.ingested) as _,
            runs: Arc::clone(&store) as _,
            schedules: Arc::clone(&store) as _,
            events: Arc::clone(&store) as _,
            definitions: store,
        }
    }
}

/// An empty store, not used by anybody else.
pub type FreshDesk<'a> = dyn Fn() -> BoxFuture<'a, Desk> + Send + Sync + 'a;

/// Runs every check, each on a store of its own; tells `progress` its name before.
pub async fn run(fresh: &FreshDesk<'_>, progress: impl Fn(&str)) -> Outcome {
    macro_rules! check {
        ($($module:ident :: $name:ident),* $(,)?) => {$(
            progress(concat!("desk::", stringify!($module), "::", stringify!($name)));
            $module::$name(&fresh().await).await?;
        )*};
    }
    check!(
        leases::a_run_starts_once,
        leases::the_longest_due_is_claimed_first,
        leases::a_claim_stands_until_its_time_is_over,
        leases::what_its_holder_is_at_work_on_is_left_out,
        leases::an_older_claim_changes_nothing,
        leases::claims_at_the_same_time_share_what_is_due,
        appends::entries_come_back_as_they_were,
        appends::entries_are_numbered_whoever_appends,
        appends::what_was_not_seen_is_handed_over,
        appends::a_run_sleeps_until_its_time,
        appends::a_signal_is_never_slept_through,
        appends::what_follows_is_in_the_same_transaction,
        appends::what_a_turn_sets_off_starts_once_for_every_time_that_it_turns,
        appends::a_refused_append_leaves_nothing,
        signals::signals_make_a_waiting_run_due,
        signals::signals_do_not_disturb_a_holder,
        signals::only_a_retry_opens_an_ended_run,
        ends::an_end_is_final,
        ends::whoever_waits_learns_of_the_end,
        ends::an_ended_parent_learns_nothing,
        ends::a_schedule_learns_of_the_end,
        ends::ended_runs_are_pruned,
        lists::lists_begin_with_the_newest,
        lists::every_plan_and_cause_comes_back,
        schedules::a_schedule_is_known_once,
        schedules::a_due_time_fires_once,
        schedules::a_due_time_that_comes_again_waits_for_nobody,
        schedules::a_run_that_is_tried_again_runs_beside_no_other,
        schedules::failures_are_counted_anew_after_a_schedule_was_off,
        schedules::those_due_longest_come_first,
        schedules::paused_schedules_rest_and_stopped_ones_stay_so,
        schedules::a_deleted_schedule_takes_its_runs_along,
        schedules::occurrences_are_listed_from_the_newest,
        events::a_new_event_is_handed_out_once,
        events::what_was_turned_by_hand_is_not_handed_out,
        events::a_turn_that_changes_nothing_starts_nothing,
        events::pl11_an_event_is_escalated_once_to_a_type,
        events::lists_of_events_are_of_a_state_and_of_a_time,
        definitions::only_changes_get_a_version,
        definitions::what_was_taken_away_keeps_its_versions,
        definitions::all_or_nothing_is_applied_in_order,
        definitions::a_removed_jobs_feed_begins_anew,
        definitions::secrets_are_kept_by_parameter,
        definitions::a_secret_is_resealed_if_it_is_what_it_was,
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_model_keeps_its_promises() {
        let fresh = || -> BoxFuture<'_, Desk> { Box::pin(std::future::ready(Desk::in_memory())) };
        let checked = run(&fresh, |check| println!("{check}")).await;
        checked.unwrap();
    }
}
