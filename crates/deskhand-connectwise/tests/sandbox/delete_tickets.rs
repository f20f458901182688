//! Delete Tickets: the rows DT1 to DT5.

use deskhand_sandbox::Kind;
use serde_json::json;

use crate::support::{
    asked, assert_refused, at, client, delay, items, no_ids, record, records, rehearse, run, sandbox, ticket, writes,
    written,
};

const SLUG: &str = "delete-tickets";

#[tokio::test]
async fn dt1_dt5_each_ticket_is_deleted_once_and_cannot_be_found_afterwards() {
    let sandbox = sandbox(30).await;
    let client = client(&sandbox);
    delay(&sandbox, 1007);
    let summary = ticket(&sandbox, 1003)["summary"].clone();
    let output = run(&client, SLUG, json!({"Ticket IDs": [1007, 1003, 1007]})).await;
    let done = json!([{"id": 1007, "Result": "Successful"}, {"id": 1003, "Result": "Successful"}]);
    assert_eq!(json!(records(&output)), done);
    let json = written(&output);
    assert_eq!(json["returnData"], "Successful");
    assert_eq!(json["keyFields"], json!({"TicketIDs": [1007, 1003]}));
    let told = items(&output);
    assert_eq!((told.len(), &told[1]["Summary"]), (2, &summary));
    let mut sent = writes(&sandbox);
    sent.sort();
    assert_eq!(sent, ["DELETE service/tickets/1003", "DELETE service/tickets/1007"]);
    for id in [1003, 1007] {
        assert_eq!(record(&sandbox, Kind::Ticket, id), None);
    }
    assert!(record(&sandbox, Kind::Ticket, 1004).is_some());
    let gone = run(&client, "get-tickets", json!({"Ticket IDs": [1003]})).await;
    assert_eq!(
        gone.error(),
        "Get Tickets failed.\nStatus Code: 404.\nMessage: Service Ticket 1003 not found"
    );
}

#[tokio::test]
async fn dt2_anything_but_a_list_of_ids_is_refused() {
    let sandbox = sandbox(3).await;
    for wrong in no_ids() {
        assert_refused(&sandbox, SLUG, json!({"Ticket IDs": wrong}), "Ticket IDs").await;
    }
    assert_refused(&sandbox, SLUG, json!({}), "Ticket IDs").await;
}

#[tokio::test]
async fn dt3_some_is_partially_successful_and_none_is_failed() {
    let sandbox = sandbox(30).await;
    let client = client(&sandbox);
    let some = run(&client, SLUG, json!({"Ticket IDs": [7, 1003]})).await;
    let json = written(&some);
    assert_eq!(json["returnData"], "Partially Successful");
    assert_eq!(
        json["error"],
        "Delete Tickets failed.\nStatus Code: 404.\nMessage: Service Ticket 7 not found"
    );
    assert_eq!(at(&some, "$.Results[*].id"), json!(1003));
    let results: Vec<_> = items(&some)
        .iter()
        .map(|item| (item["Ticket ID"].clone(), item["Result"].clone()))
        .collect();
    assert_eq!(
        results,
        [(json!(7), json!("Failed")), (json!(1003), json!("Successful"))]
    );
    // The same again: what is gone is unknown.
    let none = run(&client, SLUG, json!({"Ticket IDs": [1003, 7]})).await;
    let json = written(&none);
    assert_eq!(
        (&json["returnData"], &json["rawData"]),
        (&json!("Failed"), &json!({"Results": []}))
    );
    assert_eq!(
        none.errors.iter().map(|failure| failure.item).collect::<Vec<_>>(),
        [Some(1003), Some(7)]
    );
    assert_eq!(writes(&sandbox), ["DELETE service/tickets/1003"]);
}

#[tokio::test]
async fn dt4_the_documented_sample() {
    let sandbox = sandbox(1).await;
    let output = run(&client(&sandbox), SLUG, json!({"Ticket IDs": "abc"})).await;
    assert_eq!(
        output.error(),
        "Delete Tickets failed.\nStatus Code: 400.\nMessage: The value for parameter (Ticket IDs) is invalid."
    );
    assert!(asked(&sandbox).is_empty());
}

#[tokio::test]
async fn a_dry_run_deletes_nothing_and_says_what_it_would() {
    let sandbox = sandbox(5).await;
    let output = rehearse(&client(&sandbox), SLUG, json!({"Ticket IDs": [1001, 9]})).await;
    let told = items(&output);
    assert_eq!(told[0]["Would Send"], "DELETE service/tickets/1001");
    assert_eq!(told[0]["Summary"], ticket(&sandbox, 1001)["summary"]);
    assert_eq!(told[1]["Message"], "Service Ticket 9 not found");
    assert!(writes(&sandbox).is_empty());
}
