//! What could not be taken, with its reason.

use deskhand_engine::StoreError;
use deskhand_engine::store::Unusable;

use super::dialect::{self, Connection};
use super::errors::store_error;

/// Characters of a reason that are kept: it is part of an index, which does not take more than 2,700 bytes everywhere.
const REASON: usize = 500;

/// Keeps what could not be taken; the same again is counted.
pub(super) async fn insert(to: &mut Connection, feed: i64, unusable: &[Unusable], at: i64) -> Result<(), StoreError> {
    for one in unusable {
        sqlx::query(
            "INSERT INTO quarantine (feed_id, record_id, reason, raw, times, first_at, last_at) \
             VALUES ($1, $2, $3, $4, 1, $5, $5) \
             ON CONFLICT (feed_id, COALESCE(record_id, -1), reason) DO UPDATE \
             SET times = quarantine.times + 1, last_at = excluded.last_at, raw = excluded.raw",
        )
        .bind(feed)
        .bind(one.record_id)
        .bind(dialect::text(shortened(&one.reason)))
        .bind(one.raw.as_deref())
        .bind(at)
        .execute(&mut *to)
        .await
        .map_err(store_error)?;
    }
    Ok(())
}

fn shortened(reason: &str) -> &str {
    let end = reason.char_indices().nth(REASON).map_or(reason.len(), |(end, _)| end);
    &reason[..end]
}
