//! A vault that is down.

use std::sync::Arc;
use std::time::Duration;

use deskhand_engine::runs::{Plan, RunOutcome, RunState, awaited};
use deskhand_vault::{HashicorpOptions, HashicorpVault, KvVersion};
use serde_json::Map;

use super::servers::VaultServer;
use crate::stage::{Beside, Stage};

const TICKET: i64 = 1_003;

fn vault(port: u16) -> HashicorpVault {
    let options = HashicorpOptions {
        address: format!("http://127.0.0.1:{port}"),
        mount: "secret".to_owned(),
        version: KvVersion::Two,
        namespace: None,
        token: Arc::new(|| Ok("token".into())),
        ca_certificate: None,
        timeout: Duration::from_secs(5),
    };
    HashicorpVault::new(options).unwrap()
}

fn job(name: &str, connection: &str) -> String {
    format!(
        "[[ingestion]]\nname = \"{name}\"\nconnection = \"{connection}\"\nevery = \"15m\"\nfrom = \"2000-01-01 00:00\"\n"
    )
}

async fn connect_walled(stage: &Stage) {
    let url = stage.sandbox.url();
    stage
        .apply(&format!(
            "[[connection]]\nname = \"walled\"\nsite = \"Main\"\nserver_url = \"{url}\"\ncompany_id = \"sandbox\"\n\
             public_key = \"public\"\nprivate_key = {{ vault = \"safe\", path = \"psa\" }}\nclient_id = \"test\"\n"
        ))
        .await;
}

/// The outcomes of a job's runs, the newest first, and why the newest failed.
async fn outcomes(stage: &Stage, job: &str) -> (Vec<RunOutcome>, String) {
    let runs = stage.runs_of(&format!("ingestion:{job}")).await;
    let outcomes = runs.iter().map(|run| run.outcome.unwrap()).collect();
    (outcomes, runs[0].reason.clone().unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vault_that_is_down_is_named_holds_up_its_own_connections_alone_and_loses_nothing() {
    let mut server = VaultServer::begin().await;
    let beside = Beside {
        vault: Some(Arc::new(vault(server.port))),
        ..Beside::default()
    };
    let stage = Stage::set_beside(20, beside).await;
    connect_walled(&stage).await;
    stage.apply(&job("Open", "acme")).await;
    stage.apply(&job("Walled", "walled")).await;
    stage.forward(16).await;
    assert_eq!(stage.events_of(TICKET).await, 2, "each connection has read it");
    let before = outcomes(&stage, "Walled").await.0.len();

    server.go_away().await;
    assert!(stage.sandbox.touch(TICKET));
    stage.forward(30).await;
    let (walled, why) = outcomes(&stage, "Walled").await;
    let failed = walled.len() - before;
    assert!(failed >= 2, "{walled:?}");
    assert!(
        walled[..failed].iter().all(|outcome| *outcome == RunOutcome::Failed),
        "{walled:?}"
    );
    assert!(why.contains("The vault `safe` gave no secret"), "{why}");
    let (open, why) = outcomes(&stage, "Open").await;
    assert!(open.iter().all(|outcome| *outcome == RunOutcome::Successful), "{why}");
    assert_eq!(
        stage.events_of(TICKET).await,
        3,
        "the other connection has read the change"
    );

    server.come_back().await;
    stage.forward(15).await;
    let (walled, why) = outcomes(&stage, "Walled").await;
    assert_eq!(walled[0], RunOutcome::Successful, "{why}");
    assert_eq!(stage.events_of(TICKET).await, 4, "and now this one");
    stage.forward(15).await;
    assert_eq!(stage.events_of(TICKET).await, 4);
}

const NOTES: &str = "[playbook]\nname = \"Notes\"\nsummary = \"Writes a note.\"\n[[step]]\nname = \"Note\"\n\
                     command = \"add-ticket-notes\"\nconnection = \"walled\"\n[step.inputs]\n\"Ticket IDs\" = [1003]\n\
                     \"Note Text\" = \"It is on its way.\"\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_playbook_waits_for_a_vault_that_is_down_and_goes_on_by_itself() {
    let mut server = VaultServer::begin().await;
    let beside = Beside {
        vault: Some(Arc::new(vault(server.port))),
        ..Beside::default()
    };
    let stage = Stage::set_beside(20, beside).await;
    connect_walled(&stage).await;
    stage.apply(NOTES).await;
    stage
        .apply("[[schedule]]\nname = \"Boards\"\ncommand = \"list-boards\"\nconnection = \"walled\"\nevery = \"1h\"\n")
        .await;
    server.go_away().await;
    let began = stage.now();
    let plan = Plan::Playbook {
        name: "Notes".to_owned(),
        version: 1,
    };
    let story = stage.run("note", plan, Map::new()).await;
    assert_eq!(story.summary.state, RunState::Waiting, "{story:?}");
    stage.forward(180).await;

    let story = stage.story("note").await;
    let waits = awaited(&story.entries);
    assert_eq!((waits.len(), waits[0].step.as_str()), (1, "Note"));
    assert!(waits[0].since.duration_since(began).as_mins() < 1, "{waits:?}");
    let why = &waits[0].failure.message;
    assert!(why.contains("The vault `safe` gave no secret"), "{why}");
    let boards = stage.runs_of("Boards").await;
    assert_eq!(boards[0].state, RunState::Waiting, "{boards:?}");

    server.come_back().await;
    stage.forward(16).await;
    let story = stage.story("note").await;
    assert_eq!(story.summary.outcome, Some(RunOutcome::Successful), "{story:?}");
    assert!(awaited(&story.entries).is_empty());
    let boards = stage.runs_of("Boards").await;
    assert!(
        boards.iter().all(|run| run.outcome == Some(RunOutcome::Successful)),
        "{boards:?}"
    );
}
