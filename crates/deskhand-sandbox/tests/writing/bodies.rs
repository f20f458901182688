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
