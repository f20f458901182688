//! Playbooks that run playbooks.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::Pretend;
use crate::conformance::host::steps::{ask, for_each, format, mail, nested, playbook, wait};
use crate::runs::decide::Next;
use crate::runs::{Cause, Plan, RunOutcome, What};

#[test]
fn another_playbook_is_a_run_of_its_own_that_is_waited_for() {
    let mut run = Pretend::new(
        playbook("P")
            .step("Sub", &[], nested("Sub", json!({"id": "{{ 6 + 1 }}"})))
            .step("End", &["Sub"], format(json!({"n": "{{ PlaybookData.Sub.Inner.n }}"}))),
    );
    assert_eq!(run.decide(vec![]), Next::Sleep { wake: None });
    assert_eq!(run.decide(vec![]), Next::Sleep { wake: None });
    assert_eq!(run.starts.len(), 1);
    let child = &run.starts[0];
    assert_eq!((child.id.as_str(), child.site.as_str()), ("r/Sub", "Main"));
    let newest = Plan::Playbook {
        name: "Sub".to_owned(),
        version: 4,
    };
    assert_eq!((&child.plan, &child.given["id"]), (&newest, &json!(7)));
    let cause = Cause::Step {
        run: "r".to_owned(),
        step: "Sub".to_owned(),
        by: Some("ada".to_owned()),
        depth: 1,
    };
    assert_eq!(child.cause, cause);
    assert!(run.signals.is_empty());
    run.hear_child("Sub", RunOutcome::PartiallySuccessful, None);
    assert_eq!(run.play(), Some(RunOutcome::PartiallySuccessful));
    assert_eq!(run.yielded("End"), json!({"n": 5}));
}

#[test]
fn a_run_inside_a_list_has_its_elements_path() {
    let steps =
        playbook("P")
            .step("Each", &[], for_each(json!([1, 2])))
            .part("Each", "Sub", &[], nested("Sub", json!({})));
    let mut run = Pretend::new(steps);
    run.decide(vec![]);
    run.hear_child("Each[0]/Sub", RunOutcome::Successful, None);
    run.decide(vec![]);
    let ids: Vec<_> = run.starts.iter().map(|start| start.id.as_str()).collect();
    assert_eq!(ids, ["r/Each[0]/Sub", "r/Each[1]/Sub"]);
}

#[test]
fn its_failure_is_the_steps_and_says_why() {
    let mut run = Pretend::new(playbook("P").step("Sub", &[], nested("Sub", json!({}))));
    run.decide(vec![]);
    run.hear_child("Sub", RunOutcome::Failed, Some("Step `A` failed: No."));
    assert_eq!(run.play(), Some(RunOutcome::Failed));
    assert_eq!(
        run.reason(),
        "Step `Sub` failed: Playbook `Sub` failed: Step `A` failed: No. Hint: look at run `r/Sub`."
    );
    run.hear_retry();
    assert_eq!(run.decide(vec![]), Next::Sleep { wake: None });
    let by = "r".to_owned();
    assert_eq!(
        (run.signals.len(), &run.signals[0].what),
        (1, &What::RetryAsked { by }),
        "it is told to try again"
    );
    assert_eq!(run.signals[0].run, "r/Sub");
    run.hear_child("Sub", RunOutcome::Successful, None);
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    assert_eq!(run.again(), ["+Sub", "-Sub"]);
}

#[test]
fn it_is_cancelled_with_the_run_that_waits_for_it() {
    let steps = || {
        playbook("P")
            .step("Sub", &[], nested("Sub", json!({})))
            .step("Next", &["Sub"], mail("never"))
    };
    for (outcome, word) in [(RunOutcome::Cancelled, "xSub"), (RunOutcome::Successful, "-Sub")] {
        let mut run = Pretend::new(steps());
        run.decide(vec![]);
        run.hear_cancel();
        assert_eq!(run.decide(vec![]), Next::Sleep { wake: None }, "it is let end");
        assert!(matches!(run.signals[0].what, What::CancelAsked { .. }));
        run.hear_child("Sub", outcome, None);
        assert_eq!(run.play(), Some(RunOutcome::Cancelled));
        assert_eq!(run.story(), ["+Sub", word]);
    }
    // Somebody else cancelled it.
    let mut run = Pretend::new(steps());
    run.decide(vec![]);
    run.hear_child("Sub", RunOutcome::Cancelled, None);
    assert_eq!(run.play(), Some(RunOutcome::Failed));
}

#[test]
fn an_unknown_playbook_and_one_too_deep_are_failures() {
    let mut run = Pretend::new(playbook("P").step("Sub", &[], nested("Nothing", json!({}))));
    assert_eq!(run.play(), Some(RunOutcome::Failed));
    assert_eq!(run.failure("Sub").message, "There is no playbook `Nothing`.");
    let mut deep = Pretend::new(playbook("P").step("Sub", &[], nested("Sub", json!({}))));
    deep.run.cause = Cause::Step {
        run: "before".to_owned(),
        step: "Sub".to_owned(),
        by: None,
        depth: 31,
    };
    deep.decide(vec![]);
    let Cause::Step { depth, .. } = deep.starts[0].cause else {
        panic!("{:?}", deep.starts)
    };
    assert_eq!(depth, 32);
    let mut deep = Pretend::new(playbook("P").step("Sub", &[], nested("Sub", json!({}))));
    deep.run.cause = Cause::Step {
        run: "before".to_owned(),
        step: "Sub".to_owned(),
        by: None,
        depth,
    };
    assert_eq!(deep.play(), Some(RunOutcome::Failed));
    assert!(deep.failure("Sub").message.contains("too deeply"));
    assert!(deep.starts.is_empty());
}

