//! Writes whose answers are lost: afterwards there is one effect, and never a second one.

use std::sync::Arc;
use std::time::Duration;

use connectwise_psa::{Client, Condition, Credentials, ListRequest, ServerUrl, create_ticket};
use deskhand_command::journal::{Ending, Intent, Journal, MemoryJournal};
use deskhand_command::{CommandOutput, Context, Retry};
use deskhand_connectwise::TicketMark;
use deskhand_sandbox::{FaultKind, Options, Rule, Running};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::moved::MovedClock;
use crate::support::{records, run_in, run_marked, written};

/// Every way to lose an answer.
const LOSSES: [FaultKind; 7] = [
    FaultKind::LostAnswer,
    FaultKind::LateAnswer,
    FaultKind::Reset,
    FaultKind::BadGateway,
    FaultKind::LostThenDone,
    FaultKind::BadGatewayThenDone,
    FaultKind::LostRequest,
];
/// Late answers come later than this.
const IMPATIENCE: Duration = Duration::from_millis(700);
/// As often as each way is tried, unless more is asked for: the bench does.
const TRIALS: i64 = 25;
fn trials() -> i64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "tests are asked for more of the same by the environment"
    )]
    let asked = std::env::var("LOST_ANSWER_TRIALS");
    asked.ok().and_then(|trials| trials.parse().ok()).unwrap_or(TRIALS)
}

pub(crate) async fn desk(tickets: u64) -> Arc<Running> {
    Arc::new(deskhand_sandbox::start(Options::with_tickets(tickets)).await.unwrap())
}

/// A client; where answers come late, one that soon gives up waiting for them.
pub(crate) fn client(sandbox: &Running) -> Client {
    let late = sandbox
        .faults()
        .rules()
        .iter()
        .any(|rule| rule.fault == FaultKind::LateAnswer);
    let timeout = if late { IMPATIENCE } else { Duration::from_secs(20) };
    let credentials = Credentials::new("sandbox", "public", "private", Some("client-id".to_owned())).unwrap();
    Client::builder(ServerUrl::parse(&sandbox.url()).unwrap(), credentials)
        .timeout(timeout)
        .build()
        .unwrap()
}

/// The next such request is lost in this way; what takes effect later does so after a minute.
pub(crate) fn lose(sandbox: &Running, fault: FaultKind, method: &str, path: &str) {
    let seconds = if fault == FaultKind::LateAnswer {
        IMPATIENCE.as_secs_f64() * 1.5
    } else {
        60.0
    };
    sandbox
        .faults()
        .set(vec![Rule::at(fault, 1, 1).method(method).on(path).seconds(seconds)]);
}

/// Runs it with its first write lost; faults are over afterwards, and so is what was still going on.
async fn lost(sandbox: &Arc<Running>, clock: &Arc<MovedClock>, slug: &str, inputs: Value, run: &str) -> CommandOutput {
    let output = run_in(&clock.context(run), &client(sandbox), slug, inputs).await;
    sandbox.faults().set(Vec::new());
    clock_on(sandbox);
    output
}

/// Another two minutes: whatever the sandbox still works on has happened.
pub(crate) fn clock_on(sandbox: &Running) {
    let clock = &sandbox.world().clock;
    clock.set_offset(clock.offset() + 120);
}

/// A company that tickets can be made for.
pub(crate) async fn company(client: &Client) -> i64 {
    let active = ListRequest::new("company/companies")
        .conditions("status/name = \"Active\"")
        .page_size(1);
    client.list(&active).await.unwrap().records[0].id.unwrap()
}

/// Service tickets that can be changed: open, and merged nowhere.
pub(crate) async fn usable(client: &Client) -> Vec<i64> {
    let open = ListRequest::new("service/tickets")
        .conditions("closedFlag = false")
        .order_by("id asc")
        .page_size(1000);
    let tickets = client.list(&open).await.unwrap().records;
    tickets.into_iter().filter_map(|ticket| ticket.id).collect()
}

