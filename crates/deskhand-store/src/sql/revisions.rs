//! Revisions that have been decided on.

use std::collections::HashMap;

use deskhand_engine::StoreError;
use deskhand_engine::events::NewEvent;
use deskhand_engine::ingest::Known;
use sqlx::{AssertSqlSafe, QueryBuilder, Row as _};

use super::ROWS;
use super::dialect::{self, Connection};
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
    from: &mut Connection,
    scope: i64,
    candidates: &[NewEvent],
) -> Result<HashMap<i64, Vec<Known>>, StoreError> {
    let ids: Vec<i64> = candidates.iter().map(|candidate| candidate.record_id).collect();
    let sql = format!(
        "SELECT record_id, digest, stamp, settled FROM revisions \
         WHERE scope_id = $1 AND record_id IN (SELECT value FROM {})",
        dialect::table("$2")
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(scope)
        .bind(dialect::list(&ids)?)
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

/// Leaves each revision once, in the order of the table; one that is there twice was seen again, and is settled.
pub(super) fn merge(rows: &mut Vec<Row>) {
    rows.sort_by_key(|row| (row.record_id, row.known.digest));
    rows.dedup_by(|again, row| {
        let same = (again.record_id, again.known.digest) == (row.record_id, row.known.digest);
        row.known.settled |= same;
        same
    });
}

/// Notes revisions, each once; one that is known already was seen again after its second was over.
pub(super) async fn insert(to: &mut Connection, scope: i64, rows: &[Row]) -> Result<(), StoreError> {
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
