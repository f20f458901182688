//! Runs of toy playbooks, killed anywhere: a check of stores, and the double for the tests of runs.

mod clock;
mod commands;
mod every;
mod killed;
mod killer;
mod slow;
pub(crate) mod steps;
mod story;
mod world;

pub use killer::Killer;
pub use story::reads_as_one_story;
pub(crate) use world::Toy;

use std::sync::Arc;

use deskhand_command::BoxFuture;

use super::Outcome;
use super::desk::Desk;

/// Where a desk is: opens it, as a process that has just started does.
pub type Place = Arc<dyn Fn() -> BoxFuture<'static, Desk> + Send + Sync>;

/// A place with an empty desk, not used by anybody else.
pub type FreshPlace<'a> = dyn Fn() -> BoxFuture<'a, Place> + Send + Sync + 'a;

/// Kills a run with every kind of step before and after every append, every work and every write, each time on a store of
/// its own: every `stride`-th point, beginning with the first.
///
/// Every process opens the store for itself.
pub async fn run(fresh: &FreshPlace<'_>, stride: usize, progress: impl Fn(&str)) -> Outcome {
    progress("host::killed::a_run_that_is_killed_anywhere_comes_to_the_same");
    killed::a_run_that_is_killed_anywhere_comes_to_the_same(fresh, stride).await?;
    progress("host::killed::a_run_that_is_killed_again_and_again_comes_to_the_same");
    killed::a_run_that_is_killed_again_and_again_comes_to_the_same(fresh).await?;
    progress("host::killed::a_retry_that_is_killed_anywhere_comes_to_the_same");
    killed::a_retry_that_is_killed_anywhere_comes_to_the_same(fresh, stride).await?;
    progress("host::killed::a_host_that_stood_still_does_no_harm");
    killed::a_host_that_stood_still_does_no_harm(fresh, stride).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_model_lets_nothing_change_by_being_killed() {
        let fresh = || -> BoxFuture<'_, Place> {
            let desk = Desk::in_memory();
            let place: Place = Arc::new(move || Box::pin(std::future::ready(desk.clone())));
            Box::pin(std::future::ready(place))
        };
        run(&fresh, 1, |check| println!("{check}")).await.unwrap();
    }
}