pub(crate) async fn count(client: &Client, path: &str, conditions: Condition) -> u64 {
    client
        .count(&ListRequest::new(path).conditions(conditions))
        .await
        .unwrap()
}

#[tokio::test]
async fn slow_a_ticket_whose_answer_was_lost_is_made_once() {
    let sandbox = desk(5).await;
    let clock = MovedClock::new(&sandbox);
    let company = company(&client(&sandbox)).await;
    for fault in LOSSES {
        for trial in 0..trials() {
            let summary = format!("{fault:?} {trial}");
            lose(&sandbox, fault, "POST", "/service/tickets");
            let inputs = json!({"Summary": summary, "Company ID": company});
            let output = lost(&sandbox, &clock, "create-ticket", inputs, &summary).await;
            assert_eq!(output.error(), "", "{summary}");
            assert_eq!(records(&output)[0]["summary"], summary);
            let same = Condition::equals("summary", summary.as_str());
            assert_eq!(count(&client(&sandbox), "service/tickets", same).await, 1, "{summary}");
        }
    }
}

#[tokio::test]
async fn a_connection_can_mark_tickets_nowhere_and_a_lost_one_is_found_by_what_it_is() {
    let sandbox = desk(5).await;
    let clock = MovedClock::new(&sandbox);
    let psa = client(&sandbox);
    let company = company(&psa).await;
    for fault in LOSSES {
        let summary = format!("{fault:?}");
        lose(&sandbox, fault, "POST", "/service/tickets");
        let inputs = json!({"Summary": summary, "Company ID": company});
        let context = clock.context(&summary);
        let output = run_marked(
            TicketMark::Nowhere,
            &context,
            &client(&sandbox),
            "create-ticket",
            inputs,
        )
        .await;
        sandbox.faults().set(Vec::new());
        clock_on(&sandbox);
        assert_eq!(output.error(), "", "{summary}");
        assert_eq!(records(&output)[0].get("externalXRef"), None);
        let same = Condition::equals("summary", summary.as_str());
        assert_eq!(count(&psa, "service/tickets", same).await, 1, "{summary}");
    }
}

#[tokio::test]
async fn a_connection_can_mark_tickets_in_a_custom_field() {
    let sandbox = desk(5).await;
    let clock = MovedClock::new(&sandbox);
    let psa = client(&sandbox);
    let inputs = json!({"Summary": "Marked", "Company ID": company(&psa).await});
    let fields = psa
        .list(&ListRequest::new("service/tickets").page_size(1))
        .await
        .unwrap()
        .records;
    let ticket: Value = serde_json::from_slice(&fields[0].json).unwrap();
    let text = ticket["customFields"]
        .as_array()
        .unwrap()
        .iter()
        .find(|field| field["type"] == "Text")
        .unwrap();
    let mark = TicketMark::CustomField(text["id"].as_i64().unwrap());
    let with_key = |run: &str| Context {
        idempotency_key: Some("once".to_owned()),
        ..clock.context(run)
    };
    // Each run has a journal of its own: only the mark in the PSA can tell.
    let first = run_marked(mark, &with_key("one"), &psa, "create-ticket", inputs.clone()).await;
    let again = run_marked(mark, &with_key("two"), &psa, "create-ticket", inputs).await;
    assert_eq!(records(&first)[0]["id"], records(&again)[0]["id"]);
    assert_eq!(records(&first)[0].get("externalXRef"), None);
}

