//! Health checks.

use deskhand_engine::desk::{Kind, Wanted};
use deskhand_engine::health::{HealthState, health, schedule_name};
use deskhand_engine::runs::{RunFilter, RunOutcome};
use deskhand_sandbox::Member;
use jiff::SignedDuration;

use super::stage::Stage;

const CHECKED: &str = "health_check = { every_minutes = 5, mail_to = [\"noc@example.com\"] }\n";

async fn state(stage: &Stage) -> HealthState {
    let standing = stage.store.get_schedule(&schedule_name("acme")).await.unwrap();
    health(standing.as_ref(), &stage.runs_of(&schedule_name("acme")).await, None).state
}

/// Whether the PSA lets us in.
fn let_in(stage: &Stage, yes: bool) {
    stage.sandbox.world().set_member(if yes {
        Member::with_every_right("sandbox", "public", "private")
    } else {
        Member::with_rights("public", "private", &[])
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c16_tc4_a_health_check_keeps_results_writes_letters_and_ends_with_the_connection() {
    let stage = Stage::set(20).await;
    stage.connect(CHECKED).await;
    stage.forward(11).await;
    let runs = stage.runs_of("health:acme").await;
    assert!((2..=3).contains(&runs.len()), "{runs:?}");
    assert!(
        runs.iter()
            .all(|run| run.outcome == Some(RunOutcome::Successful) && run.ended_at.is_some())
    );
    assert_eq!(state(&stage).await, HealthState::Healthy);

    let_in(&stage, false);
    stage.forward(10).await;
    assert_eq!(state(&stage).await, HealthState::Failing);
    let failed = stage
        .runs(RunFilter {
            schedule: Some("health:acme".to_owned()),
            outcome: Some(RunOutcome::Failed),
            ..RunFilter::default()
        })
        .await;
    assert!(failed[0].reason.as_ref().unwrap().contains("Inquire"), "{failed:?}");
    let_in(&stage, true);
    stage.forward(6).await;
    assert_eq!(state(&stage).await, HealthState::Healthy);
    let subjects = stage.letters.subjects();
    assert_eq!(subjects.len(), 2, "{subjects:?}");
    assert!(subjects.iter().all(|subject| subject.contains("acme")), "{subjects:?}");

    stage.connect(&format!("{CHECKED}active = false\n")).await;
    stage.forward(1).await;
    let before = stage.runs_of("health:acme").await.len();
    stage.forward(30).await;
    assert_eq!(stage.runs_of("health:acme").await.len(), before);
    assert_eq!(state(&stage).await, HealthState::Unchecked);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_was_told_of_and_switched_off_is_told_of_again_when_it_comes_back_and_fails() {
    let stage = Stage::set(5).await;
    stage.connect(CHECKED).await;
    let_in(&stage, false);
    stage.forward(11).await;
    assert_eq!(stage.letters.subjects().len(), 1);
    stage.connect(&format!("{CHECKED}active = false\n")).await;
    stage.forward(11).await;
    stage.connect(CHECKED).await;
    stage.forward(11).await;
    let subjects = stage.letters.subjects();
    assert_eq!(subjects.len(), 2, "{subjects:?}");
    assert!(
        subjects.iter().all(|subject| subject.contains("has failed")),
        "{subjects:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_that_fails_because_its_connection_was_just_switched_off_or_removed_counts_for_nothing() {
    let removed = Wanted {
        kind: Kind::Connection,
        name: "acme".to_owned(),
        body: None,
    };
    for removed in [None, Some(removed)] {
        let stage = Stage::set(5).await;
        stage.connect(CHECKED).await;
        stage.forward(6).await;
        // A process that has not heard of it checks once more.
        match removed {
            None => stage.connect(&format!("{CHECKED}active = false\n")).await,
            Some(removed) => _ = stage.store.apply(&[removed], "test", stage.now()).await.unwrap(),
        }
        stage.time.move_by(SignedDuration::from_mins(5));
        assert_eq!(stage.engine.ticker.fire_due(stage.now()).await.unwrap(), 1);
        stage.engine.host.drive_due(stage.now()).await.unwrap();
        let runs = stage.runs_of(&schedule_name("acme")).await;
        assert_eq!(runs[0].outcome, Some(RunOutcome::Failed), "{runs:?}");
        let standing = stage.store.get_schedule(&schedule_name("acme")).await.unwrap().unwrap();
        assert_eq!(
            (standing.failures, standing.alerted, standing.running),
            (0, false, None)
        );
        stage.forward(1).await;
        assert_eq!(stage.letters.subjects(), [""; 0]);
    }
}
