//! A connection's health, as its checks have left it.

use jiff::Timestamp;
use serde::Serialize;

use crate::runs::{RunOutcome, RunSummary};
use crate::schedules::{Mode, Standing};

/// A connection's health.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// How it is.
    pub state: HealthState,
    /// Since when, as far as the checks that were looked at go back.
    pub since: Option<Timestamp>,
    /// The last check that has ended.
    pub last: Option<CheckResult>,
}

/// How a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HealthState {
    /// Nobody checks: there is no health check, it is paused, or the connection is inactive.
    Unchecked,
    /// No check has ended yet.
    Unknown,
    /// The last check was good.
    Healthy,
    /// The last check was not.
    Failing,
}

/// What a check came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckResult {
    /// When it ended.
    pub at: Timestamp,
    /// Whether the connection worked.
    pub good: bool,
    /// Why not.
    pub reason: Option<String>,
}

/// The health that follows from where the check's schedule is, its latest runs, the newest first, and when the connection was
/// defined as it is: checks of what it was before say nothing of it.
///
/// When nobody checks any more, old results say nothing of how the connection is; they stay in the log.
pub fn health(standing: Option<&Standing>, runs: &[RunSummary], defined_at: Option<Timestamp>) -> Health {
    let is_of_this = |run: &&RunSummary| defined_at.is_none_or(|defined| run.created_at >= defined);
    let results: Vec<CheckResult> = runs.iter().take_while(is_of_this).filter_map(result_of).collect();
    let is_checked = standing.is_some_and(|standing| standing.mode == Mode::Active && standing.next_at.is_some());
    let state = match results.first() {
        _ if !is_checked => HealthState::Unchecked,
        None => HealthState::Unknown,
        Some(last) if last.good => HealthState::Healthy,
        Some(_) => HealthState::Failing,
    };
    let is_known = matches!(state, HealthState::Healthy | HealthState::Failing);
    let alike = results
        .iter()
        .take_while(|result| is_known && result.good == results[0].good);
    Health {
        state,
        since: alike.last().map(|result| result.at),
        last: results.into_iter().next(),
    }
}

/// What checks came to, of runs that have ended, in their order.
pub fn results(runs: &[RunSummary]) -> Vec<CheckResult> {
    runs.iter().filter_map(result_of).collect()
}

fn result_of(run: &RunSummary) -> Option<CheckResult> {
    let outcome = run.outcome.filter(|outcome| *outcome != RunOutcome::Cancelled)?;
    Some(CheckResult {
        at: run.ended_at?,
        good: outcome.is_good(),
        reason: run.reason.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runs::{Cause, Plan, RunState};
    use crate::schedules::sample::{at, standing};

    fn run(minute: u32, outcome: Option<RunOutcome>) -> RunSummary {
        let due = at(&format!("2026-11-26T10:{minute:02}:00Z"));
        RunSummary {
            id: format!("schedule:health:Main@{due}"),
            plan: Plan::Check {
                connection: "Main".to_owned(),
            },
            cause: Cause::Schedule {
                name: "health:Main".to_owned(),
                due,
            },
            site: String::new(),
            state: if outcome.is_some() {
                RunState::Ended
            } else {
                RunState::Due
            },
            outcome,
            created_at: due,
            ended_at: outcome.map(|_| due),
            wake_at: None,
            reason: (outcome == Some(RunOutcome::Failed)).then(|| "It does not answer.".to_owned()),
        }
    }

    const GOOD: Option<RunOutcome> = Some(RunOutcome::Successful);
    const BAD: Option<RunOutcome> = Some(RunOutcome::Failed);

    fn of(outcomes: &[Option<RunOutcome>]) -> Health {
        let runs = outcomes.iter().enumerate();
        let newest_first: Vec<_> = runs
            .map(|(at, outcome)| run(50 - 5 * u32::try_from(at).unwrap(), *outcome))
            .collect();
        health(Some(&standing("2026-11-26T10:55:00Z")), &newest_first, None)
    }

    #[test]
    fn it_is_what_the_last_check_that_ended_says_and_since_when() {
        let failing = of(&[None, BAD, BAD, GOOD, BAD]);
        assert_eq!(failing.state, HealthState::Failing);
        assert_eq!(failing.since, Some(at("2026-11-26T10:40:00Z")));
        let last = failing.last.unwrap();
        assert_eq!((last.at, last.good), (at("2026-11-26T10:45:00Z"), false));
        assert_eq!(last.reason.as_deref(), Some("It does not answer."));
        let healthy = of(&[GOOD, BAD, BAD]);
        assert_eq!(
            (healthy.state, healthy.since),
            (HealthState::Healthy, Some(at("2026-11-26T10:50:00Z")))
        );
    }

    #[test]
    fn it_is_unknown_until_a_check_has_ended() {
        assert_eq!(of(&[]).state, HealthState::Unknown);
        assert_eq!(of(&[None, Some(RunOutcome::Cancelled)]).state, HealthState::Unknown);
    }

    #[test]
    fn checks_of_what_the_connection_was_before_say_nothing_of_it() {
        let standing = standing("2026-11-26T10:55:00Z");
        let of = |runs: &[RunSummary]| health(Some(&standing), runs, Some(at("2026-11-26T10:47:00Z")));
        let before = of(&[run(45, BAD), run(40, GOOD)]);
        assert_eq!(
            (before.state, before.since, before.last),
            (HealthState::Unknown, None, None)
        );
        let since = of(&[run(50, BAD), run(45, BAD)]);
        assert_eq!(
            (since.state, since.since),
            (HealthState::Failing, Some(at("2026-11-26T10:50:00Z")))
        );
    }

    #[test]
    fn nobody_knows_how_a_connection_is_that_is_not_checked() {
        let runs = [run(50, BAD)];
        let of = |standing: Option<Standing>| health(standing.as_ref(), &runs, None);
        let active = standing("2026-11-26T10:55:00Z");
        let inactive = Standing {
            next_at: None,
            ..active.clone()
        };
        let paused = Standing {
            mode: Mode::Paused,
            ..active
        };
        for health in [of(None), of(Some(inactive)), of(Some(paused))] {
            assert_eq!((health.state, health.since), (HealthState::Unchecked, None));
            assert!(health.last.is_some(), "what was is still shown");
        }
    }
}
