//! Runs on their way into the store.

use deskhand_engine::StoreError;
use deskhand_engine::runs::{Cause, NewRun, Plan};
use sqlx::QueryBuilder;

use super::ROWS;
use super::dialect::{self, Connection, Database};
use super::errors::store_error;
use super::words::{json, nanos};

/// A run as it is stored.
struct Row<'a> {
    run: &'a NewRun,
    plan: String,
    cause: String,
    given: String,
}

/// Notes a run; false when there is one of this id.
pub(super) async fn start(store: &Database, run: &NewRun) -> Result<bool, StoreError> {
    let mut transaction = dialect::begin_apart(&store.writer).await.map_err(store_error)?;
    let started = start_all(&mut transaction, &[run]).await?;
    transaction.commit().await.map_err(store_error)?;
    Ok(!started.is_empty())
}

/// Notes runs that are due at once, those whose id exists excepted; returns the ids of those that were new.
pub(crate) async fn start_all(to: &mut Connection, runs: &[&NewRun]) -> Result<Vec<String>, StoreError> {
    let mut rows = runs.iter().map(|run| Row::of(run)).collect::<Result<Vec<_>, _>>()?;
    // Whoever starts some of the same at the same time waits for one after the other, and never in a circle.
    rows.sort_by(|one, other| one.run.id.cmp(&other.run.id));
    rows.dedup_by(|again, row| again.run.id == row.run.id);
    let mut started = Vec::with_capacity(rows.len());
    for rows in rows.chunks(ROWS) {
        let mut insert = QueryBuilder::new(
            "INSERT INTO desk_runs (id, plan, cause, given, site, schedule, playbook, created_at, due_at) ",
        );
        insert.push_values(rows, |mut values, row| {
            let created_at = nanos(row.run.created_at);
            values.push_bind(&row.run.id).push_bind(&row.plan);
            values.push_bind(&row.cause).push_bind(&row.given);
            values.push_bind(dialect::text(&row.run.site));
            values.push_bind(schedule_of(row.run)).push_bind(playbook_of(row.run));
            values.push_bind(created_at).push_bind(created_at);
        });
        insert.push(" ON CONFLICT (id) DO NOTHING RETURNING id");
        let insert = insert.build_query_scalar::<String>();
        let insert = insert.persistent(rows.len() == 1 || rows.len() == ROWS);
        started.extend(insert.fetch_all(&mut *to).await.map_err(store_error)?);
    }
    Ok(started)
}

impl<'a> Row<'a> {
    fn of(run: &'a NewRun) -> Result<Self, StoreError> {
        Ok(Self {
            run,
            plan: json(&run.plan)?,
            cause: json(&run.cause)?,
            given: json(&run.given)?,
        })
    }
}

fn schedule_of(run: &NewRun) -> Option<&str> {
    match &run.cause {
        Cause::Schedule { name, .. } => Some(name),
        _ => None,
    }
}

fn playbook_of(run: &NewRun) -> Option<&str> {
    match &run.plan {
        Plan::Playbook { name, .. } => Some(name),
        _ => None,
    }
}
