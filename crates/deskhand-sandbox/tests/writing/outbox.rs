//! The mails that would have gone out.

use deskhand_sandbox::Recipient::{self, Contact, Copy, Resource};
use reqwest::Method;
use serde_json::{Value, json};

use crate::desk::Desk;

/// A ticket for whose notes mails go to contact, resources and copies.
async fn told_to_all(desk: &Desk) -> i64 {
    let body = json!({
        "summary": "Mail", "company": {"id": 19_000}, "contactEmailAddress": "person@example.com", "owner": {"identifier": "jdoe"},
        "automaticEmailContactFlag": true, "automaticEmailResourceFlag": true, "automaticEmailCcFlag": true,
        "automaticEmailCc": "a@example.com;b@example.com", "initialDescription": "No mail about this."
    });
    let created = desk.post("service/tickets", body).await;
    assert_eq!(created.status, 201, "{}", created.text);
    created.json()["id"].as_i64().unwrap()
}

async fn note(desk: &Desk, ticket: i64, flags: &[&str], notifies: bool) -> Vec<(Recipient, String)> {
    desk.sandbox.outbox().clear();
    let mut body = json!({"text": "Hello", "processNotifications": notifies});
    for flag in flags {
        body[*flag] = Value::Bool(true);
    }
    assert_eq!(
        desk.post(&format!("service/tickets/{ticket}/notes"), body).await.status,
        201
    );
    let mails = desk.sandbox.outbox().all();
    assert!(mails.iter().all(|mail| mail.ticket == ticket && mail.text == "Hello"));
    mails.into_iter().map(|mail| (mail.to, mail.address)).collect()
}

#[tokio::test]
async fn ant10_a_note_is_mailed_to_those_whom_the_tickets_flags_name() {
    let desk = Desk::new().await;
    let id = told_to_all(&desk).await;
    assert!(desk.sandbox.outbox().all().is_empty());
    let mail = |to, address: &str| (to, address.to_owned());
    let all = [
        mail(Contact, "person@example.com"),
        mail(Resource, "jdoe@msp.example.com"),
        mail(Copy, "a@example.com"),
        mail(Copy, "b@example.com"),
    ];
    assert_eq!(note(&desk, id, &["detailDescriptionFlag"], true).await, all);
    assert_eq!(note(&desk, id, &["resolutionFlag"], true).await, all);
    assert_eq!(
        note(&desk, id, &["detailDescriptionFlag", "internalAnalysisFlag"], true).await,
        all
    );
    assert_eq!(note(&desk, id, &["internalAnalysisFlag"], true).await, [all[1].clone()]);
    assert_eq!(note(&desk, id, &["detailDescriptionFlag"], false).await, []);
    let off = json!([
        {"op": "replace", "path": "automaticEmailContactFlag", "value": false},
        {"op": "replace", "path": "automaticEmailCcFlag", "value": false}
    ]);
    assert_eq!(desk.patch(&format!("service/tickets/{id}"), off).await.status, 200);
    assert_eq!(
        note(&desk, id, &["detailDescriptionFlag"], true).await,
        [all[1].clone()]
    );
}

#[tokio::test]
async fn ut11_an_update_alone_sends_nothing() {
    let desk = Desk::new().await;
    let id = desk.ticket().await;
    let body = json!([
        {"op": "replace", "path": "automaticEmailCc", "value": "late@example.com"},
        {"op": "replace", "path": "automaticEmailCcFlag", "value": true}
    ]);
    assert_eq!(desk.patch(&format!("service/tickets/{id}"), body).await.status, 200);
    assert!(desk.sandbox.outbox().all().is_empty());
    assert_eq!(
        note(&desk, id, &["detailDescriptionFlag"], true).await,
        [(Copy, "late@example.com".to_owned())]
    );
    let seen = desk.control(Method::GET, "outbox", Value::Null).await.json();
    assert_eq!(
        (&seen[0]["to"], &seen[0]["address"], &seen[0]["ticket"]),
        (&json!("copy"), &json!("late@example.com"), &json!(id))
    );
    desk.control(Method::DELETE, "outbox", Value::Null).await;
    assert_eq!(desk.control(Method::GET, "outbox", Value::Null).await.json(), json!([]));
}
