//! Driving for as long as the program runs.

use std::sync::Arc;

use serde_json::json;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{Play, settle};
use crate::conformance::host::Killer;
use crate::conformance::host::steps::{mail, nested, note, playbook, run_of, wait};
use crate::runs::{RunHost, RunOutcome, RunState, RunStore};

fn serve(host: &RunHost) -> (oneshot::Sender<()>, JoinHandle<()>) {
    let (stop, stopped) = oneshot::channel::<()>();
    let host = host.clone();
    let served = tokio::spawn(async move {
        host.serve(async {
            let _stop = stopped.await;
        })
        .await;
    });
    (stop, served)
}

#[tokio::test]
async fn runs_are_driven_as_they_become_due() {
    let sub = playbook("Sub").step("Letter", &[], mail("sub"));
    let p = playbook("P")
        .step("Wait", &[], wait(30))
        .step("Sub", &["Wait"], nested("Sub", json!({})));
    let play = Play::new(vec![p, sub]);
    let host = play.host();
    let (stop, served) = serve(&host);
    settle().await;
    play.start().await;
    host.wake();
    settle().await;
    assert_eq!(
        play.story("r").await.summary.state,
        RunState::Waiting,
        "it was taken at once"
    );
    for _ in 0..40 {
        play.toy.clock.advance(1);
        settle().await;
    }
    assert_eq!(play.outcome().await, Some(RunOutcome::Successful));
    // Another process has started this one; nobody has said so here.
    play.start_run(&run_of("s", "Sub")).await;
    play.toy.clock.advance(1);
    settle().await;
    assert_eq!(play.story("s").await.summary.outcome, Some(RunOutcome::Successful));
    stop.send(()).unwrap();
    settle().await;
    served.await.unwrap();
}

#[tokio::test]
async fn more_runs_than_there_is_room_for_wait_their_turn() {
    let mut play = Play::new(vec![playbook("P").step("A", &[], mail("a"))]);
    play.limits.runs = 3;
    for n in 0..20 {
        play.start_run(&run_of(&format!("r{n}"), "P")).await;
    }
    let host = play.host();
    let (stop, served) = serve(&host);
    settle().await;
    settle().await;
    assert_eq!(play.toy.psa.ended().len(), 20);
    stop.send(()).unwrap();
    served.await.unwrap();
}

#[tokio::test]
async fn a_closing_host_gives_runs_back_so_that_the_next_goes_on_at_once() {
    let p = playbook("P")
        .step("A", &[], note(json!(1), "a"))
        .step("B", &["A"], mail("b"));
    let mut play = Play::new(vec![p]);
    play.toy.killer = Arc::new(Killer::at(1));
    play.start().await;
    let host = play.host();
    let (stop, served) = serve(&host);
    settle().await;
    stop.send(()).unwrap();
    settle().await;
    assert!(!served.is_finished(), "what is at work has its time");
    play.toy.clock.advance(10);
    settle().await;
    served.await.unwrap();
    assert_eq!(play.story("r").await.summary.outcome, None);

    // A run whose steps end in time is given back.
    let p = playbook("P").step("A", &[], wait(5)).step("B", &["A"], mail("b"));
    let play = Play::new(vec![p]);
    play.start().await;
    let host = play.host();
    let (stop, served) = serve(&host);
    stop.send(()).unwrap();
    settle().await;
    served.await.unwrap();
    let next = play.desk.next_run_due().await.unwrap().unwrap();
    assert!(next.as_second() <= play.now().as_second() + 5, "nobody holds it");
}

#[tokio::test]
async fn a_store_that_is_down_is_looked_at_again() {
    let play = Play::new(vec![playbook("P").step("A", &[], mail("a"))]);
    play.start().await;
    play.store.go_down(true);
    let host = play.host();
    let (stop, served) = serve(&host);
    settle().await;
    play.store.go_down(false);
    play.toy.clock.advance(1);
    settle().await;
    assert_eq!(play.outcome().await, Some(RunOutcome::Successful));
    stop.send(()).unwrap();
    served.await.unwrap();
}
