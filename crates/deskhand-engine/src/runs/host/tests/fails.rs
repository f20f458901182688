//! Stores and worlds in trouble.

use serde_json::json;

use super::store::Trouble::{AnswerLost, Full, Locked};
use super::{Play, settle};
use crate::conformance::host::steps::{command, mail, nested, note, playbook, wait};
use crate::runs::{DriveError, RunOutcome, RunState, RunStore};

fn steps() -> Play {
    Play::new(vec![
        playbook("P")
            .step("A", &[], note(json!(1), "a"))
            .step("B", &["A"], note(json!(2), "b"))
            .step("C", &["B"], mail("c")),
    ])
}

/// Drives in a task of its own, moving the clock until it is done; returns how many seconds that took.
async fn drive_through(play: &Play) -> i64 {
    let (host, now) = (play.host(), play.now());
    let driven = tokio::spawn(async move { host.drive_due(now).await });
    let begun = play.now();
    while !driven.is_finished() {
        settle().await;
        if !driven.is_finished() {
            play.toy.clock.advance(1);
        }
        assert!(play.now().as_second() - begun.as_second() < 10_000, "it does not end");
    }
    driven.await.unwrap().unwrap();
    play.now().as_second() - begun.as_second()
}

#[tokio::test]
async fn a_store_in_trouble_is_waited_for_and_nothing_is_lost() {
    for at in 0..4 {
        for trouble in [Locked, Full, AnswerLost] {
            let play = steps();
            let mut next = vec![None; at];
            next.extend([Some(trouble); 3]);
            play.store.trouble(&next);
            play.start().await;
            drive_through(&play).await;
            assert_eq!(
                play.outcome().await,
                Some(RunOutcome::Successful),
                "{trouble:?} at {at}"
            );
            assert_eq!(
                play.story("r").await.entries.len(),
                8,
                "{trouble:?} at {at}: nothing is there twice"
            );
            assert!(play.toy.psa.notes().iter().all(|(_, times)| *times == 1));
        }
    }
}

#[tokio::test]
async fn the_pauses_get_longer() {
    let play = steps();
    play.store.trouble(&[Some(Locked); 12]);
    play.start().await;
    let took = drive_through(&play).await;
    assert!((90..300).contains(&took), "{took} seconds");
}

#[tokio::test]
async fn who_has_lost_a_run_does_nothing_more() {
    let play = steps();
    play.start().await;
    // Its first append fails for so long that another one takes the run over and does it all.
    play.store.trouble(&[Some(Locked); 9]);
    let (host, now) = (play.host(), play.now());
    let driven = tokio::spawn(async move { host.drive_due(now).await });
    settle().await;
    play.toy.clock.advance(61);
    let mut other = play.host();
    other.holder = "two".to_owned();
    other.store = std::sync::Arc::clone(&play.desk) as _;
    assert_eq!(other.drive_due(play.now()).await.unwrap(), 1);
    assert_eq!(play.outcome().await, Some(RunOutcome::Successful));
    let before = play.story("r").await;
    play.store.trouble(&[]);
    while !driven.is_finished() {
        play.toy.clock.advance(60);
        settle().await;
    }
    assert_eq!(driven.await.unwrap().unwrap(), 1);
    assert_eq!(play.story("r").await, before);
    assert!(play.toy.psa.notes().iter().all(|(_, times)| *times == 1));
}

#[tokio::test]
async fn what_is_due_cannot_be_told_by_a_store_that_is_down() {
    let play = steps();
    play.start().await;
    play.store.go_down(true);
    let driven = play.host().drive_due(play.now()).await;
    assert!(matches!(driven, Err(DriveError::Store(_))));
    play.store.go_down(false);
    play.drive().await;
    assert_eq!(play.outcome().await, Some(RunOutcome::Successful));
}

#[tokio::test]
async fn a_signal_that_cannot_be_given_is_given_later() {
    let sub = playbook("Sub").step("Wait", &[], wait(900));
    let play = Play::new(vec![playbook("P").step("Sub", &[], nested("Sub", json!({}))), sub]);
    play.start().await;
    play.drive().await;
    play.cancel().await;
    let (host, now) = (play.host(), play.now());
    let driven = tokio::spawn(async move { host.drive_due(now).await });
    tokio::task::yield_now().await;
    play.store.go_down(true);
    settle().await;
    play.toy.clock.advance(1);
    settle().await;
    play.store.go_down(false);
    while !driven.is_finished() {
        play.toy.clock.advance(1);
        settle().await;
    }
    driven.await.unwrap().unwrap();
    play.drive().await;
    assert_eq!(play.outcome().await, Some(RunOutcome::Cancelled));
}

#[tokio::test]
async fn a_run_whose_world_is_away_waits_for_it() {
    let play = steps();
    play.start().await;
    play.toy.psa.go_away(true);
    play.drive().await;
    let summary = play.story("r").await.summary;
    assert_eq!(summary.state, RunState::Waiting);
    assert_eq!(summary.wake_at.unwrap().as_second() - play.now().as_second(), 30);
    assert!(play.story("r").await.entries.is_empty());
    play.toy.psa.go_away(false);
    play.play().await;
    assert_eq!(play.outcome().await, Some(RunOutcome::Successful));
}

#[tokio::test]
async fn a_run_of_a_playbook_that_is_not_there_has_failed_and_can_be_tried_again() {
    let play = Play::new(vec![playbook("Other").step("A", &[], command("fine", json!({})))]);
    play.start().await;
    play.drive().await;
    let summary = play.story("r").await.summary;
    assert_eq!(summary.outcome, Some(RunOutcome::Failed));
    assert_eq!(summary.reason.as_deref(), Some("There is no playbook `P`."));
    assert_eq!(play.toy.psa.ended(), [("r".to_owned(), RunOutcome::Failed)]);
    play.retry().await;
    play.drive().await;
    assert_eq!(play.desk.get_run("r").await.unwrap().unwrap().entries.len(), 3);
}
