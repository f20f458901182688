//! Events that are turned, one by one.

use deskhand_engine::StoreError;
use deskhand_engine::desk::{EventChange, EventTurn, Turned};
use deskhand_engine::runs::NewRun;

use super::changes;
use super::desk_runs::start_all;
use super::dialect::{self, Connection, Database};
use super::errors::store_error;
use super::read::state_of;
use super::state::{Turning, code};

/// Turns an event and starts runs with it; false when that changes nothing.
pub(super) async fn turn(store: &Database, turn: &EventTurn) -> Result<bool, StoreError> {
    let mut transaction = dialect::begin_apart(&store.writer).await.map_err(store_error)?;
    let Some(number) = turn_one(&mut transaction, &turn.change).await? else {
        transaction.rollback().await.map_err(store_error)?;
        return Ok(false);
    };
    let starts = turn.starts_as(number);
    start_all(&mut transaction, &starts.iter().collect::<Vec<_>>()).await?;
    transaction.commit().await.map_err(store_error)?;
    Ok(true)
}

/// Turns events, each as far as that changes something; returns the runs that this sets off.
pub(crate) async fn turn_all(to: &mut Connection, turns: &[EventTurn]) -> Result<Vec<NewRun>, StoreError> {
    let mut turns: Vec<_> = turns.iter().collect();
    // Whoever turns some of the same at the same time waits for one after the other, and never in a circle.
    turns.sort_by_key(|turn| turn.change.event);
    let mut starts = Vec::new();
    for turn in turns {
        if let Some(number) = turn_one(to, &turn.change).await? {
            starts.extend(turn.starts_as(number));
        }
    }
    Ok(starts)
}

/// Turns an event; the number of the change, or `None` when it changes nothing.
async fn turn_one(to: &mut Connection, change: &EventChange) -> Result<Option<i64>, StoreError> {
    let Some(state) = state_of(to, change.event, dialect::FOR_UPDATE).await? else {
        return Ok(None);
    };
    let before = changes::of(to, change.event).await?;
    let linked = before.iter().filter_map(|change| match &change.to {
        Turned::Escalated { incident_type, .. } => Some(incident_type.clone()),
        _ => None,
    });
    let mut event = Turning {
        state,
        linked: linked.collect(),
    };
    if !event.turn(change) {
        return Ok(None);
    }
    sqlx::query("UPDATE events SET state = $1 WHERE id = $2")
        .bind(code(event.state))
        .bind(change.event)
        .execute(&mut *to)
        .await
        .map_err(store_error)?;
    let seq = i64::try_from(before.len()).unwrap_or(i64::MAX - 1) + 1;
    changes::insert(to, &[(seq, change)]).await?;
    Ok(Some(seq))
}
