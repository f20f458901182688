//! A run of an ingestion job, as its log shows it.

use deskhand_command::Failure;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::runs::{RunOutcome, RunStory, What};

/// A fetch in the log of a job. Lists of them are found by time and outcome with [`RunFilter`](crate::runs::RunFilter); its
/// events, each with its raw record, are in the store under the run's id.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fetch {
    /// The run.
    pub run: String,
    /// When it was asked for.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How it ended.
    pub outcome: Option<RunOutcome>,
    /// What was asked for, at the last attempt.
    pub input: Value,
    /// What came of that; null while it is under way.
    pub output: Value,
    /// What failed, of all attempts.
    pub errors: Vec<Failure>,
}

/// A run of a job, from its journal.
pub fn fetch_of(story: &RunStory) -> Fetch {
    let (mut input, mut output, mut errors) = (Value::Null, Value::Null, Vec::new());
    for entry in &story.entries {
        match &entry.what {
            What::StepBegan { wish, .. } => (input, output) = (wish.clone(), Value::Null),
            What::StepEnded {
                output: came, failure, ..
            } => {
                output = came.clone();
                errors.extend(failure.clone());
            }
            _ => {}
        }
    }
    Fetch {
        run: story.summary.id.clone(),
        started_at: story.summary.created_at,
        ended_at: story.summary.ended_at,
        outcome: story.summary.outcome,
        input,
        output,
        errors,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;
    use crate::runs::{Cause, Entry, Plan, RunState, RunSummary, StepEnding};
    use crate::schedules::sample::at;

    fn story(what: Vec<What>) -> RunStory {
        let due = at("2026-11-26T10:00:00Z");
        let entries = what
            .into_iter()
            .zip(1..)
            .map(|(what, seq)| Entry { seq, at: due, what });
        RunStory {
            summary: RunSummary {
                id: "schedule:ingestion:Tickets@2026-11-26T10:00:00Z".to_owned(),
                plan: Plan::Ingest {
                    job: "Tickets".to_owned(),
                },
                cause: Cause::Schedule {
                    name: "ingestion:Tickets".to_owned(),
                    due,
                },
                site: "MSP".to_owned(),
                state: RunState::Ended,
                outcome: Some(RunOutcome::Successful),
                created_at: due,
                ended_at: Some(due),
                wake_at: None,
                reason: None,
            },
            given: Map::new(),
            entries: entries.collect(),
        }
    }

    fn began(attempt: u32, wish: Value) -> What {
        let step = "Ingest".to_owned();
        What::StepBegan { step, attempt, wish }
    }

    fn ended(attempt: u32, output: Value, failure: Option<Failure>) -> What {
        What::StepEnded {
            step: "Ingest".to_owned(),
            attempt,
            ending: if failure.is_some() {
                StepEnding::Failed
            } else {
                StepEnding::Successful
            },
            branch: None,
            output,
            failure,
        }
    }

    #[test]
    fn the_log_of_a_fetch_has_its_input_its_output_and_what_failed_before() {
        let failure = Failure::new(500, "The PSA is not well.");
        let fetch = fetch_of(&story(vec![
            began(1, json!({"since": "2026-11-26T09:45:00Z"})),
            ended(1, json!({"read": 3}), Some(failure.clone())),
            began(2, json!({"since": "2026-11-26T09:44:59Z"})),
            ended(2, json!({"read": 12, "taken": 7}), None),
        ]));
        assert_eq!(fetch.input, json!({"since": "2026-11-26T09:44:59Z"}));
        assert_eq!(fetch.output, json!({"read": 12, "taken": 7}));
        assert_eq!(fetch.errors, [failure]);
    }

    #[test]
    fn a_fetch_under_way_has_no_output_yet() {
        let fetch = fetch_of(&story(vec![
            began(1, json!(1)),
            ended(1, json!(2), Some(Failure::new(500, "No."))),
            began(2, json!(3)),
        ]));
        assert_eq!((fetch.input, fetch.output), (json!(3), Value::Null));
    }
}
