//! Merge Tickets: the rows MT1 to MT9 but the chain, which is in `chains.rs`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use deskhand_command::CommandOutput;
use deskhand_command::journal::{Ending, MemoryJournal};
use deskhand_sandbox::Level::{Edit, Inquire};
use deskhand_sandbox::{FaultKind, Rule, Running};
use serde_json::{Value, json};
use wiremock::matchers::path_regex;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::moved::MovedClock;
use crate::support::{
    asked, assert_failed, assert_refused, client, client_as, client_with, items, no_id, no_ids, open_tickets, records,
    rehearse, run, run_in, sandbox, ticket, writes, written,
};

const SLUG: &str = "merge-tickets";
/// `>Closed - Merged` of board 1.
const CLOSED: i64 = 27;

/// A desk, and open tickets of its first board: the parent, then those to merge.
async fn desk(count: usize) -> (Running, i64, Vec<i64>) {
    let sandbox = sandbox(300).await;
    let mut tickets = open_tickets(&sandbox, 1, count + 1);
    let parent = tickets.remove(1);
    (sandbox, parent, tickets)
}

fn inputs(parent: i64, children: &[i64], status: i64) -> Value {
    json!({"Parent Ticket ID": parent, "Merge Ticket IDs": children, "Status": status})
}

/// What became of each ticket, by the output.
fn told(output: &CommandOutput) -> Vec<(i64, String)> {
    let told = |item: &Value| {
        (
            item["Ticket ID"].as_i64().unwrap(),
            item["Result"].as_str().unwrap().to_owned(),
        )
    };
    items(output).iter().map(told).collect()
}

fn all_of(children: &[i64], result: &str) -> Vec<(i64, String)> {
    children.iter().map(|child| (*child, result.to_owned())).collect()
}

fn unmerged(sandbox: &Running, tickets: &[i64]) -> bool {
    let apart = |id: &i64| ticket(sandbox, *id).get("mergedParentTicket").is_none();
    tickets.iter().all(apart)
}

#[tokio::test]
async fn mt1_mt3_mt6_mt9_tickets_become_part_of_the_parent_which_stays_as_it_is() {
    let (sandbox, parent, children) = desk(5).await;
    let before = ticket(&sandbox, parent);
    let output = run(&client(&sandbox), SLUG, inputs(parent, &children, CLOSED)).await;
    assert_eq!(output.error(), "");
    assert_eq!(writes(&sandbox), [format!("POST service/tickets/{parent}/merge")]);
    let after = ticket(&sandbox, parent);
    assert_eq!(after["hasMergedChildTicketFlag"], true);
    for member in ["id", "status", "summary", "board", "closedFlag"] {
        assert_eq!(after[member], before[member], "{member}");
    }
    for child in &children {
        let child = ticket(&sandbox, *child);
        assert_eq!(
            (&child["mergedParentTicket"]["id"], &child["status"]["id"]),
            (&json!(parent), &json!(CLOSED))
        );
        assert_eq!(child["closedFlag"], true);
    }
    assert_eq!(records(&output), [after]);
    assert_eq!(told(&output), all_of(&children, "Successful"));
    let json = written(&output);
    assert_eq!(json["returnData"], "Successful");
    assert_eq!(
        json["keyFields"],
        json!({"ParentTicketID": [parent], "MergedTicketIDs": children})
    );
}

#[tokio::test]
async fn mt1_what_is_part_of_the_parent_already_is_left_alone() {
    let (sandbox, parent, children) = desk(3).await;
    let client = client(&sandbox);
    assert_eq!(
        run(&client, SLUG, inputs(parent, &children[..2], CLOSED)).await.error(),
        ""
    );
    let merged = ticket(&sandbox, children[0]);
    let all = run(&client, SLUG, inputs(parent, &children, CLOSED)).await;
    assert_eq!(all.error(), "");
    assert_eq!(told(&all), all_of(&children, "Successful"));
    assert_eq!(ticket(&sandbox, children[0]), merged);
    sandbox.log().clear();
    let again = run(&client, SLUG, inputs(parent, &children, CLOSED)).await;
    assert_eq!(told(&again), all_of(&children, "Successful"));
    assert!(writes(&sandbox).is_empty());
}

