//! Schedules that fire: their next due time, what became of the last ones, and the run that starts.

use std::collections::{HashMap, HashSet};

use deskhand_engine::StoreError;
use deskhand_engine::schedules::{Firing, Occurrence};
use sqlx::{AssertSqlSafe, QueryBuilder, Row as _};

use super::ROWS;
use super::desk_runs::start_all;
use super::dialect::{self, Connection, Database};
use super::errors::store_error;
use super::words::{nanos, word};

pub(super) async fn fire(store: &Database, firings: &[Firing]) -> Result<u64, StoreError> {
    let mut transaction = dialect::begin(&store.writer).await.map_err(store_error)?;
    let mut fired = 0;
    for firings in in_turn(firings) {
        fired += fire_some(&mut transaction, firings).await?;
    }
    transaction.commit().await.map_err(store_error)?;
    Ok(fired)
}

/// Firings in groups for a statement each; what a schedule does after another firing is in a later one.
fn in_turn(firings: &[Firing]) -> Vec<&[Firing]> {
    let (mut groups, mut rest) = (Vec::new(), firings);
    while !rest.is_empty() {
        let mut schedules = HashSet::new();
        let group = rest.iter().take(ROWS);
        let length = group.take_while(|firing| schedules.insert(&firing.schedule)).count();
        let (group, after) = rest.split_at(length);
        groups.push(group);
        rest = after;
    }
    groups
}

async fn fire_some(to: &mut Connection, firings: &[Firing]) -> Result<u64, StoreError> {
    let ids = advance(to, firings).await?;
    let fired: Vec<(i64, &Firing)> = firings
        .iter()
        .filter_map(|firing| ids.get(&firing.schedule).map(|id| (*id, firing)))
        .collect();
    let runs: Vec<_> = fired.iter().filter_map(|(_, firing)| firing.run.as_ref()).collect();
    let started: HashSet<String> = start_all(to, &runs).await?.into_iter().collect();
    let again = fired.iter().filter(|(_, firing)| {
        let run = firing.run.as_ref();
        run.is_some_and(|run| !started.contains(&run.id))
    });
    let again: Vec<i64> = again.map(|(id, _)| *id).collect();
    forget_ended(to, &again).await?;
    let occurrences = fired
        .iter()
        .flat_map(|(id, firing)| firing.occurrences.iter().map(|occurrence| (*id, occurrence)));
    note(to, &occurrences.collect::<Vec<_>>()).await?;
    Ok(ids.len() as u64)
}

/// Moves the due times that are still the expected ones, and starts nothing beside a run; returns the schedules' numbers by name.
async fn advance(to: &mut Connection, firings: &[Firing]) -> Result<HashMap<String, i64>, StoreError> {
    let mut update = QueryBuilder::new(
        "UPDATE schedules SET next_at = fired.column3, running = COALESCE(fired.column4, running) FROM (",
    );
    update.push_values(firings, |mut values, firing| {
        values.push_bind(&firing.schedule).push_bind(nanos(firing.expected));
        values.push_bind(firing.next_at.map(nanos));
        values.push_bind(firing.run.as_ref().map(|run| &run.id));
    });
    update.push(
        ") AS fired WHERE name = fired.column1 AND next_at = fired.column2 AND mode = 'active' \
         AND (fired.column4 IS NULL OR running IS NULL OR running = fired.column4) RETURNING name, id",
    );
    let update = update.build().persistent(firings.len() == ROWS);
    let rows = update.fetch_all(to).await.map_err(store_error)?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Of schedules whose run is not a new one, those runs that have ended are not under way.
async fn forget_ended(to: &mut Connection, schedules: &[i64]) -> Result<(), StoreError> {
    if schedules.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "UPDATE schedules SET running = NULL WHERE id IN (SELECT value FROM {}) AND NOT EXISTS \
         (SELECT 1 FROM desk_runs r WHERE r.id = schedules.running AND r.ended_at IS NULL)",
        dialect::table("$1")
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(dialect::list(schedules)?)
        .execute(to)
        .await
        .map_err(store_error)?;
    Ok(())
}

async fn note(to: &mut Connection, occurrences: &[(i64, &Occurrence)]) -> Result<(), StoreError> {
    let fates = occurrences.iter().map(|(_, occurrence)| word(occurrence.fate));
    let fates = fates.collect::<Result<Vec<_>, _>>()?;
    let rows: Vec<_> = occurrences.iter().zip(&fates).collect();
    for rows in rows.chunks(ROWS) {
        let mut insert = QueryBuilder::new("INSERT INTO occurrences (schedule, due, last, times, fate, at, run) ");
        insert.push_values(rows, |mut values, ((schedule, occurrence), fate)| {
            values.push_bind(*schedule).push_bind(nanos(occurrence.due));
            values.push_bind(nanos(occurrence.last));
            values.push_bind(i64::try_from(occurrence.times).unwrap_or(i64::MAX));
            values.push_bind(*fate).push_bind(nanos(occurrence.at));
            values.push_bind(&occurrence.run);
        });
        // What was decided first stays, also when a clock jumps back over it.
        insert.push(" ON CONFLICT DO NOTHING");
        let insert = insert.build().persistent(rows.len() == ROWS);
        insert.execute(&mut *to).await.map_err(store_error)?;
    }
    Ok(())
}
