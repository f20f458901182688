//! Runs in words.

use deskhand_engine::runs::{Cause, Plan, RunOutcome, RunState, RunSummary, What};

use crate::dates::Dates;

/// What is run, in a few words.
pub(super) fn what(plan: &Plan) -> String {
    match plan {
        Plan::Playbook { name, version } => format!("playbook {name} (version {version})"),
        Plan::Command {
            command, connection, ..
        } => format!("{command} on {connection}"),
        Plan::Ingest { job } => format!("ingestion {job}"),
        Plan::Check { connection } => format!("health check of {connection}"),
        Plan::Letter { subject, .. } => format!("letter: {subject}"),
    }
}

pub(super) fn why(cause: &Cause) -> String {
    match cause {
        Cause::Person { name } => name.clone(),
        Cause::Schedule { name, .. } => format!("schedule {name}"),
        Cause::Event { id } => format!("event {id}"),
        Cause::Dismissal { id, run: None } => format!("the dismissal of event {id}"),
        Cause::Dismissal { id, run: Some(run) } => format!("the dismissal of event {id} by {run}"),
        Cause::Failure { run } => format!("the failure of {run}"),
        Cause::Step { run, step, .. } => format!("step {step} of {run}"),
        Cause::Alert { about } => format!("an alert about {about}"),
    }
}

pub(crate) fn standing(run: &RunSummary, dates: &Dates) -> String {
    match (run.state, run.outcome, run.wake_at) {
        (RunState::Ended, Some(outcome), _) => outcome_word(outcome).to_owned(),
        (RunState::Ended, None, _) => "ended".to_owned(),
        (RunState::Due, ..) => "under way".to_owned(),
        (RunState::Waiting, _, Some(wake)) => format!("waiting until {}", dates.tell(wake)),
        (RunState::Waiting, _, None) => "waiting".to_owned(),
    }
}

fn outcome_word(outcome: RunOutcome) -> &'static str {
    match outcome {
        RunOutcome::Successful => "successful",
        RunOutcome::PartiallySuccessful => "partially successful",
        RunOutcome::Failed => "failed",
        RunOutcome::Cancelled => "cancelled",
    }
}

/// An entry in words.
pub(super) fn told(what: &What) -> String {
    match what {
        What::Began { .. } => "began".to_owned(),
        What::StepBegan { step, attempt: 1, .. } => format!("{step} began"),
        What::StepBegan { step, attempt, .. } => format!("{step} began, for the {attempt}. time"),
        What::StepEnded {
            step,
            ending,
            branch,
            failure,
            ..
        } => {
            let ending = serde_json::to_value(ending).unwrap_or_default();
            let ending = ending.as_str().unwrap_or_default().replace('-', " ");
            let branch = branch.as_ref().map(|branch| format!(", {branch}")).unwrap_or_default();
            let failure = failure
                .as_ref()
                .map(|failure| {
                    let hint = failure
                        .hint
                        .as_ref()
                        .map(|hint| format!(" ({hint})"))
                        .unwrap_or_default();
                    format!(": {} {}{hint}", failure.status_code, failure.message)
                })
                .unwrap_or_default();
            format!("{step} ended: {ending}{branch}{failure}")
        }
        What::StepSkipped { step } => format!("{step} was skipped"),
        What::Answered {
            step,
            answer,
            by,
            group,
            words,
        } => {
            let group = group.as_ref().map(|group| format!(" for {group}")).unwrap_or_default();
            let words = if words.is_empty() {
                String::new()
            } else {
                format!(": {words}")
            };
            format!("{step} was {answer} by {by}{group}{words}")
        }
        What::ChildEnded { step, run, outcome, .. } => {
            format!("{run}, which {step} waits for, ended: {}", outcome_word(*outcome))
        }
        What::CancelAsked { by } => format!("{by} asked for its end"),
        What::RetryAsked { by } => format!("{by} asked to try again what failed"),
        What::Ended { outcome, reason } => {
            let reason = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
            format!("ended: {}{reason}", outcome_word(*outcome))
        }
    }
}
