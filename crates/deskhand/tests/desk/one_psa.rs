//! Several who write to one PSA, each by a connection of its own: no record is taken for two writes.

use std::collections::BTreeSet;
use std::time::Duration;

use deskhand_command::journal::Ending;
use deskhand_engine::connections::OPERATOR;
use deskhand_engine::runs::{Cause, NewRun, Plan, RunOutcome};
use deskhand_sandbox::{FaultKind, Kind, Rule};
use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use super::stage::{Beside, Stage};

const TICKET: i64 = 1_003;
const TEXT: &str = "Called back";

/// The sandbox's notes with the text.
fn notes(stage: &Stage) -> BTreeSet<i64> {
    stage.sandbox.world().read(Kind::Note, |table| {
        let notes = table.newest_after(0);
        let notes = notes.map(|record| serde_json::from_slice::<Value>(&record.raw).unwrap());
        let ours = notes.filter(|note| note["text"] == TEXT);
        ours.map(|note| note["id"].as_i64().unwrap()).collect()
    })
}

/// Begins to add the note, for a site, by its connection.
async fn begin(stage: &Stage, site: &str) {
    let inputs = json!({ "Ticket IDs": [TICKET], "Note Text": TEXT });
    let run = NewRun {
        id: site.to_owned(),
        plan: Plan::Command {
            command: "add-ticket-notes".to_owned(),
            connection: format!("PSA {site}"),
            inputs: inputs.as_object().unwrap().clone(),
        },
        cause: Cause::Person {
            name: OPERATOR.to_owned(),
        },
        site: site.to_owned(),
        given: Map::new(),
        created_at: stage.now(),
    };
    assert!(stage.store.start(&run).await.unwrap());
}

/// The first note's request was lost; while that is looked for, the second is made, and a third by hand.
async fn others_meanwhile(stage: &Stage) {
    while notes(stage).is_empty() || stage.sandbox.faults().fired().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let ticket = TICKET.to_string();
    let by_hand = ["add-ticket-notes", &ticket, "--note-text", TEXT];
    stage.printed("", &by_hand).await;
    loop {
        stage.time.move_by(SignedDuration::from_secs(1));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_note_is_not_found_in_another_connections_to_the_same_psa() {
    let beside = Beside {
        patient: true,
        ..Beside::default()
    };
    let stage = Stage::set_beside(20, beside).await;
    let url = stage.sandbox.url();
    for site in ["North", "South"] {
        stage
            .apply(&format!(
                "[[site]]\nname = \"{site}\"\n[[connection]]\nname = \"PSA {site}\"\nsite = \"{site}\"\n\
                 server_url = \"{url}\"\ncompany_id = \"sandbox\"\npublic_key = \"public\"\nprivate_key = \"private\"\n\
                 client_id = \"test\"\n"
            ))
            .await;
    }
    stage.engine.take_over(stage.now()).await.unwrap();
    begin(&stage, "North").await;
    begin(&stage, "South").await;
    let lost = Rule::at(FaultKind::LostRequest, 1, 1).method("POST").on("/notes");
    stage.sandbox.faults().set(vec![lost]);
    tokio::select! {
        turned = stage.engine.turn() => drop(turned.unwrap()),
        () = others_meanwhile(&stage) => unreachable!("time goes on until they have ended"),
    }
    for site in ["North", "South"] {
        let ended = stage.story(site).await.summary;
        assert_eq!(ended.outcome, Some(RunOutcome::Successful), "{ended:?}");
    }
    let writes = stage.store.list_writes(true, 99).await.unwrap();
    let done = writes.iter().filter_map(|(_, write)| match write.ending {
        Some(Ending::Done { record }) => record,
        _ => None,
    });
    let done: Vec<i64> = done.collect();
    assert_eq!(done.len(), 3, "{writes:?}");
    assert_eq!(BTreeSet::from_iter(done), notes(&stage), "a note each");
    let of: BTreeSet<&str> = writes.iter().map(|(connection, _)| connection.as_str()).collect();
    let by_hand = "127.0.0.1 sandbox";
    assert_eq!(of, BTreeSet::from(["PSA North sandbox", "PSA South sandbox", by_hand]));
}
