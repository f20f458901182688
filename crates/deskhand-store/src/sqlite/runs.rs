//! The log of runs.

use deskhand_engine::StoreError;
use deskhand_engine::store::{Lease, RunRecord};

use super::SqliteStore;
use super::errors::store_error;

pub(super) async fn log_run(store: &SqliteStore, lease: &Lease, run: &RunRecord) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO runs (id, feed_id, started_at, ended_at, outcome, report) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&run.id)
    .bind(lease.feed)
    .bind(run.started_at.as_second())
    .bind(run.ended_at.as_second())
    .bind(run.outcome)
    .bind(run.report.to_string())
    .execute(&store.writer)
    .await
    .map_err(store_error)?;
    Ok(())
}
