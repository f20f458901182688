//! New events handed out: batch after batch, each once.

use jiff::Timestamp;

use super::{Rule, Subscription, decide};
use crate::StoreError;
use crate::desk::{EventDesk, HandedOut};

/// Events a batch.
const BATCH: u32 = 200;

/// A store that does not let events be handed out; they stay new, and nothing is lost.
#[derive(Debug, thiserror::Error)]
#[error("new events could not be handed out")]
pub struct HandOutError(#[from] StoreError);

/// Hands all new events out; returns how many.
pub async fn hand_out(
    desk: &dyn EventDesk,
    rules: &[Rule],
    subscriptions: &[Subscription],
    now: Timestamp,
) -> Result<u64, HandOutError> {
    let mut handed = 0;
    loop {
        let events = desk.new_events(BATCH).await?;
        let batch: Vec<HandedOut> = events
            .iter()
            .map(|event| decide(event, rules, subscriptions, now))
            .collect();
        if batch.is_empty() {
            return Ok(handed);
        }
        let turned = desk.hand_out(&batch).await?;
        handed += turned;
        // Somebody else handed the whole batch out: what is left is theirs.
        if turned == 0 {
            return Ok(handed);
        }
    }
}