#[tokio::test]
async fn slow_a_note_whose_answer_was_lost_is_added_once() {
    let sandbox = desk(60).await;
    let clock = MovedClock::new(&sandbox);
    let tickets = usable(&client(&sandbox)).await;
    for fault in LOSSES {
        for trial in 0..trials() {
            let ticket = tickets[usize::try_from(trial).unwrap() % tickets.len()];
            let text = format!("{fault:?} {trial}\nin two lines");
            lose(&sandbox, fault, "POST", "/notes");
            let inputs = json!({"Ticket IDs": [ticket], "Note Text": text});
            let output = lost(&sandbox, &clock, "add-ticket-notes", inputs, &text).await;
            assert_eq!(output.error(), "", "{text}");
            let notes = format!("service/tickets/{ticket}/notes");
            let like = Condition::contains("text", format!("{fault:?} {trial}\n"));
            assert_eq!(count(&client(&sandbox), &notes, like).await, 1, "{text}");
        }
    }
}

#[tokio::test]
async fn slow_an_update_whose_answer_was_lost_happens_once() {
    let sandbox = desk(60).await;
    let clock = MovedClock::new(&sandbox);
    let tickets = usable(&client(&sandbox)).await;
    for fault in LOSSES {
        for trial in 0..trials() {
            let ticket = tickets[usize::try_from(trial).unwrap() % tickets.len()];
            let summary = format!("{fault:?} {trial}");
            let before = revisions(&sandbox, ticket);
            lose(&sandbox, fault, "PATCH", "/service/tickets");
            let inputs = json!({"Ticket IDs": [ticket], "Summary": summary, "Automatic Email CC": ["a@example.com"]});
            let output = lost(&sandbox, &clock, "update-tickets", inputs, &summary).await;
            assert_eq!(output.error(), "", "{summary}");
            assert_eq!(records(&output)[0]["summary"], summary);
            assert_eq!(revisions(&sandbox, ticket), before + 1, "{summary}");
        }
    }
}

fn revisions(sandbox: &Running, ticket: i64) -> usize {
    let truth = sandbox.world().truth();
    truth.iter().filter(|row| row.id == ticket).count()
}

#[tokio::test]
async fn slow_a_deletion_whose_answer_was_lost_is_told_from_a_ticket_that_never_was() {
    let sandbox = desk(1_000).await;
    let clock = MovedClock::new(&sandbox);
    let all = ListRequest::new("service/tickets").order_by("id asc").page_size(1000);
    let all = client(&sandbox).list(&all).await.unwrap().records;
    let mut tickets = all.into_iter().filter_map(|ticket| ticket.id);
    for fault in LOSSES {
        for trial in 0..trials() {
            let ticket = tickets.next().unwrap();
            lose(&sandbox, fault, "DELETE", "/service/tickets");
            let name = format!("{fault:?} {trial}");
            let output = lost(
                &sandbox,
                &clock,
                "delete-tickets",
                json!({"Ticket IDs": [ticket]}),
                &name,
            )
            .await;
            assert_eq!(output.error(), "", "{name}");
            assert_eq!(records(&output), [json!({"id": ticket, "Result": "Successful"})]);
            let error = client(&sandbox)
                .get(format!("service/tickets/{ticket}"))
                .await
                .unwrap_err();
            assert_eq!(error.status(), Some(404));
        }
    }
}

#[tokio::test]
async fn slow_a_merge_whose_answer_was_lost_happens_once() {
    let sandbox = desk(5).await;
    let clock = MovedClock::new(&sandbox);
    let psa = client(&sandbox);
    let company = company(&psa).await;
    for fault in LOSSES {
        for trial in 0..trials() {
            let name = format!("{fault:?} {trial}");
            let (parent, children, status) = mergeable(&psa, company).await;
            let before = revisions(&sandbox, children[0]);
            lose(&sandbox, fault, "POST", "/merge");
            let inputs = json!({"Parent Ticket ID": parent, "Merge Ticket IDs": children, "Status": status});
            let output = lost(&sandbox, &clock, "merge-tickets", inputs, &name).await;
            assert_eq!(output.error(), "", "{name}");
            let merged = Condition::equals("mergedParentTicket/id", parent);
            assert_eq!(count(&psa, "service/tickets", merged).await, 2, "{name}");
            assert_eq!(revisions(&sandbox, children[0]), before + 1, "{name}");
        }
    }
}

