//! Failures in playbooks, and events that are escalated.

use std::time::Duration;

use deskhand_engine::desk::{EventChange, EventState, Turned};
use deskhand_engine::runs::{Cause, Plan, RunFilter, RunOutcome, What};
use serde_json::Map;

use super::stage::Stage;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pl12_a_failed_command_sets_off_the_trigger_for_failures_and_is_listed() {
    let stage = Stage::set(20).await;
    stage
        .apply(
            "[playbook]\nname = \"Fails\"\nsummary = \"Reads what is not there.\"\n[[step]]\nname = \"Read\"\n\
             command = \"get-tickets\"\nconnection = \"acme\"\ninputs = { \"Ticket IDs\" = [999999] }\n",
        )
        .await;
    stage
        .apply(
            "[playbook]\nname = \"Tells\"\nsummary = \"Tells of failures.\"\n[[trigger]]\nfailure_of = \"Fails\"\n\
             [[step]]\nname = \"Tell\"\n[step.mail]\nto = \"noc@example.com\"\n\
             subject = \"{{ failure.playbook }} failed at {{ failure.step }}\"\ntext = \"{{ failure.reason }}\"\n",
        )
        .await;
    let plan = Plan::Playbook {
        name: "Fails".to_owned(),
        version: 1,
    };
    let failed = stage.run("by hand", plan, Map::new()).await;
    assert_eq!(failed.summary.outcome, Some(RunOutcome::Failed));
    stage.forward(1).await;
    assert_eq!(stage.letters.subjects(), ["Fails failed at Read"]);
    let errors = stage
        .runs(RunFilter {
            playbook: Some("Fails".to_owned()),
            outcome: Some(RunOutcome::Failed),
            ..RunFilter::default()
        })
        .await;
    assert_eq!(errors.len(), 1);
    assert!(errors[0].reason.as_ref().unwrap().contains("999999"), "{errors:?}");
    let told = stage
        .runs(RunFilter {
            playbook: Some("Tells".to_owned()),
            ..RunFilter::default()
        })
        .await;
    let cause = Cause::Failure {
        run: "by hand".to_owned(),
    };
    assert_eq!((told.len(), &told[0].cause), (1, &cause));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pl11_an_event_is_escalated_to_a_type_once() {
    let stage = Stage::set(5).await;
    stage
        .apply(
            "[[ingestion]]\nname = \"Tickets\"\nconnection = \"acme\"\nevery = \"15m\"\nfrom = \"2000-01-01 00:00\"\n\
             [[rule]]\nname = \"All\"\nsource = \"Default Event Source\"\n\
             escalate = { incident_type = \"Outage\", title = \"Ticket {{ event.recordId }}\" }\n",
        )
        .await;
    stage.forward(16).await;
    let story = stage.store.event_story(1).await.unwrap().unwrap();
    assert_eq!(story.state, EventState::Escalated);
    let again = |incident_type: &str| EventChange {
        event: 1,
        to: Turned::Escalated {
            incident_type: incident_type.to_owned(),
            title: "Again".to_owned(),
        },
        by: "somebody".to_owned(),
        at: jiff::Timestamp::now(),
    };
    assert!(!stage.store.turn_event(&again("Outage").into()).await.unwrap());
    assert!(stage.store.turn_event(&again("Security").into()).await.unwrap());
    let changes = stage.store.event_story(1).await.unwrap().unwrap().changes;
    assert_eq!(changes.len(), 2, "{changes:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_starts_the_playbook_that_it_escalates_to_though_that_waits_for_no_event() {
    let stage = Stage::set(5).await;
    stage
        .apply(
            "[[ingestion]]\nname = \"Tickets\"\nconnection = \"acme\"\nevery = \"15m\"\nfrom = \"2000-01-01 00:00\"\n\
             [[rule]]\nname = \"All\"\nescalate = { incident_type = \"Outage\", title = \"Out\", playbook = \"Act\" }\n",
        )
        .await;
    stage
        .apply(
            "[playbook]\nname = \"Act\"\nsummary = \"Acts.\"\n[[step]]\nname = \"Say\"\n\
             format = { id = \"{{ event.recordId }}\" }\n",
        )
        .await;
    stage.forward(16).await;
    let of_act = RunFilter {
        playbook: Some("Act".to_owned()),
        outcome: Some(RunOutcome::Successful),
        ..RunFilter::default()
    };
    assert_eq!(stage.runs(of_act).await.len(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_runs_inside_of_what_a_failure_has_set_off_sets_nothing_off() {
    let stage = Stage::set(1).await;
    let playbook =
        |name: &str, rest: &str| format!("[playbook]\nname = \"{name}\"\nsummary = \"A part of a circle.\"\n{rest}");
    stage
        .apply(&playbook("N", "[[step]]\nname = \"No\"\nfail = \"no\"\n"))
        .await;
    let runs_it = "[[trigger]]\nfailure_of = \"*\"\n[[step]]\nname = \"Sub\"\nplaybook = \"N\"\n";
    for name in ["F", "G"] {
        stage.apply(&playbook(name, runs_it)).await;
    }
    let plan = Plan::Playbook {
        name: "N".to_owned(),
        version: 1,
    };
    let all = async { stage.run("by hand", plan, Map::new()).await };
    let ended = tokio::time::timeout(Duration::from_secs(20), all).await;
    assert!(ended.is_ok(), "it goes on for ever");
    let mut runs: Vec<_> = stage
        .runs(RunFilter::default())
        .await
        .into_iter()
        .map(|run| run.id)
        .collect();
    runs.sort();
    let expected = [
        "by hand",
        "failure:by hand:F",
        "failure:by hand:F/Sub",
        "failure:by hand:G",
        "failure:by hand:G/Sub",
    ];
    assert_eq!(runs, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_fails_again_sets_off_again_what_waits_for_its_failure() {
    let stage = Stage::set(1).await;
    stage
        .apply("[playbook]\nname = \"Bad\"\nsummary = \"Fails.\"\n[[step]]\nname = \"No\"\nfail = \"no\"\n")
        .await;
    stage
        .apply(
            "[playbook]\nname = \"On bad\"\nsummary = \"Waits for that.\"\n[[trigger]]\nfailure_of = \"Bad\"\n\
             [[step]]\nname = \"Say\"\nformat = { why = \"{{ failure.reason }}\" }\n",
        )
        .await;
    let plan = Plan::Playbook {
        name: "Bad".to_owned(),
        version: 1,
    };
    stage.run("by hand", plan, Map::new()).await;
    for expected in [
        &["failure:by hand:On bad"][..],
        &["failure-2:by hand:On bad", "failure:by hand:On bad"],
        &[
            "failure-2:by hand:On bad",
            "failure-3:by hand:On bad",
            "failure:by hand:On bad",
        ],
    ] {
        let of_it = RunFilter {
            playbook: Some("On bad".to_owned()),
            outcome: Some(RunOutcome::Successful),
            ..RunFilter::default()
        };
        let mut runs: Vec<_> = stage.runs(of_it).await.into_iter().map(|run| run.id).collect();
        runs.sort();
        assert_eq!(runs, expected);
        stage.printed("", &["runs", "retry", "by hand"]).await;
        stage.engine.turn().await.unwrap();
    }
}

/// A playbook that goes on when it cannot read a ticket.
fn goes_on(name: &str, before: &str, ticket: &str) -> String {
    format!(
        "[playbook]\nname = \"{name}\"\nsummary = \"Reads.\"\n{before}[[step]]\nname = \"Read\"\n\
         command = \"get-tickets\"\nconnection = \"acme\"\ninputs = {{ \"Ticket IDs\" = [\"{ticket}\"] }}\n\
         on_failure = \"go_on\"\n"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_is_tried_again_with_the_runs_in_it_that_were_partially_successful() {
    let stage = Stage::set(1).await;
    stage.apply(&goes_on("Inner", "", "999999")).await;
    stage
        .apply("[playbook]\nname = \"Outer\"\nsummary = \"Runs it.\"\n[[step]]\nname = \"Sub\"\nplaybook = \"Inner\"\n")
        .await;
    let plan = Plan::Playbook {
        name: "Outer".to_owned(),
        version: 1,
    };
    let story = stage.run("by hand", plan, Map::new()).await;
    assert_eq!(
        story.summary.outcome,
        Some(RunOutcome::PartiallySuccessful),
        "{story:?}"
    );
    stage.printed("", &["runs", "retry", "by hand"]).await;
    stage.engine.turn().await.unwrap();
    let attempts = async |run: &str, wanted: &str| {
        let entries = stage.story(run).await.entries.into_iter();
        let began = entries.filter(|entry| matches!(&entry.what, What::StepBegan { step, .. } if step == wanted));
        began.count()
    };
    assert_eq!(
        (attempts("by hand", "Sub").await, attempts("by hand/Sub", "Read").await),
        (2, 2)
    );
    let outcome = stage.story("by hand").await.summary.outcome;
    assert_eq!(outcome, Some(RunOutcome::PartiallySuccessful), "it still is not there");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_of_which_nothing_can_be_tried_again_is_refused_that() {
    let stage = Stage::set(5).await;
    let poll = "[[step]]\nname = \"Poll\"\nrepeat_until = \"{{ turn == 2 }}\"\nlimit = 3\n";
    let text = goes_on("Polls", poll, "{{ 999999 if turn == 1 else 1001 }}") + "inside = \"Poll\"\n";
    stage.apply(&text).await;
    let plan = Plan::Playbook {
        name: "Polls".to_owned(),
        version: 1,
    };
    let story = stage.run("by hand", plan, Map::new()).await;
    assert_eq!(
        story.summary.outcome,
        Some(RunOutcome::PartiallySuccessful),
        "{story:?}"
    );
    let refused = stage.deskhand("", &["runs", "retry", "by hand"]).await;
    assert_eq!(refused.code, 2, "{}", refused.stdout);
    let said = "nothing of run `by hand` can be tried again";
    assert!(refused.stderr.contains(said), "{}", refused.stderr);
    assert_eq!(stage.story("by hand").await.entries, story.entries);
}
