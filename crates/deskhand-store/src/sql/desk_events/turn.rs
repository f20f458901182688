//! Events that are turned, one by one.

use deskhand_engine::StoreError;
use deskhand_engine::desk::{EventChange, Turned};
use deskhand_engine::runs::NewRun;

use super::changes;
use super::desk_runs::start_all;
use super::dialect::{self, Connection, Database};
use super::errors::store_error;
use super::read::state_of;
use super::state::{Turning, code};

/// Turns an event and starts runs with it; false when that changes nothing.
pub(super) async fn turn(store: &Database, change: &EventChange, starts: &[NewRun]) -> Result<bool, StoreError> {
    let mut transaction = dialect::begin_apart(&store.writer).await.map_err(store_error)?;
    if !turn_one(&mut transaction, change).await? {
        transaction.rollback().await.map_err(store_error)?;
        return Ok(false);
    }
    let starts: Vec<_> = starts.iter().collect();
    start_all(&mut transaction, &starts).await?;
    transaction.commit().await.map_err(store_error)?;
    Ok(true)
}

/// Turns events, each as far as that changes something.
pub(crate) async fn turn_all(to: &mut Connection, changes: &[EventChange]) -> Result<(), StoreError> {
    let mut changes: Vec<_> = changes.iter().collect();
    // Whoever turns some of the same at the same time waits for one after the other, and never in a circle.
    changes.sort_by_key(|change| change.event);
    for change in changes {
        turn_one(to, change).await?;
    }
    Ok(())
}

async fn turn_one(to: &mut Connection, change: &EventChange) -> Result<bool, StoreError> {
    let Some(state) = state_of(to, change.event, dialect::FOR_UPDATE).await? else {
        return Ok(false);
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
        return Ok(false);
    }
    sqlx::query("UPDATE events SET state = $1 WHERE id = $2")
        .bind(code(event.state))
        .bind(change.event)
        .execute(&mut *to)
        .await
        .map_err(store_error)?;
    let seq = i64::try_from(before.len()).unwrap_or(i64::MAX - 1) + 1;
    changes::insert(to, &[(seq, change)]).await?;
    Ok(true)
}
