//! What others want of a run that is driven, and claims that are kept.

use std::sync::Arc;

use serde_json::json;

use super::{Play, settle};
use crate::conformance::host::Killer;
use crate::conformance::host::steps::{mail, note, playbook, wait};
use crate::runs::{RunOutcome, RunState, RunStore, What};

/// A run whose first step stands still.
async fn standing() -> (Play, tokio::task::JoinHandle<Result<usize, crate::runs::DriveError>>) {
    let mut play = Play::new(vec![
        playbook("P")
            .step("A", &[], note(json!(1), "a"))
            .step("Wait", &[], wait(5_000))
            .step("B", &["A"], mail("b")),
    ]);
    // Dead inside of the toy, but not for the host, which nobody watches: the step never ends.
    play.toy.killer = Arc::new(Killer::at(1));
    play.start().await;
    let (host, now) = (play.host(), play.now());
    let driven = tokio::spawn(async move { host.drive_due(now).await });
    settle().await;
    (play, driven)
}

#[tokio::test]
async fn a_claim_is_renewed_while_a_step_is_at_work() {
    let (play, driven) = standing().await;
    for _ in 0..30 {
        play.toy.clock.advance(10);
        settle().await;
        let mut other = play.host();
        other.holder = "two".to_owned();
        assert_eq!(other.drive_due(play.now()).await.unwrap(), 0, "it is held");
    }
    assert!(play.store.appends().iter().filter(|entries| **entries == 0).count() >= 10);
    driven.abort();
    settle().await;
    play.toy.clock.advance(60);
    let mut other = play.host();
    other.world = Arc::new(crate::conformance::host::Toy {
        killer: Arc::new(Killer::never()),
        ..play.toy.clone()
    });
    assert_eq!(other.drive_due(play.now()).await.unwrap(), 1, "its holder is gone");
    assert_eq!(play.toy.psa.notes(), [("a on 1".to_owned(), 1)]);
}

#[tokio::test]
async fn a_wish_to_cancel_is_heard_while_a_step_is_at_work() {
    let (play, driven) = standing().await;
    play.cancel().await;
    settle().await;
    let waits = |entries: &[crate::runs::Entry]| {
        let ended = |what: &What| matches!(what, What::StepEnded { step, .. } if step == "Wait");
        !entries.iter().any(|entry| ended(&entry.what))
    };
    assert!(waits(&play.story("r").await.entries));
    play.toy.clock.advance(20);
    settle().await;
    assert!(!waits(&play.story("r").await.entries), "the wait is over");
    assert_eq!(
        play.story("r").await.summary.state,
        RunState::Due,
        "and the step is let end"
    );
    driven.abort();
}

#[tokio::test]
async fn a_wait_beside_a_step_at_work_is_over_in_time() {
    let (play, driven) = standing().await;
    for _ in 0..251 {
        play.toy.clock.advance(20);
        settle().await;
    }
    let story = play.story("r").await;
    let ended = story
        .entries
        .iter()
        .find(|entry| matches!(entry.what, What::StepEnded { .. }))
        .unwrap();
    assert_eq!(ended.at.as_second(), 6_000);
    driven.abort();
}

#[tokio::test]
async fn a_clock_that_jumps_back_delays_and_loses_nothing() {
    let play = Play::new(vec![playbook("P").step("Wait", &[], wait(600)).step(
        "B",
        &["Wait"],
        mail("b"),
    )]);
    play.start().await;
    play.drive().await;
    play.toy.clock.advance(-3_600);
    play.drive().await;
    assert_eq!(play.story("r").await.summary.state, RunState::Waiting);
    play.play().await;
    assert_eq!(play.outcome().await, Some(RunOutcome::Successful));
    assert_eq!(play.desk.next_run_due().await.unwrap(), None);
}
