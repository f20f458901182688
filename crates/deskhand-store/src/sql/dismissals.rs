//! How often records were read and not taken.

use std::collections::BTreeMap;

use deskhand_engine::StoreError;
use deskhand_engine::events::Dismissal;
use sqlx::QueryBuilder;

use super::ROWS;
use super::dialect::Connection;
use super::errors::store_error;

pub(super) async fn count(
    to: &mut Connection,
    scope: i64,
    dismissed: &BTreeMap<(i64, Dismissal), i64>,
) -> Result<(), StoreError> {
    let rows: Vec<_> = dismissed.iter().collect();
    for rows in rows.chunks(ROWS) {
        let mut insert = QueryBuilder::new("INSERT INTO dismissals (scope_id, record_id, reason, times) ");
        insert.push_values(rows, |mut row, ((record, reason), times)| {
            row.push_bind(scope).push_bind(*record);
            row.push_bind(reason.code()).push_bind(**times);
        });
        insert
            .push(" ON CONFLICT (scope_id, record_id, reason) DO UPDATE SET times = dismissals.times + excluded.times");
        let insert = insert.build().persistent(rows.len() == ROWS);
        insert.execute(&mut *to).await.map_err(store_error)?;
    }
    Ok(())
}
