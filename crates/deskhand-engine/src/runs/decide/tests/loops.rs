//! For-each and repeat steps.

use jiff::SignedDuration;
use serde_json::json;

use super::{Pretend, bad};
use crate::conformance::host::steps::{command, condition, for_each, format, mail, note, playbook, repeat, wait};
use crate::runs::decide::Next;
use crate::runs::{RunOutcome, What};

#[test]
fn pl7_a_list_is_unwound_and_the_steps_inside_run_once_for_each_element() {
    let mut run = Pretend::new(
        playbook("P")
            .step("Base", &[], format(json!({"add": 100})))
            .step("Each", &["Base"], for_each(json!("{{ [5, 6] }}")))
            .part(
                "Each",
                "Sum",
                &[],
                format(json!({"n": "{{ item + PlaybookData.Base.add }}", "i": "{{ index }}"})),
            )
            .part("Each", "Note", &["Sum"], note(json!("{{ PlaybookData.Sum.n }}"), "x"))
            .step(
                "End",
                &["Each"],
                format(json!({"all": "{{ PlaybookData | jsonpath('$.Each[*].Sum.n') }}"})),
            ),
    );
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    let story = [
        "+Base",
        "-Base",
        "+Each",
        "+Each[0]",
        "+Each[0]/Sum",
        "-Each[0]/Sum",
        "+Each[0]/Note",
        "-Each[0]/Note",
        "-Each[0]",
        "+Each[1]",
        "+Each[1]/Sum",
        "-Each[1]/Sum",
        "+Each[1]/Note",
        "-Each[1]/Note",
        "-Each[1]",
        "-Each",
        "+End",
        "-End",
    ];
    assert_eq!(run.story(), story);
    assert_eq!(run.yielded("End"), json!({"all": [105, 106]}));
    let each = run.yielded("Each");
    assert_eq!(
        (each[1]["Sum"].clone(), each[0]["Note"]["inputs"]["Ticket ID"].clone()),
        (json!({"n": 106, "i": 1}), json!(105))
    );
    assert!(run.yielded("Sum").is_null(), "what is inside is seen inside");
}

#[test]
fn an_empty_list_is_done_at_once_and_what_is_no_list_is_a_failure() {
    let steps = |list| {
        playbook("P")
            .step("Each", &[], for_each(list))
            .part("Each", "In", &[], mail("in"))
    };
    let mut run = Pretend::new(steps(json!([])));
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    assert_eq!(
        (run.story(), run.yielded("Each")),
        (vec!["+Each".to_owned(), "-Each".to_owned()], json!([]))
    );
    let mut run = Pretend::new(steps(json!("text")));
    assert_eq!(run.play(), Some(RunOutcome::Failed));
    assert_eq!(run.failure("Each").message, "A list is expected; this is text.");
}

#[test]
fn a_failure_inside_is_the_failure_of_the_whole_step() {
    let steps = || {
        playbook("P")
            .step("Each", &[], for_each(json!(["fine", "broken", "fine"])))
            .part("Each", "Is", &[], condition("{{ item }}", &["broken"]))
            .part("Each", "Break", &["Is:broken"], command("broken", json!({})))
            .part("Each", "Fine", &["Is:others"], mail("fine"))
    };
    let mut run = Pretend::new(steps()).ending(bad);
    assert_eq!(run.play(), Some(RunOutcome::Failed));
    let story = run.story();
    assert!(!story.iter().any(|word| word.contains("Each[2]")), "{story:?}");
    assert_eq!(story[story.len() - 3..], ["!Each[1]/Break", "!Each[1]", "!Each"]);
    assert_eq!(
        run.reason(),
        "Step `Each[1]/Break` failed: It is broken. Hint: mend it."
    );

    let mut run = Pretend::new(steps().step("Rescue", &["Each:failed"], mail("rescue"))).ending(bad);
    assert_eq!(
        run.play(),
        Some(RunOutcome::Successful),
        "like any step, it can be taken over"
    );
}

#[test]
fn a_failure_inside_that_is_borne_makes_the_step_partially_successful() {
    let mut run = Pretend::new(
        playbook("P")
            .step("Each", &[], for_each(json!([1, 2])))
            .part("Each", "Break", &[], command("broken", json!({})))
            .goes_on()
            .part("Each", "Fine", &["Break"], mail("fine"))
            .step("End", &["Each"], mail("end")),
    )
    .ending(bad);
    assert_eq!(run.play(), Some(RunOutcome::PartiallySuccessful));
    let story = run.story();
    assert_eq!(story[story.len() - 4..], ["=Each[1]", "=Each", "+End", "-End"]);
}

#[test]
fn what_stops_the_run_interrupts_a_list() {
    let mut run = Pretend::new(
        playbook("P")
            .step("Each", &[], for_each(json!([1, 2])))
            .part("Each", "In", &[], wait(500))
            .step("Wait", &[], wait(10))
            .step("Broken", &["Wait"], command("broken", json!({}))),
    )
    .ending(bad);
    assert_eq!(run.play(), Some(RunOutcome::Failed));
    let story = run.story();
    assert_eq!(
        story[story.len() - 4..],
        ["!Broken", "xEach[0]/In", "xEach[0]", "xEach"]
    );
}

