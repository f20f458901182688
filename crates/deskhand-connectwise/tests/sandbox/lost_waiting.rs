//! Writes that wait for their turn long after they were noted: what is lost then, or done by somebody else meanwhile, is not
//! done twice.

use std::sync::Arc;
use std::time::Duration;

use connectwise_psa::Condition;
use deskhand_command::Context;
use deskhand_command::journal::{Ending, Journal, MemoryJournal};
use deskhand_sandbox::{FaultKind, Rule, Running};
use serde_json::{Value, json};

use crate::lost::{client, clock_on, company, count, desk};
use crate::moved::MovedClock;
use crate::support::{assert_failed, run_in};

/// The PSA asks the first such request to wait for a second; this happens to the next one, a minute later.
fn refuse_first(sandbox: &Running, then: Option<FaultKind>) {
    let rule = |fault, at| Rule::at(fault, at, 1).method("POST").on("/service/tickets");
    let mut rules = vec![rule(FaultKind::TooManyRequests, 1).seconds(1.0)];
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
        let sandbox = desk(5).await;
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
    refuse_first(&desk.sandbox, Some(FaultKind::LostThenDone));
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
    refuse_first(&desk.sandbox, None);
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
