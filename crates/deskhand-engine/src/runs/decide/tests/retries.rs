//! Trying again what failed.

use serde_json::json;

use super::{Pretend, bad, good};
use crate::conformance::host::steps::{command, condition, for_each, format, mail, note, playbook, repeat, wait};
use crate::runs::{RunOutcome, What};

#[test]
fn only_what_failed_and_what_was_not_reached_is_tried_again() {
    let mut run = Pretend::new(
        playbook("P")
            .step("A", &[], mail("a"))
            .step("Broken", &["A"], command("broken", json!({})))
            .step("Side", &["A"], mail("side"))
            .step("Behind", &["Broken", "Side"], mail("behind")),
    )
    .ending(bad);
    assert_eq!(run.play(), Some(RunOutcome::Failed));
    run.hear_retry();
    assert_eq!(run.play(), Some(RunOutcome::Failed), "it is still broken");
    assert_eq!(run.again(), ["+Broken", "!Broken"]);
    run.ends = good;
    run.hear_retry();
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    assert_eq!(run.again(), ["+Broken", "-Broken", "+Behind", "-Behind"]);
    let attempts = run.journal.iter().filter_map(|entry| match &entry.what {
        What::StepBegan { step, attempt, .. } if step == "Broken" => Some(*attempt),
        _ => None,
    });
    assert_eq!(attempts.collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn what_was_skipped_because_of_a_failure_is_reached() {
    let mut run = Pretend::new(
        playbook("P")
            .step("Soft", &[], condition("{{ PlaybookData.Nothing.at.all }}", &["x"]))
            .goes_on()
            .step("Broken", &[], command("broken", json!({})))
            .goes_on()
            .step("Other", &["Soft:x"], mail("other"))
            .step("Far", &["Other"], mail("far"))
            .step("Behind", &["Broken"], mail("behind")),
    )
    .ending(bad);
    assert_eq!(run.play(), Some(RunOutcome::PartiallySuccessful));
    assert_eq!(run.story()[..2], ["+Soft", "!Soft"]);
    run.ends = good;
    run.hear_retry();
    assert_eq!(run.play(), Some(RunOutcome::PartiallySuccessful));
    assert_eq!(
        run.again(),
        ["+Soft", "!Soft", "+Broken", "~Other", "~Far", "-Broken"],
        "Behind has been there"
    );
}

#[test]
fn a_failure_that_was_taken_over_stays() {
    let mut run = Pretend::new(
        playbook("P")
            .step("A", &[], command("broken", json!({})))
            .step("Rescue", &["A:failed"], command("broken", json!({})))
            .step("Good", &["A"], mail("never")),
    )
    .ending(bad);
    assert_eq!(run.play(), Some(RunOutcome::Failed));
    run.ends = good;
    run.hear_retry();
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    assert_eq!(run.again(), ["+Rescue", "-Rescue"]);
}

#[test]
fn a_list_goes_on_with_the_element_that_failed() {
    let steps = || {
        playbook("P")
            .step("Each", &[], for_each(json!("{{ [1, 2, 3] }}")))
            .part("Each", "First", &[], format(json!({"n": "{{ item * 10 }}"})))
            .part("Each", "Is", &["First"], condition("{{ item }}", &["2"]))
            .part(
                "Each",
                "Break",
                &["Is:2"],
                command("broken", json!({"of": "{{ PlaybookData.First.n }}"})),
            )
            .step(
                "End",
                &["Each"],
                format(json!({"n": "{{ PlaybookData | jsonpath('$.Each[*].First.n') }}"})),
            )
    };
    let mut run = Pretend::new(steps()).ending(bad);
    assert_eq!(run.play(), Some(RunOutcome::Failed));
    run.ends = good;
    run.hear_retry();
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    let again = run.again();
    assert_eq!(
        again[..5],
        ["+Each", "+Each[1]", "+Each[1]/Break", "-Each[1]/Break", "-Each[1]"]
    );
    assert_eq!(again[5], "+Each[2]");
    assert_eq!(
        run.wish("Each[1]/Break")["inputs"],
        json!({"of": 20}),
        "it sees what came before it"
    );
    assert_eq!(run.yielded("End"), json!({"n": [10, 20, 30]}));
}

#[test]
fn elements_that_were_let_go_on_are_tried_again_one_by_one() {
    let steps = playbook("P")
        .step("Each", &[], for_each(json!([1, 2, 3])))
        .part(
            "Each",
            "Note",
            &[],
            command("broken", json!({"Ticket ID": "{{ item }}"})),
        )
        .goes_on();
    let mut run = Pretend::new(steps).ending(bad);
    assert_eq!(run.play(), Some(RunOutcome::PartiallySuccessful));
    run.ends = |work| {
        if work.step.starts_with("Each[1]") {
            bad(work)
        } else {
            good(work)
        }
    };
    run.hear_retry();
    assert_eq!(run.play(), Some(RunOutcome::PartiallySuccessful));
    run.ends = good;
    run.hear_retry();
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    assert_eq!(
        run.again(),
        [
            "+Each",
            "+Each[1]",
            "+Each[1]/Note",
            "-Each[1]/Note",
            "-Each[1]",
            "-Each"
        ]
    );
    let each = run.yielded("Each");
    let ids: Vec<_> = each
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["Note"]["inputs"]["Ticket ID"])
        .collect();
    assert_eq!(ids, [1, 2, 3]);
}

#[test]
fn a_step_with_others_inside_can_have_retries_of_its_own() {
    let mut run = Pretend::new(
        playbook("P")
            .step("Each", &[], for_each(json!([1, 2])))
            .tries(1, 30)
            .part("Each", "Shaky", &[], command("shaky", json!({}))),
    );
    run.ends = |work| if work.attempt == 1 { bad(work) } else { good(work) };
    assert_eq!(
        run.play(),
        Some(RunOutcome::Failed),
        "its second try is for the first element's sake"
    );
    let story = [
        "+Each",
        "+Each[0]",
        "+Each[0]/Shaky",
        "!Each[0]/Shaky",
        "!Each[0]",
        "!Each",
        "+Each",
        "+Each[0]",
        "+Each[0]/Shaky",
        "-Each[0]/Shaky",
        "-Each[0]",
        "+Each[1]",
        "+Each[1]/Shaky",
        "!Each[1]/Shaky",
        "!Each[1]",
        "!Each",
    ];
    assert_eq!(run.story(), story);
}

#[test]
fn a_turn_that_failed_is_done_again() {
    let mut run = Pretend::new(playbook("P").step("Poll", &[], repeat("{{ turn == 2 }}", 2, 5)).part(
        "Poll",
        "Look",
        &[],
        command("broken", json!({})),
    ));
    run.ends = |work| {
        if work.step == "Poll[1]/Look" {
            bad(work)
        } else {
            good(work)
        }
    };
    assert_eq!(run.play(), Some(RunOutcome::Failed));
    run.ends = good;
    run.hear_retry();
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    assert_eq!(
        run.again(),
        [
            "+Poll",
            "+Poll[1]",
            "+Poll[1]/Look",
            "-Poll[1]/Look",
            "-Poll[1]:over",
            "-Poll"
        ]
    );
}

#[test]
fn a_step_works_on_the_same_unless_something_before_it_has_changed() {
    let mut run = Pretend::new(
        playbook("P")
            .step("Soft", &[], command("broken", json!({})))
            .goes_on()
            .step(
                "After",
                &["Soft"],
                command(
                    "broken",
                    json!({"seen": "{{ PlaybookData.Soft.returnData }}", "at": "{{ now }}"}),
                ),
            )
            .step("Alone", &[], command("broken", json!({"at": "{{ now }}"}))),
    )
    .ending(|work| if work.step == "Alone" { good(work) } else { bad(work) });
    run.play();
    run.later(500);
    run.ends = |work| if work.step == "Soft" { good(work) } else { bad(work) };
    run.hear_retry();
    assert_eq!(run.play(), Some(RunOutcome::Failed));
    let changed = json!({"seen": "Successful", "at": "1970-01-01T00:25:00Z"});
    assert_eq!(run.wish("After")["inputs"], changed);
    run.later(500);
    run.ends = good;
    run.hear_retry();
    run.play();
    assert_eq!(run.wish("After")["inputs"], changed, "nothing before it has changed");
    assert_eq!(run.again(), ["+After", "-After"]);
}

#[test]
fn an_unknown_outcome_is_looked_at_again() {
    let steps = playbook("P")
        .step("Lost", &[], command("lost", json!({})))
        .step("B", &["Lost"], mail("b"));
    let mut run = Pretend::new(steps).ending(bad);
    assert_eq!(run.play(), Some(RunOutcome::Failed));
    run.hear_retry();
    assert_eq!(run.play(), Some(RunOutcome::Failed), "nobody has found out yet");
    run.ends = good;
    run.hear_retry();
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    assert_eq!(run.again(), ["+Lost", "-Lost", "+B", "-B"]);
}

#[test]
fn a_cancelled_run_goes_on_where_it_was() {
    let mut run = Pretend::new(
        playbook("P")
            .step("A", &[], mail("a"))
            .step("Wait", &["A"], wait(100))
            .step("Each", &["A"], for_each(json!([1, 2])))
            .part("Each", "Note", &[], note(json!("{{ item }}"), "x"))
            .step("End", &["Wait", "Each"], mail("end")),
    );
    run.decide(vec![]);
    let a = run.end(&run.at_work[0]);
    run.decide(vec![a]);
    run.hear_cancel();
    assert_eq!(run.play(), Some(RunOutcome::Cancelled));
    assert_eq!(
        run.story()[2..],
        [
            "+Wait",
            "+Each",
            "+Each[0]",
            "+Each[0]/Note",
            "xWait",
            "-Each[0]/Note",
            "-Each[0]",
            "xEach"
        ]
    );
    run.hear_retry();
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    let again = run.again();
    assert_eq!(again[..4], ["+Wait", "+Each", "+Each[1]", "+Each[1]/Note"]);
    assert_eq!(again[again.len() - 1], "-End");
}

#[test]
fn of_a_part_that_is_repeated_only_the_last_turn_is_tried_again() {
    let look = playbook("P")
        .step("Poll", &[], repeat("{{ turn == 3 }}", 5, 0))
        .part("Poll", "Look", &[], command("broken", json!({})))
        .goes_on();
    let mut run = Pretend::new(look).ending(bad);
    assert_eq!(run.play(), Some(RunOutcome::PartiallySuccessful));
    assert!(run.history.can_be_tried_again());
    run.ends = good;
    run.hear_retry();
    assert_eq!(
        run.play(),
        Some(RunOutcome::PartiallySuccessful),
        "two turns stay as they were"
    );
    let again = [
        "+Poll",
        "+Poll[2]",
        "+Poll[2]/Look",
        "-Poll[2]/Look",
        "-Poll[2]:over",
        "=Poll",
    ];
    assert_eq!(run.again(), again);
    assert!(!run.history.can_be_tried_again(), "the last turn went well");
    run.hear_retry();
    assert_eq!(run.play(), Some(RunOutcome::PartiallySuccessful));
    assert!(run.again().is_empty());
}

#[test]
fn what_ended_badly_can_be_tried_again_and_what_went_well_cannot() {
    let mut well = Pretend::new(playbook("P").step("A", &[], mail("a")));
    assert!(!well.history.can_be_tried_again(), "it has not ended");
    assert_eq!(well.play(), Some(RunOutcome::Successful));
    assert!(!well.history.can_be_tried_again());
    let broken = || playbook("P").step("A", &[], command("broken", json!({})));
    let mut failed = Pretend::new(broken()).ending(bad);
    assert_eq!(failed.play(), Some(RunOutcome::Failed));
    assert!(failed.history.can_be_tried_again());
    let mut borne = Pretend::new(broken().goes_on()).ending(bad);
    assert_eq!(borne.play(), Some(RunOutcome::PartiallySuccessful));
    assert!(borne.history.can_be_tried_again());
    let mut cancelled = Pretend::new(broken());
    cancelled.hear_cancel();
    assert_eq!(cancelled.play(), Some(RunOutcome::Cancelled));
    assert!(cancelled.history.can_be_tried_again());
}
