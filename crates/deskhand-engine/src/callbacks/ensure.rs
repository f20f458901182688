//! Keeps a registration as it should be.

use deskhand_command::{Callbacks, Clock, Failure};

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
