//! New events handed out: batch after batch, each once.

use jiff::Timestamp;

use super::{Waiting, decide};
use crate::StoreError;
use crate::desk::{EventDesk, HandedOut};

/// Events a batch.
const BATCH: u32 = 200;

/// Hands a batch of new events out; returns how many: none when nothing is left that is ours to hand out.
///
/// Whoever calls it again for the next one looks at the definitions before: rules and playbooks may be others by then. Events
/// that a store does not let be handed out stay new.
pub async fn hand_out(desk: &dyn EventDesk, waiting: Waiting<'_>, now: Timestamp) -> Result<u64, StoreError> {
    let events = desk.new_events(BATCH).await?;
    let batch: Vec<HandedOut> = events.iter().map(|event| decide(event, waiting, now)).collect();
    if batch.is_empty() {
        return Ok(0);
    }
    desk.hand_out(&batch).await
}
