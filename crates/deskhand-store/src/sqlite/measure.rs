//! How much room events take.

use deskhand_engine::StoreError;
use deskhand_engine::store::Measure;
use sqlx::Row;

use super::SqliteStore;
use super::errors::store_error;

pub(super) async fn measure(store: &SqliteStore) -> Result<Measure, StoreError> {
    let row = sqlx::query("SELECT COUNT(*), COALESCE(SUM(raw_length), 0) FROM events")
        .fetch_one(&store.readers)
        .await
        .map_err(store_error)?;
    let pages: i64 = sqlx::query_scalar("PRAGMA page_count")
        .fetch_one(&store.readers)
        .await
        .map_err(store_error)?;
    let size: i64 = sqlx::query_scalar("PRAGMA page_size")
        .fetch_one(&store.readers)
        .await
        .map_err(store_error)?;
    let unsigned = |number: i64| u64::try_from(number).unwrap_or(0);
    Ok(Measure {
        events: unsigned(row.get(0)),
        raw_bytes: unsigned(row.get(1)),
        stored_bytes: unsigned(pages * size),
    })
}
