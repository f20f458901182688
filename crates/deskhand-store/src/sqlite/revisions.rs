//! Revisions that have been decided on.

use std::collections::HashMap;

use deskhand_engine::StoreError;
use deskhand_engine::events::NewEvent;
use deskhand_engine::ingest::Known;
use sqlx::{QueryBuilder, Row as _, SqliteConnection};

use super::ROWS;
use super::errors::{broken, store_error};

/// One revision of a record.
pub(super) struct Row {
    record_id: i64,
    known: Known,
}

impl Row {
    pub(super) fn of(candidate: &NewEvent) -> Self {
        Self {
            record_id: candidate.record_id,
            known: Known::of(candidate),
        }
    }
}

/// What is known of the records of a batch.
pub(super) async fn known(
    from: &mut SqliteConnection,
    scope: i64,
    candidates: &[NewEvent],
) -> Result<HashMap<i64, Vec<Known>>, StoreError> {
    let ids: Vec<i64> = candidates.iter().map(|candidate| candidate.record_id).collect();
    let rows = sqlx::query(
        "SELECT record_id, digest, stamp, settled FROM revisions \
         WHERE scope_id = $1 AND record_id IN (SELECT value FROM json_each($2))",
    )
    .bind(scope)
    .bind(serde_json::to_string(&ids).map_err(broken)?)
    .fetch_all(from)
    .await
    .map_err(store_error)?;
    let mut known: HashMap<i64, Vec<Known>> = HashMap::with_capacity(rows.len());
    for row in rows {
        let digest: &[u8] = row.get(1);
        known.entry(row.get(0)).or_default().push(Known {
            digest: digest.try_into().map_err(broken)?,
            stamp: row.get(2),
            settled: row.get::<i64, _>(3) != 0,
        });
    }
    Ok(known)
}

/// Notes revisions; one that is known already was seen again after its second was over.
pub(super) async fn insert(to: &mut SqliteConnection, scope: i64, rows: &[Row]) -> Result<(), StoreError> {
    for rows in rows.chunks(ROWS) {
        let mut insert = QueryBuilder::new("INSERT INTO revisions (scope_id, record_id, digest, stamp, settled) ");
        insert.push_values(rows, |mut values, row| {
            values.push_bind(scope).push_bind(row.record_id);
            values.push_bind(row.known.digest.as_slice());
            values
                .push_bind(row.known.stamp)
                .push_bind(i64::from(row.known.settled));
        });
        insert.push(" ON CONFLICT (scope_id, record_id, digest) DO UPDATE SET settled = 1");
        let insert = insert.build().persistent(rows.len() == ROWS);
        insert.execute(&mut *to).await.map_err(store_error)?;
    }
    Ok(())
}
