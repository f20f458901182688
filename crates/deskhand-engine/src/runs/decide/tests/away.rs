//! What fails because what it takes is away.

use deskhand_command::{Failure, Retry};
use jiff::Timestamp;
use serde_json::json;

use super::super::{Next, Task};
use super::{Pretend, bad, good};
use crate::conformance::host::steps::{command, for_each, mail, playbook};
use crate::runs::{Awaited, Plan, RunOutcome, What, awaited};

/// When a step was begun, in minutes since it was for the first time.
fn begun(run: &Pretend, of: &str) -> Vec<i64> {
    let begun = run.journal.iter().filter_map(|entry| match &entry.what {
        What::StepBegan { step, .. } if step == of => Some(entry.at.as_second()),
        _ => None,
    });
    let begun: Vec<i64> = begun.collect();
    begun.iter().map(|at| (at - begun[0]) / 60).collect()
}

fn walled() -> Pretend {
    Pretend::new(
        playbook("P")
            .step("A", &[], command("walled", json!({})))
            .step("B", &["A"], mail("b")),
    )
    .ending(bad)
}

/// Plays until the run waits, or has ended, without letting time pass.
fn play_now(run: &mut Pretend) -> Next {
    let mut ended = Vec::new();
    loop {
        match run.decide(std::mem::take(&mut ended)) {
            Next::Work { .. } => {
                let works = std::mem::take(&mut run.at_work);
                ended = works.iter().map(|work| run.end(work)).collect();
            }
            Next::More => {}
            next => return next,
        }
    }
}

#[test]
fn what_is_away_is_tried_again_for_a_day_at_growing_intervals() {
    let mut run = walled();
    assert_eq!(run.play(), Some(RunOutcome::Failed));
    let begun = begun(&run, "A");
    assert_eq!(begun[..8], [0, 1, 3, 7, 15, 30, 45, 60]);
    assert_eq!(begun.last(), Some(&(24 * 60)));
    assert_eq!(run.reason(), "Step `A` failed: The vault is away. Hint: mend it.");
    assert!(awaited(&run.journal).is_empty());
    run.hear_retry();
    play_now(&mut run);
    assert_eq!(awaited(&run.journal).len(), 1, "somebody has asked: it has another day");
}

#[test]
fn what_is_there_again_goes_on() {
    let mut run = walled();
    let wake = Timestamp::from_second(1_060).unwrap();
    assert_eq!(play_now(&mut run), Next::Sleep { wake: Some(wake) });
    let waits = Awaited {
        step: "A".to_owned(),
        since: Timestamp::from_second(1_000).unwrap(),
        failure: Failure::new(500, "The vault is away.")
            .with_hint("mend it")
            .with_retry(Retry::Away),
    };
    assert_eq!(awaited(&run.journal), [waits]);
    run.ends = good;
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    assert_eq!(run.story(), ["+A", "!A", "+A", "-A", "+B", "-B"]);
    assert!(awaited(&run.journal).is_empty());
}

#[test]
fn the_retries_of_the_step_come_first() {
    let steps = playbook("P")
        .step("A", &[], command("walled", json!({})))
        .tries(2, 1_800);
    let mut run = Pretend::new(steps).ending(bad);
    assert_eq!(run.play(), Some(RunOutcome::Failed));
    assert_eq!(begun(&run, "A")[..6], [0, 30, 60, 61, 63, 67]);
}

#[test]
fn what_waits_for_what_is_away_can_be_cancelled() {
    let mut run = walled();
    play_now(&mut run);
    run.hear_cancel();
    assert_eq!(run.play(), Some(RunOutcome::Cancelled));
    assert_eq!(run.story(), ["+A", "!A"]);
}

#[test]
fn all_elements_have_one_day_together() {
    let steps = [
        playbook("P")
            .step("Each", &[], for_each(json!([1, 2, 3])))
            .part("Each", "A", &[], command("walled", json!({})))
            .goes_on(),
        playbook("P").step("Batch", &[], command("walled", json!({"Ticket ID": [1, 2, 3]}))),
    ];
    for (steps, first, last) in steps
        .into_iter()
        .zip(["Each[0]/A", "Batch[0]"])
        .zip(["Each[2]/A", "Batch[2]"])
        .map(|((a, b), c)| (a, b, c))
    {
        let mut run = Pretend::new(steps).ending(bad);
        run.play().unwrap();
        assert!(begun(&run, first).len() > 90, "{first}");
        assert_eq!(begun(&run, last), [0], "{last}");
    }
}

#[test]
fn an_element_that_went_well_shows_that_it_is_there_again() {
    let steps = playbook("P").step("Batch", &[], command("walled", json!({"Ticket ID": [1, 2, 3]})));
    let mut run = Pretend::new(steps);
    // The first element is tried twice and the third for a day.
    run.ends = |work| match (work.step.as_str(), work.attempt) {
        ("Batch[0]", 2) | ("Batch[1]", _) => good(work),
        _ => bad(work),
    };
    assert_eq!(run.play(), Some(RunOutcome::PartiallySuccessful));
    assert_eq!(begun(&run, "Batch[2]").last(), Some(&(24 * 60)));
}

#[test]
fn ingestion_and_health_checks_fail_at_once_and_come_again_by_themselves() {
    for plan in [
        Plan::Ingest {
            job: "Tickets".to_owned(),
        },
        Plan::Check {
            connection: "main".to_owned(),
        },
    ] {
        let mut run = Pretend::of(plan.to_playbook().unwrap());
        run.ends = |work| match work.task {
            Task::Ingest { .. } | Task::Check { .. } => {
                Err(Failure::new(502, "The vault is away.").with_retry(Retry::Away))
            }
            _ => good(work),
        };
        assert_eq!(run.play(), Some(RunOutcome::Failed));
        assert_eq!(run.story().len(), 2);
    }
}
