//! A vault that is down.

use std::sync::Arc;
use std::time::Duration;

use deskhand_engine::runs::RunOutcome;
use deskhand_vault::{HashicorpOptions, HashicorpVault, KvVersion};

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
    let url = stage.sandbox.url();
    stage
        .apply(&format!(
            "[[connection]]\nname = \"walled\"\nsite = \"Main\"\nserver_url = \"{url}\"\ncompany_id = \"sandbox\"\n\
             public_key = \"public\"\nprivate_key = {{ vault = \"safe\", path = \"psa\" }}\nclient_id = \"test\"\n"
        ))
        .await;
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