/// Three new tickets, and a closed status of their board.
async fn mergeable(client: &Client, company: i64) -> (i64, [i64; 2], i64) {
    let mut made = Vec::new();
    for summary in ["parent", "one", "two"] {
        let members = json!({"summary": summary, "company": {"id": company}});
        let made_of = client.send(&create_ticket(members.as_object().unwrap())).await.unwrap();
        let ticket: Value = serde_json::from_slice(&made_of.body).unwrap();
        made.push((ticket["id"].as_i64().unwrap(), ticket["board"]["id"].as_i64().unwrap()));
    }
    let closed = ListRequest::new(format!("service/boards/{}/statuses", made[0].1)).conditions("closedStatus = true");
    let status = client.list(&closed).await.unwrap().records[0].id.unwrap();
    (made[0].0, [made[1].0, made[2].0], status)
}

#[tokio::test]
async fn a_200_that_changed_nothing_is_no_success() {
    let sandbox = desk(40).await;
    let clock = MovedClock::new(&sandbox);
    let ticket = usable(&client(&sandbox)).await[0];
    let rule = Rule::at(FaultKind::FalseOk, 1, 1).method("PATCH");
    sandbox.faults().set(vec![rule]);
    let inputs = json!({"Ticket IDs": [ticket], "Summary": "New"});
    let output = run_in(&clock.context("run"), &client(&sandbox), "update-tickets", inputs).await;
    let failure = &output.errors[0];
    assert_eq!(failure.status_code, 502);
    assert!(
        failure.message.starts_with("The PSA said yes, but summary is \""),
        "{}",
        failure.message
    );
    assert!(failure.message.contains("in place of \"New\"."), "{}", failure.message);
}

#[tokio::test]
async fn what_somebody_else_changed_meanwhile_is_unknown_and_stays_so_until_a_person_says() {
    let sandbox = desk(40).await;
    let clock = MovedClock::new(&sandbox);
    let ticket = usable(&client(&sandbox)).await[0];
    lose(&sandbox, FaultKind::LostRequest, "PATCH", "/service/tickets");
    clock.meanwhile(move |sandbox| {
        let clock = &sandbox.world().clock;
        clock.set_offset(clock.offset() + 2);
        assert!(sandbox.touch(ticket));
    });
    let journal = Arc::new(MemoryJournal::default());
    let context = Context {
        journal: Arc::clone(&journal) as Arc<dyn Journal>,
        ..clock.context("run")
    };
    let inputs = json!({"Ticket IDs": [ticket], "Summary": "Ours"});
    let output = run_in(&context, &client(&sandbox), "update-tickets", inputs.clone()).await;
    let failure = output.errors[0].clone();
    assert_eq!((failure.status_code, failure.retry), (504, Retry::Verify));
    assert!(
        failure
            .message
            .starts_with("It is unknown whether this took effect: the ticket was changed since, and summary is")
    );
    assert!(
        failure
            .hint
            .as_deref()
            .unwrap()
            .contains("`deskhand writes resolve 1 done`")
    );
    assert_eq!(written(&output)["contextData"][0]["Result"], "Unknown");

    // Asked again, the same run says the same and sends nothing.
    let sent = sandbox.log().all().iter().filter(|seen| seen.method == "PATCH").count();
    let again = run_in(&context, &client(&sandbox), "update-tickets", inputs.clone()).await;
    assert_eq!(again.errors[0].message, failure.message);
    assert_eq!(
        sandbox.log().all().iter().filter(|seen| seen.method == "PATCH").count(),
        sent
    );

    // A person looked: it had no effect, and the same run may send it.
    let reason = "a person looked".to_owned();
    journal.end(1, &Ending::NotDone { reason }).await.unwrap();
    let resolved = run_in(&context, &client(&sandbox), "update-tickets", inputs).await;
    assert_eq!(records(&resolved)[0]["summary"], "Ours");
}

