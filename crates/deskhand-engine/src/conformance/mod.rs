//! What every store promises, as checks that run against any of them; the model in memory has to pass, too.
//!
//! [`run`] wants a function that makes an empty store, and stops at the first promise that is broken.

mod claims;
mod commits;
mod crash;
pub mod desk;
pub mod host;
mod random;
mod runs;
mod sample;
mod sweeps;
mod toy;

use std::error::Error;
use std::sync::Arc;

use deskhand_command::BoxFuture;

use crate::EventStore;

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
        random::any_history_comes_to_the_same_as_in_the_model,
        crash::a_pass_that_is_ended_anywhere_goes_on,
        crash::a_pass_that_is_ended_at_any_moment_goes_on,
        crash::a_failed_pass_keeps_what_it_committed,
        crash::a_sweep_finds_what_passes_missed,
    );
    Ok(())
}
