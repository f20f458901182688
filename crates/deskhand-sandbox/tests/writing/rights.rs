//! Every write needs exactly the lines that the documentation of its command names.

use deskhand_sandbox::{Level, Member};
use reqwest::Method;
use serde_json::{Value, json};

use crate::desk::Desk;

const TICKETS: &str = "Service Desk > Service Tickets";
const MERGE: &str = "Service Desk > Merge Tickets";
const CLOSE: &str = "Service Desk > Close Service Tickets";

/// What is done, with which rights it succeeds, and the status of success.
struct Case {
    method: Method,
    path: &'static str,
    body: Value,
    rights: Vec<(&'static str, Level)>,
    status: u16,
}

fn cases() -> Vec<Case> {
    let case = |method: Method, path, body, rights: &[(&'static str, Level)], status| Case {
        method,
        path,
        body,
        rights: rights.to_vec(),
        status,
    };
    let edit = [(TICKETS, Level::Inquire), (TICKETS, Level::Edit)];
    let closing = [edit[0], edit[1], (CLOSE, Level::Inquire), (CLOSE, Level::Edit)];
    let note = json!({"text": "x", "detailDescriptionFlag": true});
    let open = json!([{"op": "replace", "path": "summary", "value": "x"}]);
    // Ticket 1002 is on board 1, whose closed status is 26.
    let close = json!([{"op": "replace", "path": "status", "value": {"id": 26}}]);
    let merge = json!({"mergeTicketIds": [1002], "status": {"id": 27}});
    let merging = [edit[0], edit[1], (MERGE, Level::Inquire), (MERGE, Level::Edit)];
    let new = json!({"summary": "x", "company": {"id": 19_000}});
    vec![
        case(Method::POST, "service/tickets/1008/merge", merge, &merging, 200),
        case(
            Method::POST,
            "service/tickets",
            new,
            &[(TICKETS, Level::Inquire), (TICKETS, Level::Add)],
            201,
        ),
        case(Method::PATCH, "service/tickets/1002", open, &edit, 200),
        case(Method::PATCH, "service/tickets/1002", close, &closing, 200),
        case(
            Method::DELETE,
            "service/tickets/1001",
            json!({}),
            &[(TICKETS, Level::Inquire), (TICKETS, Level::Delete)],
            204,
        ),
        case(Method::POST, "service/tickets/1002/notes", note, &edit, 201),
    ]
}

#[tokio::test]
async fn a_write_succeeds_with_exactly_its_rights() {
    for case in cases() {
        for missing in 0..case.rights.len() {
            let rights = case.rights.iter().enumerate().filter(|(at, _)| *at != missing);
            let rights: Vec<_> = rights.map(|(_, right)| *right).collect();
            let refused = perform(&case, &rights).await;
            let what = format!("{} {} without {:?}", case.method, case.path, case.rights[missing]);
            assert_eq!(refused.status, 403, "{what}: {}", refused.text);
            assert_eq!(refused.json()["code"], "Security", "{what}");
        }
        let done = perform(&case, &case.rights).await;
        assert_eq!(done.status, case.status, "{} {}: {}", case.method, case.path, done.text);
    }
}

async fn perform(case: &Case, rights: &[(&str, Level)]) -> crate::desk::Answered {
    let desk = Desk::new()
        .await
        .called_by(Member::with_rights("somebody", "private", rights));
    let body = if case.method == Method::DELETE {
        String::new()
    } else {
        case.body.to_string()
    };
    desk.send(case.method.clone(), case.path, &body).await
}

#[tokio::test]
async fn a_member_writes_under_its_identifier() {
    let member = Member::with_every_right("sandbox", "somebody", "private").named("jdoe");
    let desk = Desk::new().await.called_by(member);
    let id = desk.ticket().await;
    let ticket = desk.get(&format!("service/tickets/{id}")).await;
    assert_eq!(ticket["_info"]["enteredBy"], "jdoe");
    let note = json!({"text": "x", "resolutionFlag": true});
    let note = desk.post(&format!("service/tickets/{id}/notes"), note).await.json();
    assert_eq!(
        (&note["createdBy"], &note["member"]["name"]),
        (&json!("jdoe"), &json!("Jane Doe"))
    );
}
