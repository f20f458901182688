//! New events handed out: batch after batch, each once.

use jiff::Timestamp;

use super::{Waiting, decide};
use crate::StoreError;
use crate::desk::{EventDesk, HandedOut};

/// Events a batch.
const BATCH: u32 = 200;

/// Hands all new events out; returns how many. Those that a store does not let be handed out stay new.
pub async fn hand_out(desk: &dyn EventDesk, waiting: Waiting<'_>, now: Timestamp) -> Result<u64, StoreError> {
    let mut handed = 0;
    loop {
        let events = desk.new_events(BATCH).await?;
        let batch: Vec<HandedOut> = events.iter().map(|event| decide(event, waiting, now)).collect();
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
