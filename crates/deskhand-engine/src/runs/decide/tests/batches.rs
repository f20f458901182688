//! Commands that are given lists where they take one value.

use deskhand_command::{Failure, Retry};
use serde_json::{Value, json};

use super::{Pretend, good};
use crate::conformance::host::steps::{command, mail, note, playbook};
use crate::runs::RunOutcome;
use crate::runs::decide::{Task, Work};

#[test]
fn pl6_a_list_for_one_value_runs_the_command_once_for_each_one_after_another() {
    let mut run = Pretend::new(playbook("P").step("Note", &[], note(json!("{{ [5, 6, 7] }}"), "x")));
    for _ in 0..3 {
        let ended = run.at_work.first().map(|work| run.end(work));
        run.decide(ended.into_iter().collect());
        assert_eq!(run.at_work.len(), 1, "one at a time");
    }
    assert_eq!(run.wish("Note[2]")["inputs"], json!({"Ticket ID": 7, "Note": "x"}));
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    let story = [
        "+Note", "+Note[0]", "-Note[0]", "+Note[1]", "-Note[1]", "+Note[2]", "-Note[2]", "-Note",
    ];
    assert_eq!(run.story(), story);
    let whole = run.yielded("Note");
    assert_eq!(whole["returnData"], "Successful");
    assert_eq!(whole["rawData"]["Results"], json!([{"id": 5}, {"id": 6}, {"id": 7}]));
    assert_eq!(
        whole["keyFields"],
        json!({"TicketIDs": [5, 6, 7]}),
        "as if it had run once"
    );
}

#[test]
fn pl6_an_input_that_takes_a_list_gets_it_whole() {
    let inputs = json!({"Ticket IDs": [1, 2], "Note": "x"});
    let mut run = Pretend::new(playbook("P").step("Get", &[], command("get", inputs.clone())));
    run.play();
    assert_eq!(
        run.wish("Get"),
        json!({"does": "command", "command": "get", "connection": "main", "inputs": inputs})
    );
}

#[test]
fn pl6_lists_that_go_together_have_one_length() {
    let steps =
        |notes: Value| playbook("P").step("Note", &[], command("add", json!({"Ticket ID": [1, 2], "Note": notes})));
    let mut run = Pretend::new(steps(json!(["a", "b"])));
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    assert_eq!(run.wish("Note[1]")["inputs"], json!({"Ticket ID": 2, "Note": "b"}));
    let mut run = Pretend::new(steps(json!(["a"])));
    assert_eq!(run.play(), Some(RunOutcome::Failed));
    assert_eq!(
        run.failure("Note").message,
        "`Ticket ID` has 2 elements and `Note` has 1."
    );
    let mut run = Pretend::new(playbook("P").step("Note", &[], note(json!([]), "x")));
    assert_eq!(run.play(), Some(RunOutcome::Successful), "nothing to do is done");
}

fn fails_for_6(work: &Work) -> Result<Value, Failure> {
    match &work.task {
        Task::Command(wanted) if wanted.inputs.get("Ticket ID") == Some(&json!(6)) => {
            Err(Failure::new(404, "There is no ticket 6."))
        }
        _ => good(work),
    }
}

#[test]
fn pl6_an_element_that_fails_does_not_keep_the_others() {
    let steps = |ids| {
        playbook("P")
            .step("Note", &[], note(ids, "x"))
            .step("End", &["Note"], mail("end"))
    };
    let mut run = Pretend::new(steps(json!([5, 6, 7]))).ending(fails_for_6);
    assert_eq!(run.play(), Some(RunOutcome::PartiallySuccessful));
    let story = [
        "+Note", "+Note[0]", "-Note[0]", "+Note[1]", "!Note[1]", "+Note[2]", "-Note[2]", "=Note", "+End", "-End",
    ];
    assert_eq!(run.story(), story);
    let whole = run.yielded("Note");
    assert_eq!(
        (&whole["returnData"], &whole["error"]),
        (&json!("Partially Successful"), &json!("There is no ticket 6."))
    );

    run.ends = good;
    run.hear_retry();
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    assert_eq!(
        run.again(),
        ["+Note", "+Note[1]", "-Note[1]", "-Note"],
        "only what failed is tried again"
    );
    assert_eq!(
        run.yielded("Note")["rawData"]["Results"],
        json!([{"id": 5}, {"id": 6}, {"id": 7}]),
        "in order"
    );

    let mut run = Pretend::new(steps(json!([6, 6]))).ending(fails_for_6);
    assert_eq!(run.play(), Some(RunOutcome::Failed));
    assert_eq!(run.reason(), "Step `Note` failed: There is no ticket 6.");
}

fn shaky(work: &Work) -> Result<Value, Failure> {
    match work.attempt {
        1 => Err(Failure::new(503, "Not now.").with_retry(Retry::Later)),
        _ => good(work),
    }
}

fn lost(work: &Work) -> Result<Value, Failure> {
    match work.step.as_str() {
        "Note[1]" => Err(Failure::new(504, "Nobody knows.").with_retry(Retry::Verify)),
        _ => good(work),
    }
}

#[test]
fn pl6_each_element_has_its_own_retries() {
    let mut run = Pretend::new(playbook("P").step("Note", &[], note(json!([5, 6]), "x")).tries(1, 30)).ending(shaky);
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    let story = [
        "+Note", "+Note[0]", "!Note[0]", "+Note[0]", "-Note[0]", "+Note[1]", "!Note[1]", "+Note[1]", "-Note[1]",
        "-Note",
    ];
    assert_eq!(run.story(), story);
}

#[test]
fn pl6_nothing_goes_on_after_an_element_of_which_nobody_knows() {
    for ids in [json!([5, 6, 7]), json!([5, 6])] {
        let mut run = Pretend::new(playbook("P").step("Note", &[], note(ids, "x")).goes_on()).ending(lost);
        assert_eq!(run.play(), Some(RunOutcome::Failed));
        assert_eq!(run.story()[4..], ["?Note[1]", "!Note"]);
        assert_eq!(run.reason(), "Step `Note[1]` failed: Nobody knows.");
    }
}
