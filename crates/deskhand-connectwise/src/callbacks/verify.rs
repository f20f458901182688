//! Whether a delivery comes from the connection's own PSA and company.

use connectwise_psa::{CallbackSignatureError, verify_callback};
use deskhand_command::{Announced, Delivery, NotBelieved};

use super::TicketCallbacks;
use super::announcement::Announcement;
use super::keys::Age;

/// The header with the signature of the body.
const SIGNATURE: &str = "x-content-signature";

/// Checks the signature over the bytes as they came, with a key of nobody but the connection's own server and company.
pub(super) async fn verify(of: &TicketCallbacks, delivery: &Delivery) -> Result<Announced, NotBelieved> {
    let forged = |reason: &str| NotBelieved::Forged(reason.to_owned());
    let signature = delivery
        .headers
        .get(SIGNATURE)
        .ok_or_else(|| forged("it is not signed"))?;
    let announcement = Announcement::read(&delivery.body).ok_or_else(|| forged("it cannot be read"))?;
    let at = of.client.callback_key_url(announcement.key_url());
    let at = at.map_err(|error| NotBelieved::Forged(error.to_string()))?;
    let now = of.clock.now();
    let key = of.keys.get(&of.client, &at, now, Age::Any).await?;
    match verify_callback(&key, &delivery.body, signature) {
        Ok(()) => {}
        Err(CallbackSignatureError::Unreadable) => return Err(forged("its signature cannot be read")),
        // The PSA may have made itself another key meanwhile.
        Err(CallbackSignatureError::Wrong) => {
            let fresh = of.keys.get(&of.client, &at, now, Age::Fresh).await?;
            let verified = verify_callback(&fresh, &delivery.body, signature);
            verified.map_err(|error| NotBelieved::Forged(error.to_string()))?;
        }
    }
    if announcement.is_of_another(of.client.company_id()) {
        return Err(forged("it is about another company's records"));
    }
    announcement.announced().ok_or(NotBelieved::Irrelevant)
}
