//! Writes whose answers are lost while others write the very same: each is told from the others.

use std::sync::Arc;

use connectwise_psa::{Client, Condition};
use deskhand_command::{Command, CommandOutput, Context};
use deskhand_connectwise::TicketMark;
use deskhand_sandbox::{FaultKind, Kind, Running};
use serde_json::{Value, json};

use crate::lost::{client, clock_on, company, count, desk, lose, usable};
use crate::moved::MovedClock;
use crate::support::{notes, plant, records, run_of, ticket};

/// A connection's commands on a desk of their own.
struct Desk {
    sandbox: Arc<Running>,
    clock: Arc<MovedClock>,
    psa: Client,
    commands: Vec<Arc<dyn Command>>,
}

impl Desk {
    async fn new() -> Self {
        let sandbox = desk(20).await;
        let psa = client(&sandbox);
        Self {
            clock: MovedClock::new(&sandbox),
            commands: deskhand_connectwise::catalogue(&psa, TicketMark::Nowhere),
            psa,
            sandbox,
        }
    }

    /// Runs it under a name of its own; nothing is under way afterwards.
    async fn run(&self, name: &str, slug: &str, inputs: Value) -> CommandOutput {
        let context = self.clock.context(name);
        self.run_in(&context, slug, inputs).await
    }

    async fn run_in(&self, context: &Context, slug: &str, inputs: Value) -> CommandOutput {
        let output = run_of(&self.commands, context, slug, inputs).await;
        self.sandbox.faults().set(Vec::new());
        clock_on(&self.sandbox);
        output
    }

    /// While somebody waits, another member adds a copy of a note that the sandbox has.
    fn others_note(&self, of: i64, text: &str) {
        let mut note = notes(&self.sandbox, of)[0].clone();
        note["text"] = json!(text);
        self.clock.meanwhile(move |sandbox| {
            let now = sandbox.world().clock.now().to_string();
            note["id"] = json!(900_000);
            note["createdBy"] = json!("jdoe");
            note["dateCreated"] = json!(now);
            note["_info"] = json!({"lastUpdated": now, "updatedBy": "jdoe"});
            plant(sandbox, Kind::Note, of, &note);
        });
    }

    /// While somebody waits, another member makes a ticket like this one, with this summary.
    fn others_ticket(&self, like: i64, summary: &str) {
        let mut other = ticket(&self.sandbox, like);
        other["summary"] = json!(summary);
        self.clock.meanwhile(move |sandbox| {
            let now = sandbox.world().clock.now().to_string();
            other["id"] = json!(90_000);
            other["dateEntered"] = json!(now);
            other["_info"]["dateEntered"] = json!(now);
            other["_info"]["lastUpdated"] = json!(now);
            other["_info"]["enteredBy"] = json!("jdoe");
            plant(sandbox, Kind::Ticket, 0, &other);
        });
    }
}

fn with_text(notes: &[Value], text: &str) -> Vec<Value> {
    notes.iter().filter(|note| note["text"] == text).cloned().collect()
}

#[tokio::test]
async fn a_lost_note_is_told_from_another_members_once_an_answer_has_said_who_we_are() {
    let desk = Desk::new().await;
    let ticket = usable(&desk.psa).await[0];
    let first = json!({"Ticket IDs": [ticket], "Note Text": "First"});
    assert_eq!(desk.run("first", "add-ticket-notes", first).await.error(), "");
    for fault in [FaultKind::LostAnswer, FaultKind::LostRequest, FaultKind::LostThenDone] {
        let text = format!("{fault:?}");
        desk.others_note(ticket, &text);
        lose(&desk.sandbox, fault, "POST", "/notes");
        let inputs = json!({"Ticket IDs": [ticket], "Note Text": text});
        let output = desk.run(&text, "add-ticket-notes", inputs).await;
        let ours = records(&output);
        assert_eq!((ours.len(), &ours[0]["createdBy"]), (1, &json!("public")), "{text}");
        let found = with_text(&notes(&desk.sandbox, ticket), &text);
        let mut authors: Vec<_> = found.iter().map(|note| note["createdBy"].as_str().unwrap()).collect();
        authors.sort_unstable();
        assert_eq!(authors, ["jdoe", "public"], "{text}");
        desk.sandbox.world().remove(Kind::Note, 900_000);
    }
}

#[tokio::test]
async fn a_lost_note_beside_another_members_is_unknown_while_nothing_has_said_who_we_are() {
    let desk = Desk::new().await;
    let ticket = usable(&desk.psa).await[0];
    let other = json!({"Ticket IDs": [ticket], "Note Text": "First"});
    // Another catalogue: what it learns stays with it.
    let elsewhere = deskhand_connectwise::catalogue(&desk.psa, TicketMark::Nowhere);
    run_of(&elsewhere, &desk.clock.context("first"), "add-ticket-notes", other).await;
    desk.others_note(ticket, "Same");
    lose(&desk.sandbox, FaultKind::LostAnswer, "POST", "/notes");
    let inputs = json!({"Ticket IDs": [ticket], "Note Text": "Same"});
    let output = desk.run("run", "add-ticket-notes", inputs).await;
    let message = &output.errors[0].message;
    assert!(
        message.contains("there are 2 such notes where 1 were meant"),
        "{message}"
    );
}

#[tokio::test]
async fn a_lost_ticket_without_a_mark_is_told_from_another_members_once_an_answer_has_said_who_we_are() {
    let desk = Desk::new().await;
    let company = company(&desk.psa).await;
    let first = json!({"Summary": "First", "Company ID": company});
    let first = records(&desk.run("first", "create-ticket", first).await)[0]["id"].clone();
    for fault in [FaultKind::LostAnswer, FaultKind::LostRequest, FaultKind::LostThenDone] {
        let summary = format!("{fault:?}");
        desk.others_ticket(first.as_i64().unwrap(), &summary);
        lose(&desk.sandbox, fault, "POST", "/service/tickets");
        let inputs = json!({"Summary": summary, "Company ID": company});
        let ours = records(&desk.run(&summary, "create-ticket", inputs).await);
        assert_eq!(ours[0]["_info"]["enteredBy"], "public", "{summary}");
        let same = Condition::equals("summary", summary.as_str());
        assert_eq!(count(&desk.psa, "service/tickets", same).await, 2, "{summary}");
        desk.sandbox.world().remove(Kind::Ticket, 90_000);
    }
}
