//! Stores and worlds in trouble.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::json;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::store::Trouble::{AnswerLost, Full, Locked};
use super::{Play, settle};
use crate::conformance::host::Killer;
use crate::conformance::host::steps::{command, mail, nested, note, playbook, wait};
use crate::runs::{DriveError, RunOutcome, RunState, RunStore, What};

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
    assert_eq!(play.other().drive_due(play.now()).await.unwrap(), 1);
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

/// Two letters, one after the other.
fn letters() -> Play {
    let p = playbook("P").step("A", &[], mail("a")).step("B", &["A"], mail("b"));
    Play::new(vec![p])
}

fn once(keys: [&str; 2]) -> Vec<(String, u32)> {
    keys.map(|key| (key.to_owned(), 1)).to_vec()
}

/// Moves the clock until a drive is done.
async fn pass_until_done(play: &Play, driven: JoinHandle<Result<usize, DriveError>>) {
    while !driven.is_finished() {
        play.toy.clock.advance(1);
        settle().await;
    }
    driven.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_run_that_ends_behind_a_lost_answer_is_not_waited_for() {
    let p = playbook("P")
        .step("A", &[], mail("a"))
        .step("Sub", &[], nested("Sub", json!({})));
    let play = Play::new(vec![p, playbook("Sub").step("Letter", &[], mail("sub"))]);
    play.start().await;
    play.store.trouble(&[Some(AnswerLost)]);
    let (host, now) = (play.host(), play.now());
    let driven = tokio::spawn(async move { host.drive_due(now).await });
    settle().await;
    assert_eq!(play.other().drive_due(play.now()).await.unwrap(), 1, "the inner run");
    let last = play.story("r").await.entries.pop().unwrap();
    assert!(matches!(last.what, What::ChildEnded { .. }));
    pass_until_done(&play, driven).await;
    play.drive().await;
    assert_eq!(play.outcome().await, Some(RunOutcome::Successful));
}

#[tokio::test]
async fn a_wish_to_cancel_is_heard_whether_it_comes_before_or_behind_a_lost_answer() {
    for comes_before in [true, false] {
        let play = letters();
        play.start().await;
        play.store.trouble(&[Some(Locked), Some(AnswerLost)]);
        let (host, now) = (play.host(), play.now());
        let driven = tokio::spawn(async move { host.drive_due(now).await });
        settle().await;
        if comes_before {
            play.cancel().await;
        }
        play.toy.clock.advance(1);
        settle().await;
        if !comes_before {
            play.cancel().await;
        }
        pass_until_done(&play, driven).await;
        assert_eq!(
            play.outcome().await,
            Some(RunOutcome::Cancelled),
            "before: {comes_before}"
        );
        assert_eq!(play.letters(), [("r/A".to_owned(), 1)], "what had begun");
    }
}

#[tokio::test]
async fn what_was_appended_before_another_host_took_over_is_not_performed() {
    let play = letters();
    play.start().await;
    play.store.trouble(&[Some(AnswerLost)]);
    let (host, now) = (play.host(), play.now());
    let driven = tokio::spawn(async move { host.drive_due(now).await });
    settle().await;
    play.toy.clock.advance(61);
    assert_eq!(play.other().drive_due(play.now()).await.unwrap(), 1);
    pass_until_done(&play, driven).await;
    assert_eq!(play.outcome().await, Some(RunOutcome::Successful));
    assert_eq!(play.letters(), once(["r/A", "r/B"]));
}

#[tokio::test]
async fn a_host_does_not_take_a_run_from_itself_that_it_could_not_append_to() {
    let play = letters();
    play.start().await;
    let mut next = vec![None];
    next.extend([Some(Full); 10]);
    play.store.trouble(&next);
    let (stop, stopped) = oneshot::channel::<()>();
    let host = play.host();
    let served = tokio::spawn(async move { host.serve(async { drop(stopped.await) }).await });
    for _ in 0..100 {
        play.toy.clock.advance(1);
        settle().await;
    }
    assert_eq!(play.outcome().await, None, "the disk is full for two minutes");
    for _ in 0..30 {
        play.toy.clock.advance(1);
        settle().await;
    }
    assert_eq!(play.outcome().await, Some(RunOutcome::Successful));
    assert_eq!(play.letters(), once(["r/A", "r/B"]));
    stop.send(()).unwrap();
    served.await.unwrap();
}

#[tokio::test]
async fn a_claim_that_could_be_renewed_only_late_lasts_from_then_on() {
    let mut play = steps();
    play.toy.killer = Arc::new(Killer::at(1));
    play.start().await;
    play.store.trouble(&[Some(Locked); 9]);
    let (host, now) = (play.host(), play.now());
    let driven = tokio::spawn(async move { host.drive_due(now).await });
    while play.store.appends().is_empty() {
        play.toy.clock.advance(1);
        settle().await;
    }
    assert!(play.now().duration_since(now).as_secs() > 60);
    let taken = play.other().claim(play.now(), 9).await.unwrap();
    assert!(taken.is_empty(), "it is held");
    driven.abort();
}

#[tokio::test]
async fn a_run_whose_drive_broke_off_is_taken_again_by_the_same_host() {
    let mut play = steps();
    play.toy.killer = Arc::new(Killer::at(1));
    play.start().await;
    let (host, now) = (play.host(), play.now());
    let same = host.clone();
    let driven = tokio::spawn(async move { same.drive_due(now).await });
    settle().await;
    let past = now + SignedDuration::from_secs(100);
    assert!(host.claim(past, 9).await.unwrap().is_empty(), "it is at work on it");
    driven.abort();
    settle().await;
    assert_eq!(host.claim(past, 9).await.unwrap().len(), 1);
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
