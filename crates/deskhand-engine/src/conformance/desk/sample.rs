//! Small runs, and what is done with them.

use std::error::Error;

use serde_json::{Map, Value, json};

pub(super) use super::super::sample::{is_lost, time};
use super::Desk;
use crate::StoreError;
use crate::runs::{
    Append, Cause, ClaimedRun, Entry, NewRun, Plan, RunClaim, RunLease, RunOutcome, RunState, StepEnding, Then, What,
};

/// A run of a toy playbook, asked for at a second.
pub(super) fn new_run(id: &str, second: i64) -> NewRun {
    NewRun {
        id: id.to_owned(),
        plan: Plan::Playbook {
            name: "Toy".to_owned(),
            version: 3,
        },
        cause: Cause::Person { name: "ada".to_owned() },
        site: "Main".to_owned(),
        given: object(json!({"who": "é \"x\"", "n": 0.5})),
        created_at: time(second),
    }
}

/// A run that a step of another one waits for.
pub(super) fn child_of(parent: &str, id: &str) -> NewRun {
    NewRun {
        cause: Cause::Step {
            run: parent.to_owned(),
            step: "Sub".to_owned(),
            by: None,
            depth: 1,
        },
        ..new_run(id, 0)
    }
}

/// A run that a schedule has started.
pub(super) fn run_of(schedule: &str, second: i64) -> NewRun {
    NewRun {
        cause: Cause::Schedule {
            name: schedule.to_owned(),
            due: time(second),
        },
        ..new_run(&format!("schedule:{schedule}@{second}"), second)
    }
}

pub(super) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

pub(super) fn claim_at(holder: &str, now: i64, limit: u32) -> RunClaim {
    RunClaim {
        holder: holder.to_owned(),
        now: time(now),
        until: time(now + 60),
        limit,
        except: Vec::new(),
    }
}

/// Claims the one run that is due, for a minute.
pub(super) async fn claim(desk: &Desk, now: i64) -> Result<ClaimedRun, Box<dyn Error + Send + Sync>> {
    let mut claimed = desk.runs.claim_runs(&claim_at("one", now, 10)).await?;
    assert_eq!(claimed.len(), 1, "one run is due at {now}");
    Ok(claimed.remove(0))
}

/// The ids of what one holder gets.
pub(super) async fn claimed(desk: &Desk, request: &RunClaim) -> Result<Vec<String>, StoreError> {
    let claimed = desk.runs.claim_runs(request).await?;
    Ok(claimed.into_iter().map(|claimed| claimed.lease.run).collect())
}

pub(super) fn began(step: &str) -> What {
    What::StepBegan {
        step: step.to_owned(),
        attempt: 1,
        wish: json!({"does": "format", "text": "ü\u{0001}"}),
    }
}

pub(super) fn ended(step: &str) -> What {
    What::StepEnded {
        step: step.to_owned(),
        attempt: 1,
        ending: StepEnding::Successful,
        branch: None,
        output: json!({"a": [1, 2.50, null]}),
        failure: None,
    }
}

pub(super) fn cancel() -> What {
    What::CancelAsked { by: "ada".to_owned() }
}

pub(super) fn retry() -> What {
    What::RetryAsked { by: "ada".to_owned() }
}

/// An append of these entries after which the holder goes on.
pub(super) fn append(what: Vec<What>, seen: i64) -> Append {
    Append {
        what,
        at: time(10),
        seen,
        starts: Vec::new(),
        events: Vec::new(),
        schedule: None,
        then: Then::GoOn { until: time(100) },
    }
}

pub(super) fn sleep(seen: i64, wake: Option<i64>) -> Append {
    Append {
        then: Then::Sleep { wake: wake.map(time) },
        ..append(vec![], seen)
    }
}

pub(super) fn end(outcome: RunOutcome) -> Append {
    let reason = (!outcome.is_good()).then(|| "It broke.".to_owned());
    Append {
        what: vec![What::Ended {
            outcome,
            reason: reason.clone(),
        }],
        then: Then::End {
            outcome,
            reason,
            output: json!({"yields": 1}),
        },
        ..append(vec![], 0)
    }
}

/// Starts a run and ends it at once.
pub(super) async fn over(
    desk: &Desk,
    run: &NewRun,
    outcome: RunOutcome,
) -> Result<RunLease, Box<dyn Error + Send + Sync>> {
    desk.runs.start(run).await?;
    let claimed = claim(desk, run.created_at.as_second()).await?;
    desk.runs.append(&claimed.lease, end(outcome)).await?;
    Ok(claimed.lease)
}

pub(super) async fn journal(desk: &Desk, run: &str) -> Result<Vec<Entry>, Box<dyn Error + Send + Sync>> {
    Ok(desk.runs.get_run(run).await?.ok_or("there is no such run")?.entries)
}

pub(super) async fn state(desk: &Desk, run: &str) -> Result<RunState, Box<dyn Error + Send + Sync>> {
    Ok(desk
        .runs
        .get_run(run)
        .await?
        .ok_or("there is no such run")?
        .summary
        .state)
}

pub(super) fn numbers(entries: &[Entry]) -> Vec<i64> {
    entries.iter().map(|entry| entry.seq).collect()
}
