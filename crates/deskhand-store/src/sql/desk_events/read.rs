//! Where an event is, and how it came there.

use deskhand_engine::StoreError;
use deskhand_engine::desk::EventStory;
use sqlx::AssertSqlSafe;

use super::changes;
use super::dialect::{Connection, Database};
use super::errors::{damaged, store_error};
use super::state::state;
use deskhand_engine::desk::EventState;

pub(super) async fn story(store: &Database, event: i64) -> Result<Option<EventStory>, StoreError> {
    let mut reader = store.readers.acquire().await.map_err(store_error)?;
    let Some(state) = state_of(&mut reader, event, "").await? else {
        return Ok(None);
    };
    let changes = changes::of(&mut reader, event).await?;
    Ok(Some(EventStory { state, changes }))
}

/// Where an event is; `lock` is what keeps it so until the transaction ends.
pub(super) async fn state_of(
    from: &mut Connection,
    event: i64,
    lock: &'static str,
) -> Result<Option<EventState>, StoreError> {
    let sql = format!("SELECT state FROM events WHERE id = $1{lock}");
    let code: Option<i64> = sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(event)
        .fetch_optional(from)
        .await
        .map_err(store_error)?;
    code.map(|code| state(code).ok_or_else(|| damaged("the state of an event")))
        .transpose()
}