#[test]
fn answers_and_ends_that_are_for_nobody_change_nothing() {
    let mut run = Pretend::new(playbook("P").step("Wait", &[], wait(10)));
    run.decide(vec![]);
    run.hear_child("Nothing", RunOutcome::Failed, None);
    run.hear_child("Wait", RunOutcome::Failed, None);
    run.hear_answer("Nothing", "approved", "ada");
    run.hear_retry();
    assert_eq!(run.play(), Some(RunOutcome::Successful));
}

#[test]
fn what_failed_is_tried_again_by_itself_and_what_somebody_cancelled_is_not() {
    let steps = || playbook("P").step("Sub", &[], nested("Sub", json!({}))).tries(3, 30);
    let mut failed = Pretend::new(steps());
    failed.decide(vec![]);
    failed.hear_child("Sub", RunOutcome::Failed, Some("No."));
    assert!(matches!(failed.decide(vec![]), Next::Sleep { wake: Some(_) }));
    let mut cancelled = Pretend::new(steps());
    cancelled.decide(vec![]);
    cancelled.hear_child("Sub", RunOutcome::Cancelled, Some("It was cancelled by bob."));
    assert_eq!(cancelled.play(), Some(RunOutcome::Failed));
    assert_eq!(cancelled.story(), ["+Sub", "!Sub"]);
    assert!(cancelled.signals.is_empty());
    cancelled.hear_retry();
    assert_eq!(cancelled.decide(vec![]), Next::Sleep { wake: None });
    assert!(
        matches!(cancelled.signals[0].what, What::RetryAsked { .. }),
        "a person may"
    );
}

#[test]
fn a_run_that_was_partially_successful_is_told_to_try_again_with_the_one_that_waits_for_it() {
    let each = playbook("P")
        .step("Each", &[], for_each(json!([1])))
        .part("Each", "Sub", &[], nested("Sub", json!({})));
    let alone = playbook("P").step("Sub", &[], nested("Sub", json!({})));
    for (steps, path, again) in [
        (alone, "Sub", &["+Sub", "-Sub"][..]),
        (
            each,
            "Each[0]/Sub",
            &["+Each", "+Each[0]", "+Each[0]/Sub", "-Each[0]/Sub", "-Each[0]", "-Each"],
        ),
    ] {
        let mut run = Pretend::new(steps);
        run.decide(vec![]);
        run.hear_child(path, RunOutcome::PartiallySuccessful, None);
        assert_eq!(run.play(), Some(RunOutcome::PartiallySuccessful));
        assert!(run.history.can_be_tried_again());
        run.hear_retry();
        assert_eq!(run.decide(vec![]), Next::Sleep { wake: None });
        assert!(matches!(run.signals[0].what, What::RetryAsked { .. }));
        assert_eq!(
            (run.signals[0].run.as_str(), run.starts.len()),
            (format!("r/{path}").as_str(), 1)
        );
        run.hear_child(path, RunOutcome::Successful, None);
        assert_eq!(run.play(), Some(RunOutcome::Successful));
        assert_eq!(run.again(), again);
    }
}

#[test]
fn what_a_run_yields_and_nobody_can_hand_on_is_a_failure_of_the_step() {
    let mut run = Pretend::new(playbook("P").step("Sub", &[], nested("Sub", json!({}))).tries(3, 30));
    run.decide(vec![]);
    run.hear(What::ChildEnded {
        step: "Sub".to_owned(),
        run: "r/Sub".to_owned(),
        outcome: RunOutcome::Successful,
        output: Value::Null,
        reason: None,
    });
    assert_eq!(run.play(), Some(RunOutcome::Failed));
    let failure = run.failure("Sub");
    assert_eq!(failure.status_code, 413);
    assert!(
        failure.message.contains("larger than a step may yield"),
        "{}",
        failure.message
    );
}

#[test]
fn ids_that_would_be_too_long_are_shortened_and_stay_different() {
    let steps = playbook("P")
        .step("Each", &[], for_each(json!([1, 2])))
        .part("Each", "Sub", &[], nested("Sub", json!({})))
        .part("Each", "Ask", &["Sub"], ask(&[], None));
    let mut run = Pretend::new(steps);
    run.run.id = format!("schedule:{}", "é".repeat(186));
    for element in 0..2 {
        run.decide(vec![]);
        run.hear_child(&format!("Each[{element}]/Sub"), RunOutcome::Successful, None);
        run.decide(vec![]);
        run.hear_answer(&format!("Each[{element}]/Ask"), "approved", "ada");
    }
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    let ids: HashSet<_> = run.starts.iter().map(|start| start.id.as_str()).collect();
    assert_eq!(
        (run.starts.len(), ids.len()),
        (4, 4),
        "two runs and two letters: {ids:?}"
    );
    for id in ids {
        assert!(id.chars().count() <= 200 && id.starts_with("schedule:é"), "{id}");
    }
}
