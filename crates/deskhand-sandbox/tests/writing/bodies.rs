//! Bodies that the vendor's JSON reader would not take.

use reqwest::Method;
use serde_json::json;

use crate::desk::Desk;

#[tokio::test]
async fn unknown_members_and_wrong_types_are_told_in_the_vendors_words() {
    let desk = Desk::new().await;
    let answered = desk
        .send(Method::POST, "service/tickets", r#"{"summary":"x","enteredBy":"me"}"#)
        .await;
    assert_eq!(answered.status, 400);
    assert!(
        answered.text.starts_with("{\r\n  \"code\": \"ConnectWiseApi\",\r\n"),
        "{}",
        answered.text
    );
    assert_eq!(
        answered.json()["message"],
        "Could not find member 'enteredBy' on object of type 'Ticket'. Path 'enteredBy', line 1, position 27.Check your accept \
         header to make sure you are using the correct version."
    );
    let answered = desk
        .send(Method::POST, "service/tickets", r#"{"summary":"x","approved":"yes"}"#)
        .await;
    assert_eq!(answered.status, 500);
    assert!(answered.text.contains("Error converting value"), "{}", answered.text);
    for body in ["", "[", "{\"summary\""] {
        assert_eq!(
            desk.send(Method::POST, "service/tickets", body).await.status,
            400,
            "{body}"
        );
    }
    assert_eq!(
        desk.put("service/tickets/1003", json!({"nonsense": 1})).await.status,
        400
    );
    assert_eq!(
        desk.patch("service/tickets/1003", json!({"op": "replace"}))
            .await
            .status,
        500
    );
    let count = desk.get("service/tickets/count").await;
    desk.post("service/tickets", json!({"summary": "x", "company": {"id": "one"}}))
        .await;
    assert_eq!(desk.get("service/tickets/count").await, count);
}

#[tokio::test]
async fn verbs_that_a_resource_does_not_have_are_refused() {
    let desk = Desk::new().await;
    for (method, path) in [
        (Method::DELETE, "service/tickets"),
        (Method::POST, "service/tickets/1003"),
        (Method::POST, "service/boards"),
        (Method::GET, "service/tickets/1003/merge"),
        (Method::POST, "service/tickets/1003/allNotes"),
    ] {
        let answered = desk.send(method.clone(), path, "{}").await;
        assert_eq!(answered.status, 405, "{method} {path}: {}", answered.text);
    }
}

#[tokio::test]
async fn a_record_that_was_read_can_be_sent_back_whole() {
    let desk = Desk::new().await;
    let tickets = desk
        .get("service/tickets?pageSize=60&conditions=closedFlag=false")
        .await;
    let tickets = tickets.as_array().unwrap();
    assert!(tickets.iter().any(|ticket| ticket["currency"]["symbol"] == "$"));
    for ticket in tickets {
        let path = format!("service/tickets/{}", ticket["id"]);
        let replaced = desk.put(&path, ticket.clone()).await;
        assert_eq!(replaced.status, 200, "{path}: {}", replaced.text);
        assert_eq!(replaced.json()["currency"], ticket["currency"], "{path}");
    }
    let note = json!({"text": "x", "resolutionFlag": true});
    let note = desk.post("service/tickets/1002/notes", note).await.json();
    let path = format!("service/tickets/1002/notes/{}", note["id"]);
    let replaced = desk.put(&path, note).await;
    assert_eq!(replaced.status, 200, "{}", replaced.text);
}

#[tokio::test]
async fn references_have_the_members_of_their_type_and_no_others() {
    let desk = Desk::new().await;
    let whole = json!([{"op": "replace", "path": "owner", "value": {"id": 1, "dailyCapacity": 8.0, "_info": {}}}]);
    assert_eq!(desk.patch("service/tickets/1002", whole).await.status, 200);
    let field = json!([{"op": "replace", "path": "customFields", "value": [{"id": 7, "value": "Yes", "podId": "x"}]}]);
    assert_eq!(desk.patch("service/tickets/1002", field).await.status, 200);
    let strange = json!([{"op": "replace", "path": "board", "value": {"id": 1, "symbol": "$"}}]);
    let refused = desk.patch("service/tickets/1002", strange).await;
    assert_eq!(refused.status, 400);
    assert!(
        refused
            .text
            .contains("Could not find member 'symbol' on object of type 'BoardReference'."),
        "{}",
        refused.text
    );
}

#[tokio::test]
async fn a_service_location_says_where_in_the_vendors_words() {
    let desk = Desk::new().await;
    let locations = desk.get("service/locations").await;
    let places: Vec<_> = locations
        .as_array()
        .unwrap()
        .iter()
        .map(|location| &location["where"])
        .collect();
    assert_eq!(places, ["Remote", "OnSite", "InHouse"]);
}
