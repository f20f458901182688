//! Writes that wait for their turn long after they were noted: what is lost then, or done by somebody else meanwhile, is not
//! done twice.

use std::sync::Arc;
use std::time::Duration;

use connectwise_psa::{Condition, write_note};
use deskhand_command::journal::{Claim, Claimed, Ending, Intent, Journal, JournalError, MemoryJournal, Write, WriteId};
use deskhand_command::{BoxFuture, Clock as _, Context};
use deskhand_sandbox::{FaultKind, Rule, Running};
use futures_util::FutureExt as _;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::lost::{client, clock_on, company, count, desk, usable};
use crate::moved::MovedClock;
use crate::support::{assert_failed, run_in};

/// The PSA asks the first such request to wait for so long; this happens to the next one, a minute later.
fn refuse_first(sandbox: &Running, seconds: f64, then: Option<FaultKind>) {
    let rule = |fault, at| Rule::at(fault, at, 1).method("POST").on("/service/tickets");
    let mut rules = vec![rule(FaultKind::TooManyRequests, 1).seconds(seconds)];
    rules.extend(then.map(|fault| rule(fault, 2).seconds(60.0)));
    sandbox.faults().set(rules);
}

/// Comes when the PSA has asked somebody to wait.
async fn refused(sandbox: &Running) {
    while sandbox.faults().fired().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

struct Desk {
    sandbox: Arc<Running>,
    clock: Arc<MovedClock>,
    journal: Arc<MemoryJournal>,
    inputs: Value,
}

impl Desk {
    async fn new(summary: &str) -> Self {
        let sandbox = desk(40).await;
        let company = company(&client(&sandbox)).await;
        Self {
            clock: MovedClock::new(&sandbox),
            journal: Arc::default(),
            inputs: json!({"Summary": summary, "Company ID": company}),
            sandbox,
        }
    }

    /// Every process goes on with the same run.
    fn process(&self) -> Context {
        Context {
            journal: Arc::clone(&self.journal) as Arc<dyn Journal>,
            ..self.clock.context("run")
        }
    }

    async fn made(&self) -> u64 {
        let same = Condition::equals("summary", self.inputs["Summary"].as_str().unwrap());
        count(&client(&self.sandbox), "service/tickets", same).await
    }
}

#[tokio::test]
async fn what_is_lost_after_a_long_wait_is_looked_for_as_long_as_anything_else() {
    let desk = Desk::new("It had to wait").await;
    refuse_first(&desk.sandbox, 1.0, Some(FaultKind::LostThenDone));
    let psa = client(&desk.sandbox);
    let context = desk.process();
    let (output, ()) = tokio::join!(run_in(&context, &psa, "create-ticket", desk.inputs.clone()), async {
        refused(&desk.sandbox).await;
        clock_on(&desk.sandbox);
    });
    clock_on(&desk.sandbox);
    assert_eq!(output.error(), "");
    assert_eq!(desk.made().await, 1);
}

#[tokio::test]
async fn what_another_process_did_while_it_waited_is_not_sent_when_its_turn_has_come() {
    let desk = Desk::new("Two processes").await;
    refuse_first(&desk.sandbox, 8.0, None);
    let (psa, others) = (client(&desk.sandbox), client(&desk.sandbox));
    let (context, other) = (desk.process(), desk.process());
    let (waited, done) = tokio::join!(run_in(&context, &psa, "create-ticket", desk.inputs.clone()), async {
        refused(&desk.sandbox).await;
        run_in(&other, &others, "create-ticket", desk.inputs.clone()).await
    });
    assert_eq!(done.error(), "");
    assert_failed(
        &waited,
        409,
        "The same write is under way in another process.",
        "asked again with the same key, this one says what came of it",
    );
    assert_eq!(desk.made().await, 1);
    let endings: Vec<_> = desk.journal.writes().into_iter().map(|write| write.ending).collect();
    assert!(
        matches!(endings[..], [Some(Ending::NotDone { .. }), Some(Ending::Done { .. })]),
        "{endings:?}"
    );
}

/// Another process has given up what was begun before its journal's answer arrives, three minutes later.
struct LateAnswer(Arc<MemoryJournal>, Arc<MovedClock>);

impl Journal for LateAnswer {
    fn begin<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<Option<WriteId>, JournalError>> {
        Box::pin(async move {
            let begun = self.0.begin(intent).await?;
            let reason = "the other one saw no trace".to_owned();
            let given_up = Ending::NotDone { reason };
            assert!(self.0.conclude(begun.unwrap(), intent.sent_at, &given_up).await?);
            self.1.sleep(Duration::from_secs(180)).await;
            Ok(begun)
        })
    }

    fn claim<'a>(&'a self, claim: &'a Claim) -> BoxFuture<'a, Result<Claimed, JournalError>> {
        self.0.claim(claim)
    }

    fn find<'a>(&'a self, key: &'a str, step: &'a str) -> BoxFuture<'a, Result<Option<Write>, JournalError>> {
        self.0.find(key, step)
    }

    fn resend(&self, write: WriteId, sent_at: Timestamp) -> BoxFuture<'_, Result<bool, JournalError>> {
        self.0.resend(write, sent_at)
    }

    fn conclude<'a>(
        &'a self,
        write: WriteId,
        sent_at: Timestamp,
        ending: &'a Ending,
    ) -> BoxFuture<'a, Result<bool, JournalError>> {
        self.0.conclude(write, sent_at, ending)
    }

    fn end<'a>(&'a self, write: WriteId, ending: &'a Ending) -> BoxFuture<'a, Result<(), JournalError>> {
        self.0.end(write, ending)
    }

    fn take(&self, write: WriteId, record: i64) -> BoxFuture<'_, Result<bool, JournalError>> {
        self.0.take(write, record)
    }

    fn made<'a>(&'a self, target: &'a str) -> BoxFuture<'a, Result<Vec<i64>, JournalError>> {
        self.0.made(target)
    }

    fn unsettled<'a>(&'a self, request: &'a str) -> BoxFuture<'a, Result<u64, JournalError>> {
        self.0.unsettled(request)
    }
}