#[tokio::test]
async fn mt2_all_three_inputs_are_needed() {
    let sandbox = sandbox(5).await;
    let good = inputs(1001, &[1002], CLOSED);
    for name in ["Parent Ticket ID", "Merge Ticket IDs", "Status"] {
        let mut missing = good.clone();
        missing.as_object_mut().unwrap().remove(name);
        assert_refused(&sandbox, SLUG, missing, name).await;
        let wrong = if name == "Merge Ticket IDs" { no_ids() } else { no_id() };
        for wrong in wrong {
            let mut inputs = good.clone();
            inputs[name] = wrong;
            assert_refused(&sandbox, SLUG, inputs, name).await;
        }
    }
}

#[tokio::test]
async fn mt4_a_ticket_is_not_merged_into_itself() {
    let (sandbox, parent, mut children) = desk(2).await;
    children.insert(1, parent);
    assert_refused(&sandbox, SLUG, inputs(parent, &children, CLOSED), "Merge Ticket IDs").await;
    assert!(unmerged(&sandbox, &children));
}

#[tokio::test]
async fn mt5_status_is_the_id_of_a_status_that_closes() {
    let (sandbox, parent, children) = desk(2).await;
    let mut named = inputs(parent, &children, CLOSED);
    named["Status"] = json!(">Closed");
    assert_refused(&sandbox, SLUG, named, "Status").await;

    let output = run(&client(&sandbox), SLUG, inputs(parent, &children, 21)).await;
    assert_eq!(
        output.error(),
        "Merge Tickets failed.\nStatus Code: 400.\nMessage: Merged ticket status must be a closed status."
    );
    let hint = output.errors[0].hint.as_deref().unwrap();
    assert!(hint.starts_with("status 21 is `In Progress`, which is open"), "{hint}");
    assert_eq!(told(&output), all_of(&children, "Failed"));
    assert!(writes(&sandbox).is_empty() && unmerged(&sandbox, &children));
}

#[tokio::test]
async fn mt5_the_psas_word_about_an_open_status_is_the_same_where_statuses_cannot_be_read() {
    let (sandbox, parent, children) = desk(2).await;
    let (tickets, merging) = ("Service Desk > Service Tickets", "Service Desk > Merge Tickets");
    let rights = [(tickets, Inquire), (tickets, Edit), (merging, Inquire), (merging, Edit)];
    let client = client_with(&sandbox, &rights);
    let output = run(&client, SLUG, inputs(parent, &children, 21)).await;
    assert_eq!(
        output.error(),
        "Merge Tickets failed.\nStatus Code: 400.\nMessage: Merged ticket status must be a closed status."
    );
    assert_eq!(told(&output), all_of(&children, "Failed"));
    assert!(unmerged(&sandbox, &children));
}

#[tokio::test]
async fn mt5_a_status_that_is_none_of_the_board_is_refused_by_the_psa() {
    let (sandbox, parent, children) = desk(2).await;
    for status in [47, 4_711] {
        let output = run(&client(&sandbox), SLUG, inputs(parent, &children, status)).await;
        let message = "The value for parameter (Status) is invalid.";
        assert_failed(
            &output,
            400,
            message,
            &format!("Service Status {status} not found for Service Board 1"),
        );
        assert_eq!(told(&output), all_of(&children, "Failed"));
    }
    assert!(unmerged(&sandbox, &children));
}

#[tokio::test]
async fn mt8_one_that_is_not_there_fails_all_and_the_output_says_so_of_each() {
    let (sandbox, parent, children) = desk(2).await;
    let given = [children[0], 7, children[1], 8];
    let output = run(&client(&sandbox), SLUG, inputs(parent, &given, CLOSED)).await;
    let json = written(&output);
    assert_eq!(json["returnData"], "Failed");
    assert_eq!(
        json["error"],
        "Merge Tickets failed.\nStatus Code: 404.\nMessage: Service Ticket 7 not found\n\n\
         Merge Tickets failed.\nStatus Code: 404.\nMessage: Service Ticket 8 not found"
    );
    assert_eq!(told(&output), all_of(&given, "Failed"));
    assert_eq!(items(&output)[1]["Message"], "Service Ticket 7 not found");
    assert!(writes(&sandbox).is_empty() && unmerged(&sandbox, &children));
    // A parent that is not there.
    let output = run(&client(&sandbox), SLUG, inputs(9, &children, CLOSED)).await;
    assert_eq!(
        output.error(),
        "Merge Tickets failed.\nStatus Code: 404.\nMessage: Service Ticket 9 not found"
    );
    assert_eq!(told(&output), all_of(&children, "Failed"));
}

