//! A connection that is led to another PSA while something is under way: the same numbers are other tickets there.

use deskhand_command::Announced;
use deskhand_engine::runs::{Plan, RunOutcome, RunState};
use deskhand_sandbox::Kind;
use serde_json::Map;

use super::receiver::Receiving;
use super::stage::Stage;

const TICKET: i64 = 1_003;

const NOTES_LATER: &str = "
[playbook]
name = \"Notes later\"
summary = \"Waits, and writes a note.\"
[[step]]
name = \"Wait\"
wait = \"1h\"
[[step]]
name = \"Note\"
command = \"add-ticket-notes\"
connection = \"acme\"
inputs = { \"Ticket IDs\" = [1003], \"Note Text\" = \"Later\" }
";

fn notes(stage: &Stage) -> usize {
    stage.sandbox.world().read(Kind::Note, |notes| {
        let all = notes.newest_after(0);
        all.filter(|note| String::from_utf8_lossy(&note.raw).contains("\"Later\""))
            .count()
    })
}

fn notes_later() -> Plan {
    Plan::Playbook {
        name: "Notes later".to_owned(),
        version: 1,
    }
}

/// Another address: the sandbox answers there as well, so that nothing but the check keeps the note away.
async fn lead_elsewhere(stage: &Stage) {
    let elsewhere = stage.sandbox.url().replace("127.0.0.1", "localhost");
    stage.connect_to(&elsewhere, "").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_does_not_go_on_at_another_psa_and_one_that_is_started_there_does() {
    let stage = Stage::set(5).await;
    stage.apply(NOTES_LATER).await;
    let waiting = stage.run("one", notes_later(), Map::new()).await;
    assert_eq!(waiting.summary.state, RunState::Waiting);
    stage.connect("description = \"The same PSA\"\n").await;
    stage.forward(61).await;
    let ended = stage.story("one").await.summary;
    assert_eq!((ended.outcome, notes(&stage)), (Some(RunOutcome::Successful), 1));

    stage.run("two", notes_later(), Map::new()).await;
    stage.forward(30).await;
    lead_elsewhere(&stage).await;
    stage.run("three", notes_later(), Map::new()).await;
    stage.forward(61).await;
    let refused = stage.story("two").await.summary;
    assert_eq!(refused.outcome, Some(RunOutcome::Failed));
    let reason = refused.reason.unwrap();
    assert!(
        reason.contains("The connection `acme` has led to another PSA or company since this began."),
        "{reason}"
    );
    let there = stage.story("three").await.summary;
    assert_eq!((there.outcome, notes(&stage)), (Some(RunOutcome::Successful), 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_psa_has_announced_is_not_looked_for_here() {
    let stage = Stage::set(5).await;
    stage
        .apply("[[ingestion]]\nname = \"Tickets\"\nconnection = \"acme\"\nevery = \"15m\"\n")
        .await;
    stage.forward(16).await;
    let announced = Announced {
        id: TICKET,
        deleted: false,
    };
    stage.store.keep("acme", announced, stage.now()).await.unwrap();
    stage.forward(1).await;
    lead_elsewhere(&stage).await;
    let now = Announced {
        id: TICKET + 1,
        deleted: false,
    };
    stage.forward(1).await;
    stage.store.keep("acme", now, stage.now()).await.unwrap();
    stage.engine.turn().await.unwrap();
    stage.sandbox.log().clear();
    let receiving = Receiving::begin(&stage).await;
    receiving.attendant.turn().await;
    assert_eq!(stage.store.reception("acme").await.unwrap().waiting, 0);
    let asked: Vec<_> = stage
        .sandbox
        .log()
        .all()
        .into_iter()
        .map(|seen| format!("{seen:?}"))
        .collect();
    let asks = |id: i64| asked.iter().any(|seen| seen.contains(&id.to_string()));
    assert!(asks(TICKET + 1) && !asks(TICKET), "{asked:?}");
}
