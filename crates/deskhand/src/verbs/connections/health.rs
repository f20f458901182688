//! The health of a connection, looked up.

use deskhand_engine::connections::Seen;
use deskhand_engine::desk::Desk;
use deskhand_engine::health::{CheckResult, Health, HealthState, health, results, schedule_name};
use deskhand_engine::runs::RunFilter;
use deskhand_store::Store;

use crate::verbs::store_trouble;

/// How a connection is, and what its latest checks came to, the newest first.
pub(super) struct Checked {
    pub(super) health: Health,
    pub(super) results: Vec<CheckResult>,
}

/// Looks at so many of the latest checks. Why they failed can name where secrets are, which is not told of a tenant's copy.
pub(super) async fn checked(store: &dyn Store, desk: &Desk, seen: &Seen, checks: u32) -> anyhow::Result<Checked> {
    let name = &seen.connection.name;
    let schedule = schedule_name(name);
    let standing = store.get_schedule(&schedule).await.map_err(store_trouble)?;
    let filter = RunFilter {
        schedule: Some(schedule),
        limit: checks,
        ..RunFilter::default()
    };
    let runs = store.find_runs(&filter).await.map_err(store_trouble)?;
    let mut checked = Checked {
        health: health(standing.as_ref(), &runs, desk.defined_at.get(name).copied()),
        results: results(&runs),
    };
    if seen.access.copy {
        let last = checked.health.last.iter_mut();
        last.chain(&mut checked.results).for_each(|result| result.reason = None);
    }
    Ok(checked)
}

pub(super) fn word(state: HealthState) -> &'static str {
    match state {
        HealthState::Unchecked => "not checked",
        HealthState::Unknown => "not known yet",
        HealthState::Healthy => "healthy",
        HealthState::Failing => "failing",
    }
}
