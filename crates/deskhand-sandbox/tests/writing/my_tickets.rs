//! Roles that reach a member's own tickets only: what is another's is silently not there.

use deskhand_sandbox::{Level, Member};
use reqwest::Method;
use serde_json::{Value, json};

use crate::desk::Desk;

const TICKETS: &str = "Service Desk > Service Tickets";
const CLOSE: &str = "Service Desk > Close Service Tickets";
const MERGE: &str = "Service Desk > Merge Tickets";

fn jdoe() -> Member {
    Member::with_rights("jane", "private", &[]).named("jdoe")
}

fn is_janes(ticket: &Value) -> bool {
    let resources = ticket["resources"].as_str().unwrap_or_default();
    ticket["owner"]["identifier"] == "jdoe" || resources.split(", ").any(|name| name == "jdoe")
}

/// Ids of open tickets: those that are Jane's, and those that are not.
async fn janes_and_others(desk: &Desk) -> (Vec<i64>, Vec<i64>) {
    let tickets = desk
        .get("service/tickets?pageSize=1000&conditions=closedFlag=false")
        .await;
    let ids = |janes: bool| {
        let of = tickets
            .as_array()
            .unwrap()
            .iter()
            .filter(|ticket| is_janes(ticket) == janes);
        of.map(|ticket| ticket["id"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    let both = (ids(true), ids(false));
    assert!(both.0.len() > 1 && both.1.len() > 1, "{both:?}");
    both
}

async fn status(desk: &Desk, method: Method, path: &str, body: Value) -> u16 {
    desk.send(method, path, &body.to_string()).await.status
}

fn summary() -> Value {
    json!([{"op": "replace", "path": "summary", "value": "x"}])
}

#[tokio::test]
async fn who_looks_at_its_own_tickets_gets_short_lists_and_no_error() {
    let desk = Desk::new().await;
    let (janes, others) = janes_and_others(&desk).await;
    let desk = desk.called_by(jdoe().with_my(TICKETS, Level::Inquire));
    let open = "conditions=closedFlag=false";
    let seen = desk
        .get(&format!("service/tickets?pageSize=1000&fields=id&{open}"))
        .await;
    let seen: Vec<_> = seen
        .as_array()
        .unwrap()
        .iter()
        .map(|ticket| ticket["id"].as_i64().unwrap())
        .collect();
    assert_eq!(seen, janes);
    assert_eq!(
        desk.get(&format!("service/tickets/count?{open}")).await["count"],
        janes.len()
    );
    let searched = desk
        .post(
            "service/tickets/search?pageSize=1000",
            json!({"conditions": "closedFlag=false"}),
        )
        .await;
    assert_eq!(searched.json().as_array().unwrap().len(), janes.len());
    let all = desk.get("service/tickets?pageSize=1000").await;
    assert!(all.as_array().unwrap().iter().all(is_janes));
    assert_eq!(
        desk.get("service/tickets/count").await["count"],
        all.as_array().unwrap().len()
    );
    for path in ["", "/notes", "/allNotes", "/notes/count"] {
        let of = |id: i64| format!("service/tickets/{id}{path}");
        assert_eq!(
            status(&desk, Method::GET, &of(janes[0]), json!({})).await,
            200,
            "{path}"
        );
        let hidden = desk.send(Method::GET, &of(others[0]), "").await;
        assert_eq!(
            (hidden.status, hidden.json()["code"].as_str()),
            (404, Some("NotFound")),
            "{path}"
        );
    }
    let path = format!("service/tickets/{}", janes[0]);
    assert_eq!(status(&desk, Method::PATCH, &path, summary()).await, 403);
}

#[tokio::test]
async fn who_changes_its_own_tickets_is_refused_others_that_it_sees() {
    let desk = Desk::new().await;
    let (janes, others) = janes_and_others(&desk).await;
    let member = Member::with_rights("jane", "private", &[(TICKETS, Level::Inquire)]).named("jdoe");
    let member = member.with_my(TICKETS, Level::Edit).with_my(TICKETS, Level::Delete);
    let desk = desk.called_by(member);
    let note = json!({"text": "x", "resolutionFlag": true});
    for (id, refused) in [(janes[0], false), (others[0], true)] {
        let path = format!("service/tickets/{id}");
        let expected = |success: u16| if refused { 403 } else { success };
        assert_eq!(status(&desk, Method::GET, &path, json!({})).await, 200);
        assert_eq!(status(&desk, Method::PATCH, &path, summary()).await, expected(200));
        let notes = format!("{path}/notes");
        assert_eq!(status(&desk, Method::POST, &notes, note.clone()).await, expected(201));
        assert_eq!(status(&desk, Method::DELETE, &path, json!({})).await, expected(204));
    }
    assert_eq!(
        status(&desk, Method::POST, "service/tickets", json!({"summary": "x"})).await,
        403
    );
}

#[tokio::test]
async fn what_is_not_seen_cannot_be_changed_merged_or_attached() {
    let desk = Desk::new().await;
    let (janes, others) = janes_and_others(&desk).await;
    let all = [
        (TICKETS, Level::Edit),
        (TICKETS, Level::Delete),
        (MERGE, Level::Inquire),
        (MERGE, Level::Edit),
    ];
    let member = Member::with_rights("jane", "private", &all).named("jdoe");
    let desk = desk.called_by(member.with_my(TICKETS, Level::Inquire));
    let (mine, other) = (
        format!("service/tickets/{}", janes[0]),
        format!("service/tickets/{}", others[0]),
    );
    assert_eq!(status(&desk, Method::PATCH, &other, summary()).await, 404);
    assert_eq!(status(&desk, Method::DELETE, &other, json!({})).await, 404);
    let children = json!({"childTicketIds": [others[0]]});
    assert_eq!(
        status(&desk, Method::POST, &format!("{mine}/attachChildren"), children).await,
        404
    );
    let merge = json!({"mergeTicketIds": [others[0]], "status": {"id": 27}});
    assert_eq!(status(&desk, Method::POST, &format!("{mine}/merge"), merge).await, 404);
    let children = json!({"childTicketIds": [janes[1]]});
    assert_eq!(
        status(&desk, Method::POST, &format!("{mine}/attachChildren"), children).await,
        200
    );
}

#[tokio::test]
async fn who_adds_and_closes_its_own_adds_any_and_closes_its_own() {
    let rights = [(TICKETS, Level::Inquire), (TICKETS, Level::Edit)];
    let member = Member::with_rights("jane", "private", &rights).named("jdoe");
    let member = member.with_my(TICKETS, Level::Add);
    let member = member.with_my(CLOSE, Level::Inquire).with_my(CLOSE, Level::Edit);
    let desk = Desk::new().await.called_by(member);
    let other = desk.ticket().await;
    let close = json!([{"op": "replace", "path": "status", "value": {"id": 26}}]);
    let path = format!("service/tickets/{other}");
    assert_eq!(status(&desk, Method::PATCH, &path, close.clone()).await, 403);
    let own = json!([{"op": "replace", "path": "owner", "value": {"identifier": "jdoe"}}]);
    assert_eq!(status(&desk, Method::PATCH, &path, own).await, 200);
    assert_eq!(status(&desk, Method::PATCH, &path, close).await, 200);
}

#[tokio::test]
async fn reaches_are_set_by_the_control_interface() {
    let desk = Desk::new().await;
    let member = |right: &str| {
        json!({
            "company": "sandbox", "public_key": "jane", "private_key": "private", "identifier": "jdoe",
            "role": {"lines": {TICKETS: [right]}},
        })
    };
    assert_eq!(
        desk.control(Method::PUT, "members", member("Inquire My")).await.status,
        200
    );
    let kept = desk.sandbox.world().members();
    let kept = kept.iter().find(|member| member.public_key == "jane").unwrap();
    assert_eq!(*kept, jdoe().with_my(TICKETS, Level::Inquire));
    let refused = desk.control(Method::PUT, "members", member("Inquire Mine")).await;
    assert_eq!(refused.status, 400);
    assert!(
        refused.text.contains("there is no right `Inquire Mine`"),
        "{}",
        refused.text
    );
}