#[test]
fn a_part_is_repeated_until_something_holds() {
    let mut run = Pretend::new(
        playbook("P")
            .step("Poll", &[], repeat("{{ PlaybookData.Look.n == 2 }}", 9, 60))
            .part(
                "Poll",
                "Look",
                &[],
                format(json!({"n": "{{ turn }}", "i": "{{ index }}"})),
            )
            .step("End", &["Poll"], format(json!({"n": "{{ PlaybookData.Poll.Look.n }}"}))),
    );
    let begun = run.now;
    assert!(matches!(run.decide(vec![]), Next::Sleep { wake: Some(_) }));
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    let story = [
        "+Poll",
        "+Poll[0]",
        "+Poll[0]/Look",
        "-Poll[0]/Look",
        "-Poll[0]:again",
        "+Poll[1]",
        "+Poll[1]/Look",
        "-Poll[1]/Look",
        "-Poll[1]:over",
        "-Poll",
        "+End",
        "-End",
    ];
    assert_eq!(run.story(), story);
    assert_eq!(
        run.now - begun,
        SignedDuration::from_secs(60).try_into().unwrap(),
        "it pauses between"
    );
    assert_eq!(
        run.yielded("Poll"),
        json!({"Look": {"n": 2, "i": 1}}),
        "the last turn's"
    );
    assert_eq!(run.yielded("End"), json!({"n": 2}));
}

#[test]
fn one_turn_more_than_the_limit_is_a_failure() {
    let mut run = Pretend::new(playbook("P").step("Poll", &[], repeat("{{ false }}", 3, 0)).part(
        "Poll",
        "Look",
        &[],
        mail("look"),
    ));
    assert_eq!(run.play(), Some(RunOutcome::Failed));
    let looks = run
        .story()
        .iter()
        .filter(|word| word.starts_with('+') && word.ends_with("/Look"))
        .count();
    assert_eq!(looks, 3);
    assert!(run.reason().contains("not over after 3 times"), "{}", run.reason());
    run.hear_retry();
    assert_eq!(run.play(), Some(RunOutcome::Failed));
    let begun = run.again().iter().filter(|word| word.starts_with("+Poll[")).count();
    assert_eq!(begun, 6, "three turns more, with a step in each");
}

#[test]
fn until_has_to_come_to_true_or_false() {
    for (until, outcome) in [
        ("true", RunOutcome::Successful),
        ("{{ 'true' }}", RunOutcome::Successful),
        ("{{ 5 }}", RunOutcome::Failed),
        ("{{ 1 // 0 }}", RunOutcome::Failed),
    ] {
        let steps = playbook("P")
            .step("Poll", &[], repeat(until, 2, 0))
            .part("Poll", "In", &[], mail("in"));
        let mut run = Pretend::new(steps);
        assert_eq!(run.play(), Some(outcome), "{until}");
    }
}

#[test]
fn loops_stand_in_loops() {
    let mut run = Pretend::new(
        playbook("P")
            .step("Outer", &[], for_each(json!([10, 20])))
            .part("Outer", "Hold", &[], format(json!({"n": "{{ item }}"})))
            .part(
                "Outer",
                "Inner",
                &["Hold"],
                for_each(json!("{{ [item + 1, item + 2] }}")),
            )
            .part(
                "Inner",
                "Sum",
                &[],
                format(json!({"s": "{{ item + PlaybookData.Hold.n }}"})),
            )
            .part("Outer", "Poll", &["Inner"], repeat("{{ turn == 2 }}", 2, 0))
            .part(
                "Poll",
                "Seen",
                &[],
                format(json!({"of": "{{ item }}", "inner": "{{ PlaybookData.Inner[0].Sum.s }}"})),
            ),
    );
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    let outer = run.yielded("Outer");
    assert_eq!(outer[1]["Inner"], json!([{"Sum": {"s": 41}}, {"Sum": {"s": 42}}]));
    assert_eq!(outer[0]["Poll"], json!({"Seen": {"of": 10, "inner": 21}}));
    assert_eq!(run.history.nodes().count(), 1, "what ended well is not kept");
}

#[test]
fn a_long_list_is_decided_in_pieces() {
    let list: Vec<u32> = (0..400).collect();
    let steps = playbook("P").step("Each", &[], for_each(json!(list))).part(
        "Each",
        "In",
        &[],
        format(json!({"n": "{{ item }}"})),
    );
    let mut run = Pretend::new(steps);
    assert_eq!(run.decide(vec![]), Next::More);
    assert!(run.journal.len() < 600);
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    assert_eq!(run.yielded("Each").as_array().unwrap().len(), 400);
    assert!(matches!(run.journal.last().unwrap().what, What::Ended { .. }));
}
