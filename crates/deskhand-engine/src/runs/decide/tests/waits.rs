//! Waiting for time to pass.

use jiff::Timestamp;
use serde_json::json;

use super::{Pretend, bad, good};
use crate::conformance::host::steps::{command, mail, playbook, wait};
use crate::playbooks::{Does, Wait};
use crate::runs::RunOutcome;
use crate::runs::decide::Next;

fn until(time: &str) -> Does {
    Does::Wait(Wait::Until(json!(time)))
}

#[test]
fn a_wait_is_over_at_the_time_that_was_noted_when_it_began() {
    let mut run = Pretend::new(playbook("P").step("Wait", &[], wait(3_600)));
    let end: Timestamp = "1970-01-01T01:16:40Z".parse().unwrap();
    assert_eq!(run.decide(vec![]), Next::Sleep { wake: Some(end) });
    assert_eq!(
        run.wish("Wait"),
        json!({"does": "wait", "until": "1970-01-01T01:16:40Z"})
    );
    run.later(-1_000);
    assert_eq!(
        run.decide(vec![]),
        Next::Sleep { wake: Some(end) },
        "a clock that jumps back changes nothing"
    );
    run.now = end;
    assert!(matches!(run.decide(vec![]), Next::End { .. }));
}

#[test]
fn a_time_can_be_waited_for() {
    let steps = |time| {
        playbook("P")
            .step("Wait", &[], until(time))
            .step("B", &["Wait"], mail("b"))
    };
    let mut run = Pretend::new(steps("{{ '1970-01-02T00:00:00' }}+01:00"));
    run.decide(vec![]);
    assert_eq!(run.wish("Wait")["until"], "1970-01-01T23:00:00Z");
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    let mut over = Pretend::new(steps("1969-01-01T00:00:00Z"));
    assert!(
        matches!(over.decide(vec![]), Next::Work { .. }),
        "what is over is not waited for"
    );
    let mut wrong = Pretend::new(steps("tomorrow"));
    assert_eq!(wrong.play(), Some(RunOutcome::Failed));
    assert_eq!(wrong.failure("Wait").message, "`tomorrow` is not a time to wait until.");
}

#[test]
fn the_earliest_time_wakes_the_run() {
    let mut run = Pretend::new(
        playbook("P")
            .step("Long", &[], wait(500))
            .step("Short", &[], wait(20))
            .step("Work", &[], mail("work")),
    );
    let wake = Some(Timestamp::from_second(1_020).unwrap());
    assert_eq!(run.decide(vec![]), Next::Work { wake });
    let ended = run.end(&run.at_work[0]);
    assert_eq!(run.decide(vec![ended]), Next::Sleep { wake });
    run.later(20);
    assert_eq!(
        run.decide(vec![]),
        Next::Sleep {
            wake: Some(Timestamp::from_second(1_500).unwrap())
        }
    );
}

#[test]
fn a_step_is_tried_again_after_its_pause() {
    let steps = || {
        playbook("P")
            .step("Shaky", &[], command("shaky", json!({})))
            .tries(2, 30)
            .step("Rescue", &["Shaky:failed"], mail("rescue"))
    };
    let mut run = Pretend::new(steps()).ending(bad);
    run.decide(vec![]);
    let failed = run.end(&run.at_work[0]);
    let at = Timestamp::from_second(1_030).unwrap();
    assert_eq!(run.decide(vec![failed]), Next::Sleep { wake: Some(at) });
    assert_eq!(run.story(), ["+Shaky", "!Shaky"], "nothing follows before the last try");
    run.now = at;
    assert_eq!(run.decide(vec![]), Next::Work { wake: None });
    run.ends = good;
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    assert_eq!(run.story(), ["+Shaky", "!Shaky", "+Shaky", "-Shaky", "~Rescue"]);

    let mut run = Pretend::new(steps()).ending(bad);
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    let story = [
        "+Shaky", "!Shaky", "+Shaky", "!Shaky", "+Shaky", "!Shaky", "+Rescue", "-Rescue",
    ];
    assert_eq!(run.story(), story, "twice more, and then it has failed");
}

#[test]
fn what_cannot_help_is_not_tried_again() {
    for (slug, word) in [("broken", "!A"), ("lost", "?A")] {
        let mut run = Pretend::new(playbook("P").step("A", &[], command(slug, json!({}))).tries(5, 1)).ending(bad);
        assert_eq!(run.play(), Some(RunOutcome::Failed));
        assert_eq!(run.story(), ["+A", word]);
    }
}