#[tokio::test]
async fn a_callers_key_makes_one_ticket_however_often_it_is_asked_and_refuses_other_inputs() {
    let sandbox = desk(5).await;
    let clock = MovedClock::new(&sandbox);
    let journal = Arc::new(MemoryJournal::default()) as Arc<dyn Journal>;
    let with_key = |run: &str, journal: &Arc<dyn Journal>| Context {
        idempotency_key: Some("order 66".to_owned()),
        journal: Arc::clone(journal),
        ..clock.context(run)
    };
    let company = company(&client(&sandbox)).await;
    let inputs = json!({"Summary": "Once", "Company ID": company});
    let first = run_in(
        &with_key("one", &journal),
        &client(&sandbox),
        "create-ticket",
        inputs.clone(),
    )
    .await;
    let again = run_in(
        &with_key("two", &journal),
        &client(&sandbox),
        "create-ticket",
        inputs.clone(),
    )
    .await;
    assert_eq!(records(&first), records(&again));
    let other = json!({"Summary": "Twice", "Company ID": company});
    let refused = run_in(&with_key("three", &journal), &client(&sandbox), "create-ticket", other).await;
    assert_eq!(
        refused.error(),
        "Create Ticket failed.\nStatus Code: 409.\nMessage: This idempotency key was used with other inputs."
    );
    // Another machine has a journal of its own, and finds the mark.
    let elsewhere = Arc::new(MemoryJournal::default()) as Arc<dyn Journal>;
    let third = run_in(
        &with_key("four", &elsewhere),
        &client(&sandbox),
        "create-ticket",
        inputs,
    )
    .await;
    assert_eq!(records(&first), records(&third));
    let posts = sandbox.log().all().iter().filter(|seen| seen.method == "POST").count();
    assert_eq!(posts, 1);
}

/// A process that ended between noting a write and hearing what became of it.
async fn ended_early(clock: &Arc<MovedClock>, step: &str, request: &str, target: &str) -> Context {
    let journal = MemoryJournal::default();
    let intent = Intent {
        key: "run".to_owned(),
        step: step.to_owned(),
        command: "x".to_owned(),
        target: target.to_owned(),
        request: request.to_owned(),
        sent_at: Timestamp::from_second(deskhand_command::Clock::now(&**clock).as_second() - 5).unwrap(),
        marker: None,
    };
    journal.begin(&intent).await.unwrap();
    Context {
        journal: Arc::new(journal),
        ..clock.context("run")
    }
}

#[tokio::test]
async fn a_run_that_was_killed_looks_first_when_it_goes_on() {
    let sandbox = desk(20).await;
    let clock = MovedClock::new(&sandbox);
    let psa = client(&sandbox);
    let ticket = usable(&psa).await[0];
    let target = format!("service/tickets/{ticket}/notes");
    let step = format!("ticket {ticket}");
    for took_effect in [true, false] {
        let text = format!("took effect: {took_effect}");
        let inputs = json!({"Ticket IDs": [ticket], "Note Text": text});
        let request = format!(
            "POST {target}\n\n{{\"text\":\"{text}\",\"detailDescriptionFlag\":true,\"internalAnalysisFlag\":false,\
             \"resolutionFlag\":false,\"processNotifications\":true}}"
        );
        if took_effect {
            let before = run_in(&clock.context("before"), &psa, "add-ticket-notes", inputs.clone()).await;
            assert_eq!(before.error(), "");
        }
        let context = ended_early(&clock, &step, &request, &target).await;
        let output = run_in(&context, &psa, "add-ticket-notes", inputs).await;
        assert_eq!(output.error(), "");
        assert_eq!(
            count(&psa, &target, Condition::contains("text", text.as_str())).await,
            1,
            "{text}"
        );
    }
}
