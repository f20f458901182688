//! Runs for people, and for who waits for them.

use deskhand_engine::StoreError;
use deskhand_engine::runs::{RunFilter, RunOutcome, RunState, RunStory, RunSummary};
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, QueryBuilder, Row as _};

use super::dialect::{Database, Row};
use super::entries;
use super::errors::store_error;
use super::words::{named, nanos, parsed, time, word};

/// What a summary is made of.
const SUMMARY: &str = "id, plan, cause, site, state, outcome, created_at, ended_at, due_at, reason";

/// When the next run is due, one that somebody holds included: its holder may have ended.
pub(super) async fn next_due(store: &Database) -> Result<Option<Timestamp>, StoreError> {
    let due: Option<i64> = sqlx::query_scalar("SELECT MIN(due_at) FROM desk_runs WHERE due_at IS NOT NULL")
        .fetch_one(&store.readers)
        .await
        .map_err(store_error)?;
    due.map(time).transpose()
}

/// A run and its journal.
pub(super) async fn get(store: &Database, id: &str) -> Result<Option<RunStory>, StoreError> {
    let mut reader = store.readers.acquire().await.map_err(store_error)?;
    let sql = format!("SELECT {SUMMARY}, number, given FROM desk_runs WHERE id = $1");
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(id)
        .fetch_optional(&mut *reader)
        .await
        .map_err(store_error)?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(RunStory {
        summary: summary(&row)?,
        given: parsed(row.get("given"))?,
        entries: entries::between(&mut reader, row.get("number"), 0, i64::MAX).await?,
    }))
}

/// Runs, the newest first.
pub(super) async fn find(store: &Database, filter: &RunFilter) -> Result<Vec<RunSummary>, StoreError> {
    let mut select = QueryBuilder::new("SELECT ");
    select.push(SUMMARY).push(" FROM desk_runs WHERE true");
    if let Some(state) = filter.state {
        select.push(" AND state = ").push_bind(word(state)?);
        if state != RunState::Ended {
            // What the index of those that have not ended goes by.
            select.push(" AND ended_at IS NULL");
        }
    }
    if let Some(outcome) = filter.outcome {
        select.push(" AND outcome = ").push_bind(word(outcome)?);
        if outcome != RunOutcome::Successful {
            // What the index of the others goes by.
            select.push(" AND outcome <> 'successful'");
        }
    }
    if let Some(schedule) = &filter.schedule {
        select.push(" AND schedule = ").push_bind(schedule);
    }
    if let Some(playbook) = &filter.playbook {
        select.push(" AND playbook = ").push_bind(playbook);
    }
    if let Some(sites) = &filter.sites {
        select.push(" AND site IN (NULL");
        for site in sites {
            select.push(", ").push_bind(site);
        }
        select.push(")");
    }
    if let Some(since) = filter.since {
        select.push(" AND created_at >= ").push_bind(nanos(since));
    }
    if let Some(until) = filter.until {
        select.push(" AND created_at < ").push_bind(nanos(until));
    }
    select.push(" ORDER BY created_at DESC, number DESC LIMIT ");
    select.push_bind(i64::from(filter.limit));
    let rows = select.build().fetch_all(&store.readers).await;
    rows.map_err(store_error)?.iter().map(summary).collect()
}

fn summary(row: &Row) -> Result<RunSummary, StoreError> {
    let state = named(row.get("state"))?;
    let due_at: Option<i64> = row.get("due_at");
    let wake_at = due_at.filter(|_| state == RunState::Waiting);
    Ok(RunSummary {
        id: row.get("id"),
        plan: parsed(row.get("plan"))?,
        cause: parsed(row.get("cause"))?,
        site: row.get("site"),
        state,
        outcome: row.get::<Option<&str>, _>("outcome").map(named).transpose()?,
        created_at: time(row.get("created_at"))?,
        ended_at: row.get::<Option<i64>, _>("ended_at").map(time).transpose()?,
        wake_at: wake_at.map(time).transpose()?,
        reason: row.get("reason"),
    })
}