#[tokio::test]
async fn what_was_given_up_while_the_journal_was_waited_for_is_not_sent() {
    let desk = Desk::new("A slow journal").await;
    let context = Context {
        journal: Arc::new(LateAnswer(Arc::clone(&desk.journal), Arc::clone(&desk.clock))),
        ..desk.process()
    };
    let output = run_in(&context, &client(&desk.sandbox), "create-ticket", desk.inputs.clone()).await;
    assert_eq!(
        output.errors[0].message,
        "The same write is under way in another process."
    );
    assert_eq!(desk.made().await, 0);
}

#[tokio::test]
async fn what_is_sent_while_somebody_looks_for_it_is_looked_for_again() {
    let desk = Desk::new("Not used").await;
    let psa = client(&desk.sandbox);
    let ticket = usable(&psa).await[0];
    let members = json!({"text": "Sent late", "detailDescriptionFlag": true, "internalAnalysisFlag": false,
        "resolutionFlag": false, "processNotifications": true});
    let note = write_note(ticket, members.as_object().unwrap());
    let sent_at = Timestamp::from_second(desk.clock.now().as_second()).unwrap();
    let intent = Intent {
        key: "run".to_owned(),
        step: format!("ticket {ticket}"),
        command: "add-ticket-notes".to_owned(),
        target: note.path.clone(),
        request: note.to_text(),
        sent_at,
        marker: None,
    };
    let id = desk.journal.begin(&intent).await.unwrap().unwrap();
    // The first process goes on after it was taken for dead, and the PSA works at its request for two minutes.
    let journal = Arc::clone(&desk.journal);
    desk.clock.meanwhile(move |_| {
        let noted = journal.resend(id, sent_at + SignedDuration::from_secs(1));
        assert!(noted.now_or_never().unwrap().unwrap());
    });
    let lost = Rule::at(FaultKind::LostThenDone, 1, 1).method("POST").on("/notes");
    desk.sandbox.faults().set(vec![lost.seconds(120.0)]);
    psa.send(&note).await.unwrap_err();
    let inputs = json!({"Ticket IDs": [ticket], "Note Text": "Sent late"});
    let output = run_in(&desk.process(), &psa, "add-ticket-notes", inputs).await;
    assert_eq!(output.error(), "");
    clock_on(&desk.sandbox);
    let same = Condition::equals("text", "Sent late");
    assert_eq!(count(&psa, &note.path, same).await, 1);
}
