//! Writes whose answers are lost while others write the very same: each is told from the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use connectwise_psa::{Client, Condition};
use deskhand_command::journal::{Claim, Claimed, Ending, Intent, Journal, JournalError, MemoryJournal, Write, WriteId};
use deskhand_command::{BoxFuture, Command, CommandOutput, Context};
use deskhand_connectwise::TicketMark;
use deskhand_sandbox::{FaultKind, Kind, Rule, Running};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Barrier;

use crate::lost::{client, clock_on, company, count, desk, lose, usable};
use crate::moved::MovedClock;
use crate::support::{ids, notes, plant, records, run_of, ticket};

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

/// A journal in which two looks find the same: each of the first two hears what was made only when both have asked.
struct SameMoment {
    journal: MemoryJournal,
    asked: AtomicUsize,
    both: Barrier,
}

impl SameMoment {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            journal: MemoryJournal::default(),
            asked: AtomicUsize::new(0),
            both: Barrier::new(2),
        })
    }

    /// The record of each write that is done, in the order of their beginning.
    fn made(&self) -> Vec<i64> {
        let writes = self.journal.writes().into_iter();
        let made = |write: Write| match write.ending {
            Some(Ending::Done { record }) => record,
            _ => None,
        };
        writes.filter_map(made).collect()
    }
}

impl Journal for SameMoment {
    fn claim<'a>(&'a self, claim: &'a Claim) -> BoxFuture<'a, Result<Claimed, JournalError>> {
        self.journal.claim(claim)
    }

    fn find<'a>(&'a self, key: &'a str, step: &'a str) -> BoxFuture<'a, Result<Option<Write>, JournalError>> {
        self.journal.find(key, step)
    }

    fn begin<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<Option<WriteId>, JournalError>> {
        self.journal.begin(intent)
    }

    fn end<'a>(&'a self, write: WriteId, ending: &'a Ending) -> BoxFuture<'a, Result<(), JournalError>> {
        self.journal.end(write, ending)
    }

    fn resend(&self, write: WriteId, sent_at: Timestamp) -> BoxFuture<'_, Result<bool, JournalError>> {
        self.journal.resend(write, sent_at)
    }

    fn conclude<'a>(
        &'a self,
        write: WriteId,
        sent_at: Timestamp,
        ending: &'a Ending,
    ) -> BoxFuture<'a, Result<bool, JournalError>> {
        self.journal.conclude(write, sent_at, ending)
    }

    fn take(&self, write: WriteId, record: i64) -> BoxFuture<'_, Result<bool, JournalError>> {
        self.journal.take(write, record)
    }

    fn made<'a>(&'a self, target: &'a str) -> BoxFuture<'a, Result<Vec<i64>, JournalError>> {
        Box::pin(async move {
            let made = self.journal.made(target).await;
            if self.asked.fetch_add(1, Ordering::SeqCst) < 2 {
                self.both.wait().await;
            }
            made
        })
    }

    fn unsettled<'a>(&'a self, request: &'a str) -> BoxFuture<'a, Result<u64, JournalError>> {
        self.journal.unsettled(request)
    }
}

impl Desk {
    /// Two processes do the same at the same moment, and their answers are lost in these ways.
    async fn twice(
        &self,
        journal: &Arc<SameMoment>,
        faults: [FaultKind; 2],
        slug: &str,
        inputs: &Value,
    ) -> [CommandOutput; 2] {
        let path = if slug == "create-ticket" {
            "/service/tickets"
        } else {
            "/notes"
        };
        let lost = |at, fault| Rule::at(fault, at, 1).method("POST").on(path).seconds(60.0);
        self.sandbox.faults().set(vec![lost(1, faults[0]), lost(2, faults[1])]);
        let context = |run: &str| Context {
            journal: Arc::clone(journal) as Arc<dyn Journal>,
            ..self.clock.context(run)
        };
        let (one, other) = (context("one"), context("other"));
        let (one, other) = tokio::join!(
            run_of(&self.commands, &one, slug, inputs.clone()),
            run_of(&self.commands, &other, slug, inputs.clone()),
        );
        self.sandbox.faults().set(Vec::new());
        clock_on(&self.sandbox);
        [one, other]
    }
}

#[tokio::test]
async fn two_like_notes_that_are_lost_at_the_same_moment_have_a_note_each() {
    for faults in [
        [FaultKind::LostAnswer, FaultKind::LostAnswer],
        [FaultKind::LostAnswer, FaultKind::LostRequest],
        [FaultKind::LostAnswer, FaultKind::LostThenDone],
    ] {
        let (desk, journal) = (Desk::new().await, SameMoment::new());
        let ticket = usable(&desk.psa).await[0];
        let inputs = json!({"Ticket IDs": [ticket], "Note Text": "Same"});
        let outputs = desk.twice(&journal, faults, "add-ticket-notes", &inputs).await;
        let mut told: Vec<_> = outputs.iter().flat_map(|output| ids(&records(output))).collect();
        told.sort_unstable();
        let there = ids(&with_text(&notes(&desk.sandbox, ticket), "Same"));
        assert_eq!((there.len(), &told), (2, &there), "{faults:?}");
        let mut noted = journal.made();
        noted.sort_unstable();
        assert_eq!(noted, there, "{faults:?}");
    }
}

#[tokio::test]
async fn two_like_tickets_without_a_mark_never_take_the_same_one() {
    for other in [FaultKind::LostRequest, FaultKind::LostThenDone] {
        let (desk, journal) = (Desk::new().await, SameMoment::new());
        let inputs = json!({"Summary": "Same", "Company ID": company(&desk.psa).await});
        let faults = [FaultKind::LostAnswer, other];
        let outputs = desk.twice(&journal, faults, "create-ticket", &inputs).await;
        let mut told: Vec<_> = outputs.iter().flat_map(|output| ids(&records(output))).collect();
        told.sort_unstable();
        told.dedup();
        assert_eq!(told.len(), 2, "{other:?}");
        let same = Condition::equals("summary", "Same");
        assert_eq!(count(&desk.psa, "service/tickets", same).await, 2, "{other:?}");
    }
}

#[tokio::test]
async fn two_like_tickets_without_a_mark_that_are_both_there_are_for_a_person_to_tell_apart() {
    let (desk, journal) = (Desk::new().await, SameMoment::new());
    let inputs = json!({"Summary": "Same", "Company ID": company(&desk.psa).await});
    let faults = [FaultKind::LostAnswer, FaultKind::LostAnswer];
    for output in desk.twice(&journal, faults, "create-ticket", &inputs).await {
        let message = &output.errors[0].message;
        assert!(
            message.contains("2 tickets of the same company and summary were made since"),
            "{message}"
        );
    }
    let same = Condition::equals("summary", "Same");
    assert_eq!(count(&desk.psa, "service/tickets", same).await, 2);
}
