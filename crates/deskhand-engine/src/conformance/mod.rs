//! What every store promises, as checks that run against any of them; the model in memory has to pass, too.
//!
//! [`run`] wants a function that makes an empty store, and stops at the first promise that is broken.

mod announced;
mod claims;
mod commits;
mod crash;
pub mod desk;
pub mod host;
mod inbox;
mod random;
mod runs;
mod sample;
mod sweeps;
mod toy;

use std::error::Error;
use std::sync::Arc;

use deskhand_command::BoxFuture;

use crate::EventStore;
use crate::callbacks::CallbackInbox;

/// A check's outcome: an error or a failed assertion is a broken promise.
pub type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

/// An empty store, not used by anybody else.
pub type Fresh<'a> = dyn Fn() -> BoxFuture<'a, Arc<dyn EventStore>> + Send + Sync + 'a;

/// Runs every check, each on stores of its own; tells `progress` its name before.
pub async fn run(fresh: &Fresh<'_>, progress: impl Fn(&str)) -> Outcome {
    macro_rules! check {
        ($($module:ident :: $name:ident),* $(,)?) => {$(
            progress(concat!(stringify!($module), "::", stringify!($name)));
            $module::$name(fresh).await?;
        )*};
    }
    check!(
        claims::a_claim_stands_until_it_ends,
        claims::an_older_claim_changes_nothing,
        claims::other_filters_and_companies_begin_anew,
        claims::a_job_goes_on_from_the_feed_that_it_read_before,
        claims::a_feed_that_somebody_reads_keeps_its_position,
        commits::events_come_back_as_they_were,
        commits::reasons_are_kept,
        commits::lists_begin_with_the_newest,
        commits::keys_and_revisions_outlive_pruned_events,
        commits::scopes_do_not_know_each_other,
        commits::a_large_batch_is_stored,
        sweeps::missing_and_known_are_told_apart,
        sweeps::marks_of_the_gone_come_and_go,
        runs::runs_are_logged_with_their_counts,
        runs::a_run_that_did_not_end_was_interrupted,
        runs::a_feeds_last_sweep_is_found_behind_all_other_runs,
        random::any_history_comes_to_the_same_as_in_the_model,
        crash::a_pass_that_is_ended_anywhere_goes_on,
        crash::a_pass_that_is_ended_at_any_moment_goes_on,
        crash::a_failed_pass_keeps_what_it_committed,
        crash::a_run_that_is_not_wanted_any_more_ends_and_keeps_what_it_committed,
        crash::a_sweep_finds_what_passes_missed,
    );
    Ok(())
}

/// A store and the inbox of callbacks beside it, both empty and not used by anybody else.
pub type FreshInbox<'a> = dyn Fn() -> BoxFuture<'a, (Arc<dyn EventStore>, Arc<dyn CallbackInbox>)> + Send + Sync + 'a;

/// Runs every check of the inbox of callbacks.
pub async fn run_inbox(fresh: &FreshInbox<'_>, progress: impl Fn(&str)) -> Outcome {
    macro_rules! check {
        ($($module:ident :: $name:ident),* $(,)?) => {$(
            progress(concat!(stringify!($module), "::", stringify!($name)));
            $module::$name(fresh).await?;
        )*};
    }
    check!(
        inbox::a_secret_stays_what_it_was,
        inbox::a_record_waits_once_however_often_it_is_announced,
        inbox::what_is_announced_meanwhile_is_not_lost,
        inbox::connections_do_not_know_each_other,
        inbox::the_oldest_comes_first,
        inbox::silence_is_noted_once_and_ends_with_the_next_callback,
        announced::a_change_becomes_an_event_without_a_poll,
        announced::what_is_announced_again_is_no_second_event,
        announced::a_deleted_record_is_marked_when_it_is_gone_indeed,
        announced::what_cannot_be_looked_at_now_waits,
        announced::a_held_feed_is_left_alone_and_nothing_is_lost,
        announced::a_poll_waits_while_callbacks_hold_its_feed,
    );
    Ok(())
}
