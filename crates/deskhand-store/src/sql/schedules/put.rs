//! Schedules on their way into the store.

use std::collections::BTreeMap;

use deskhand_engine::StoreError;
use deskhand_engine::schedules::{INACTIVE, Standing, UNDEFINED};
use sqlx::QueryBuilder;

use super::ROWS;
use super::dialect::{self, Database};
use super::errors::store_error;
use super::words::{nanos, word};

/// Makes schedules known; of one that is known its times change, and only if its digest does. One that was off counts its
/// failures anew.
pub(super) async fn put(store: &Database, standings: &[Standing]) -> Result<(), StoreError> {
    let once: BTreeMap<&str, &Standing> = standings.iter().map(|standing| (&*standing.name, standing)).collect();
    let modes = once.values().map(|standing| word(standing.mode));
    let modes = modes.collect::<Result<Vec<_>, _>>()?;
    let rows: Vec<_> = once.values().zip(&modes).collect();
    let mut transaction = dialect::begin(&store.writer).await.map_err(store_error)?;
    for rows in rows.chunks(ROWS) {
        let mut insert =
            QueryBuilder::new("INSERT INTO schedules (name, digest, next_at, mode, running, failures, alerted) ");
        insert.push_values(rows, |mut values, (standing, mode)| {
            values.push_bind(&standing.name).push_bind(&standing.digest);
            values.push_bind(standing.next_at.map(nanos)).push_bind(*mode);
            values.push_bind(&standing.running);
            values.push_bind(i64::from(standing.failures));
            values.push_bind(i64::from(standing.alerted));
        });
        insert.push(" ON CONFLICT (name) DO UPDATE SET next_at = excluded.next_at, digest = excluded.digest");
        for count in ["failures", "alerted"] {
            insert.push(format!(", {count} = CASE WHEN schedules.digest IN ("));
            insert.push_bind(INACTIVE).push(", ").push_bind(UNDEFINED);
            insert.push(format!(") THEN 0 ELSE schedules.{count} END"));
        }
        insert.push(" WHERE schedules.digest <> excluded.digest");
        insert.build().execute(&mut *transaction).await.map_err(store_error)?;
    }
    transaction.commit().await.map_err(store_error)
}
