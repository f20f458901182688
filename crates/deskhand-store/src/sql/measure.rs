//! How much room events take.

use deskhand_engine::StoreError;
use deskhand_engine::store::Measure;
use sqlx::Row as _;

use super::dialect::{self, Database};
use super::errors::store_error;

pub(super) async fn measure(store: &Database) -> Result<Measure, StoreError> {
    let row = sqlx::query("SELECT COUNT(*), CAST(COALESCE(SUM(raw_length), 0) AS BIGINT) FROM events")
        .fetch_one(&store.readers)
        .await
        .map_err(store_error)?;
    let stored: i64 = sqlx::query_scalar(dialect::STORED_BYTES)
        .fetch_one(&store.readers)
        .await
        .map_err(store_error)?;
    let unsigned = |number: i64| u64::try_from(number).unwrap_or(0);
    Ok(Measure {
        events: unsigned(row.get(0)),
        raw_bytes: unsigned(row.get(1)),
        stored_bytes: unsigned(stored),
    })
}
