//! A delivery: checked, kept, and only then answered.

use deskhand_command::{Clock, Delivery, NotBelieved};

use super::{CallbackInbox, Door};

/// What a delivery is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is kept.
    Kept,
    /// It is the product's, and about nothing that is read here.
    PassedOver,
    /// It is not believed.
    Refused,
    /// It cannot be checked or kept now; the product should deliver it again, with this status.
    Busy(u16),
}

/// Checks a delivery that came to a connection's door, and keeps what it announces.
pub async fn receive(door: &Door, inbox: &dyn CallbackInbox, clock: &dyn Clock, delivery: &Delivery) -> Answer {
    let connection = door.connection.as_str();
    let Some(callbacks) = door.opened.callbacks() else {
        return Answer::Refused;
    };
    let announced = match callbacks.verify(delivery).await {
        Ok(announced) => announced,
        Err(NotBelieved::Irrelevant) => return Answer::PassedOver,
        Err(NotBelieved::Forged(reason)) => {
            tracing::warn!(connection, reason, "A callback is not believed");
            return Answer::Refused;
        }
        Err(NotBelieved::Uncheckable(failure)) => {
            tracing::warn!(connection, reason = failure.message, "A callback cannot be checked now");
            return Answer::Busy(callbacks.busy_status());
        }
    };
    match inbox.keep(connection, announced, clock.now()).await {
        Ok(()) => {
            door.nudge.notify_one();
            Answer::Kept
        }
        Err(error) => {
            tracing::error!(connection, record = announced.id, %error, "A callback cannot be kept now");
            Answer::Busy(callbacks.busy_status())
        }
    }
}