#[tokio::test]
async fn mt8_one_that_is_part_of_another_fails_all_and_the_output_says_so_of_each() {
    let (sandbox, parent, children) = desk(4).await;
    let client = client(&sandbox);
    assert_eq!(
        run(&client, SLUG, inputs(children[3], &children[2..3], CLOSED))
            .await
            .error(),
        ""
    );
    assert_eq!(
        run(&client, SLUG, inputs(parent, &children[..1], CLOSED)).await.error(),
        ""
    );
    sandbox.log().clear();
    let output = run(&client, SLUG, inputs(parent, &children[..3], CLOSED)).await;
    let why = format!("ticket {} is merged into ticket {} already", children[2], children[3]);
    assert_failed(
        &output,
        400,
        "The value for parameter (Merge Ticket IDs) is invalid.",
        &why,
    );
    let results: Vec<_> = told(&output).into_iter().map(|(_, result)| result).collect();
    assert_eq!(results, ["Successful", "Failed", "Failed"]);
    assert!(writes(&sandbox).is_empty());
    // A parent that is part of another itself.
    let output = run(&client, SLUG, inputs(children[2], &children[1..2], CLOSED)).await;
    assert_failed(
        &output,
        400,
        "The value for parameter (Parent Ticket ID) is invalid.",
        "itself",
    );
}

#[tokio::test]
async fn mt1_a_merge_that_worked_is_no_failure_because_the_look_afterwards_was_refused() {
    let (sandbox, parent, children) = desk(2).await;
    // The tickets are read, the status, and they are merged; looking at them afterwards is refused for a while.
    let list = Rule::at(FaultKind::TooManyRequests, 2, 3)
        .on("service/tickets?")
        .seconds(0.0);
    sandbox.faults().set(vec![list]);
    let journal = Arc::new(MemoryJournal::default());
    let sandbox = Arc::new(sandbox);
    let mut context = MovedClock::new(&sandbox).context("a run");
    context.journal = journal.clone();
    let output = run_in(&context, &client(&sandbox), SLUG, inputs(parent, &children, CLOSED)).await;
    assert_eq!(sandbox.faults().fired()["too-many-requests"], 3);
    assert_eq!(output.error(), "");
    assert_eq!(writes(&sandbox).len(), 1);
    let endings: Vec<_> = journal.writes().into_iter().map(|write| write.ending).collect();
    assert_eq!(endings, [Some(Ending::Done { record: Some(parent) })]);
}

#[tokio::test]
async fn mt8_what_the_psa_had_merged_before_it_refused_the_rest_is_told() {
    let server = MockServer::start().await;
    let refused = Arc::new(AtomicBool::new(false));
    let now = Arc::clone(&refused);
    Mock::given(path_regex("/service/tickets$"))
        .respond_with(move |_: &Request| {
            let parent = now.load(Ordering::SeqCst).then(|| json!({"id": 1}));
            let tickets = json!([{"id": 1}, {"id": 2, "mergedParentTicket": parent}, {"id": 3}]);
            ResponseTemplate::new(200).set_body_json(tickets)
        })
        .mount(&server)
        .await;
    Mock::given(path_regex("/merge$"))
        .respond_with(move |_: &Request| {
            refused.store(true, Ordering::SeqCst);
            let said = json!({"code": "InvalidObject", "message": "Ticket 3 has time that is not approved."});
            ResponseTemplate::new(400).set_body_json(said)
        })
        .mount(&server)
        .await;
    let client = client_as(&server.uri(), "company", "public", "private");
    let output = run(&client, SLUG, inputs(1, &[2, 3], CLOSED)).await;
    assert_failed(&output, 400, "Ticket 3 has time that is not approved.", "");
    assert_eq!(told(&output), [(2, "Successful".to_owned()), (3, "Failed".to_owned())]);
}

#[tokio::test]
async fn a_dry_run_merges_nothing_and_says_what_would_change() {
    let (sandbox, parent, children) = desk(2).await;
    let output = rehearse(&client(&sandbox), SLUG, inputs(parent, &children, CLOSED)).await;
    let items = items(&output);
    assert_eq!(items.len(), 2);
    let changes = &items[0]["Changes"];
    assert_eq!(changes[0]["From"], ticket(&sandbox, children[0])["status"]);
    assert_eq!(
        (&changes[0]["To"], &changes[1]["To"]),
        (&json!({"id": CLOSED}), &json!({"id": parent}))
    );
    assert!(writes(&sandbox).is_empty() && unmerged(&sandbox, &children));
    assert!(!asked(&sandbox).is_empty());
}
