//! Keeps a registration as it should be.

use deskhand_command::{Callbacks, Clock, Failure};
use jiff::SignedDuration;

use super::decide::{Step, decide, leave};
use super::{CallbackInbox, CallbackPlace};
use crate::ingest::failure_of;

/// What was done at the product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ensured {
    /// Step by step.
    pub steps: Vec<Step>,
}

/// Registers a connection's callbacks, or sees that they still are; to be called now and then.
///
/// A creation whose answer is lost is found by the next call, because the address is the same.
pub async fn ensure(
    callbacks: &dyn Callbacks,
    place: &CallbackPlace,
    connection: &str,
    inbox: &dyn CallbackInbox,
    clock: &dyn Clock,
) -> Result<Ensured, Failure> {
    let steps = decide(place, &callbacks.list().await?);
    for step in &steps {
        perform(callbacks, place, *step).await?;
    }
    let kept = steps.iter().any(|step| matches!(step, Step::Keep(_)));
    let known = inbox.reception(connection).await.map_err(failure_of)?.registered_at;
    // Before that, nobody was to announce anything.
    if !kept || known.is_none() {
        inbox.registered(connection, clock.now()).await.map_err(failure_of)?;
    }
    Ok(Ensured { steps })
}

/// How long until a registration is looked at again, the last so many looks at which failed.
///
/// A look that failed is made up for soon, and then more and more seldom: somebody may have to grant a right first.
pub fn check_again_after(failures: u32, every: SignedDuration) -> SignedDuration {
    if failures == 0 {
        return every;
    }
    let soon = SignedDuration::from_mins(1 << (failures - 1).min(16));
    soon.min(every)
}

/// Takes a connection's callbacks away from the product.
pub async fn withdraw(callbacks: &dyn Callbacks, place: &CallbackPlace) -> Result<Ensured, Failure> {
    let steps = leave(place, &callbacks.list().await?);
    for step in &steps {
        perform(callbacks, place, *step).await?;
    }
    Ok(Ensured { steps })
}

async fn perform(callbacks: &dyn Callbacks, place: &CallbackPlace, step: Step) -> Result<(), Failure> {
    let marker = &place.wanted().marker;
    match step {
        Step::Keep(_) => Ok(()),
        Step::Create => {
            tracing::info!(callback = marker, "Callbacks are registered");
            callbacks.create(place.wanted()).await
        }
        Step::Mend(id, defect) => {
            tracing::warn!(callback = marker, id, reason = defect.reason(), "Callbacks are mended");
            callbacks.mend(id, place.wanted()).await
        }
        Step::Remove(id) => {
            tracing::info!(callback = marker, id, "A callback of ours is removed");
            callbacks.remove(id).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_that_failed_is_made_up_for_soon_and_then_more_seldom() {
        let minutes = |failures: u32, every: i64| {
            let again = check_again_after(failures, SignedDuration::from_mins(every));
            again.as_mins()
        };
        assert_eq!(
            [0, 1, 2, 3, 6, 7, 1_000].map(|failures| minutes(failures, 60)),
            [60, 1, 2, 4, 32, 60, 60]
        );
        assert_eq!([0, 1, 5].map(|failures| minutes(failures, 1)), [1, 1, 1]);
    }
}
