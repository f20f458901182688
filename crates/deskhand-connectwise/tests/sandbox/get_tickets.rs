//! Get Tickets: the rows GT1 to GT4.

use deskhand_sandbox::{FaultKind, Kind, Rule};
use serde_json::{Value, json};
use wiremock::matchers::path_regex;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{
    asked, assert_failed, assert_refused, at, client, client_as, delay, ids, no_ids, records, run, sandbox, truth,
    written,
};

const SLUG: &str = "get-tickets";

#[tokio::test]
async fn gt1_tickets_come_whole_in_the_order_of_the_input_each_once() {
    let sandbox = sandbox(300).await;
    let mut wanted = ids(&truth(&sandbox));
    wanted.reverse();
    wanted.swap(0, 200);
    delay(&sandbox, 1020);
    for wanted in [vec![1007], vec![1020, 1003], wanted] {
        sandbox.log().clear();
        let mut given = wanted.clone();
        given.push(wanted[0]);
        let output = run(&client(&sandbox), SLUG, json!({"Ticket IDs": given})).await;
        assert_eq!(ids(&records(&output)), wanted);
        for (id, found) in wanted.iter().zip(output.results.records()) {
            let stored = sandbox.world().newest(Kind::Ticket, *id).unwrap().raw;
            assert_eq!(found.unwrap(), stored, "the ticket is not as the PSA sent it");
        }
        let json = written(&output);
        assert_eq!(json["keyFields"]["TicketIDs"], json!(wanted));
        // A hundred of them by each list.
        let requests = if wanted.len() > 2 {
            wanted.len().div_ceil(100)
        } else {
            wanted.len()
        };
        assert_eq!(asked(&sandbox).len(), requests);
    }
}

#[tokio::test]
async fn gt1_a_ticket_that_no_list_shows_is_asked_for_by_itself() {
    let server = MockServer::start().await;
    Mock::given(path_regex("/service/tickets$"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!([{"id": 3}, {"id": 1}])))
        .mount(&server)
        .await;
    Mock::given(path_regex("/service/tickets/2$"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"id": 2})))
        .mount(&server)
        .await;
    let client = client_as(&server.uri(), "company", "public", "private");
    let found = run(&client, SLUG, json!({"Ticket IDs": [1, 2, 3]})).await;
    assert_eq!(ids(&records(&found)), [1, 2, 3]);
}

#[tokio::test]
async fn gt2_anything_but_a_list_of_ids_is_refused() {
    let sandbox = sandbox(1).await;
    for wrong in no_ids() {
        assert_refused(&sandbox, SLUG, json!({"Ticket IDs": wrong}), "Ticket IDs").await;
    }
    assert_refused(&sandbox, SLUG, json!({}), "Ticket IDs").await;
}

#[tokio::test]
async fn gt3_unknown_tickets_are_named() {
    let sandbox = sandbox(30).await;
    for given in [vec![7, 1003], vec![1003, 7, 1001, 8]] {
        let known: Vec<_> = given.iter().copied().filter(|id| *id >= 1000).collect();
        let unknown: Vec<i64> = given.iter().copied().filter(|id| *id < 1000).collect();
        let output = run(&client(&sandbox), SLUG, json!({"Ticket IDs": given})).await;
        let json = written(&output);
        assert_eq!(json["returnData"], "Partially Successful");
        let blocks: Vec<_> = unknown
            .iter()
            .map(|id| format!("Get Tickets failed.\nStatus Code: 404.\nMessage: Service Ticket {id} not found"))
            .collect();
        assert_eq!(json["error"], blocks.join("\n\n"));
        let expected = if known.len() == 1 {
            json!(known[0])
        } else {
            json!(known)
        };
        assert_eq!(at(&output, "$.Results[*].id"), expected);
        let results: Vec<_> = json["contextData"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| &item["Result"])
            .collect();
        let expected: Vec<Value> = given
            .iter()
            .map(|id| json!(if *id >= 1000 { "Successful" } else { "Failed" }))
            .collect();
        assert_eq!(results, expected.iter().collect::<Vec<_>>());
    }
    let none = run(&client(&sandbox), SLUG, json!({"Ticket IDs": [7, 8, 9]})).await;
    assert_eq!(written(&none)["returnData"], "Failed");
    assert_eq!(none.errors.len(), 3);
}

#[tokio::test]
async fn gt3_a_server_that_fails_is_no_unknown_ticket() {
    let sandbox = sandbox(30).await;
    sandbox.faults().set(vec![Rule::at(FaultKind::ServerError, 1, 99)]);
    let output = run(&client(&sandbox), SLUG, json!({"Ticket IDs": [1001, 1002, 1003]})).await;
    assert_failed(&output, 500, "A timeout has occured. Please try again.", "");
}

#[tokio::test]
async fn gt4_the_documented_sample() {
    let sandbox = sandbox(1).await;
    let output = run(&client(&sandbox), SLUG, json!({"Ticket IDs": {"a": 1}})).await;
    assert_eq!(
        output.error(),
        "Get Tickets failed.\nStatus Code: 400.\nMessage: The value for parameter (Ticket IDs) is invalid."
    );
    assert!(asked(&sandbox).is_empty());
}
