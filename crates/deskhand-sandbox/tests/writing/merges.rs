//! Tickets merged into another one, and bundles.

use serde_json::{Value, json};

use crate::desk::Desk;

/// Three new tickets of board 1.
async fn three(desk: &Desk) -> [i64; 3] {
    [desk.ticket().await, desk.ticket().await, desk.ticket().await]
}

async fn ticket(desk: &Desk, id: i64) -> Value {
    desk.get(&format!("service/tickets/{id}")).await
}

#[tokio::test]
async fn merged_tickets_close_and_name_their_parent() {
    let desk = Desk::new().await;
    let [parent, a, b] = three(&desk).await;
    let note = json!({"text": "of a child", "detailDescriptionFlag": true});
    assert_eq!(desk.post(&format!("service/tickets/{a}/notes"), note).await.status, 201);
    let body = json!({"mergeTicketIds": [a, b, a], "status": {"id": 27}});
    let merged = desk.post(&format!("service/tickets/{parent}/merge"), body).await;
    assert_eq!(
        (merged.status, &merged.json()["success"]),
        (200, &json!(true)),
        "{}",
        merged.text
    );
    for id in [a, b] {
        let child = ticket(&desk, id).await;
        assert_eq!(
            (&child["status"]["id"], &child["closedFlag"]),
            (&json!(27), &json!(true))
        );
        assert_eq!(
            (&child["mergedParentTicket"]["id"], &child["closedBy"]),
            (&json!(parent), &json!("public"))
        );
    }
    let into = ticket(&desk, parent).await;
    assert_eq!(
        (&into["hasMergedChildTicketFlag"], &into["status"]["id"]),
        (&json!(true), &json!(20))
    );
    let all = desk.get(&format!("service/tickets/{parent}/allNotes")).await;
    assert_eq!(
        (&all[0]["text"], &all[0]["mergedFlag"], &all[0]["ticket"]["id"]),
        (&json!("of a child"), &json!(true), &json!(a))
    );
    assert_eq!(
        desk.get(&format!("service/tickets/{parent}/notes/count")).await["count"],
        0
    );
}

#[tokio::test]
async fn a_merge_that_cannot_be_is_refused_and_does_nothing() {
    let desk = Desk::new().await;
    let [parent, a, b] = three(&desk).await;
    let path = format!("service/tickets/{parent}/merge");
    let refused = async |path: &str, ids: Value, status: i64| {
        let answered = desk
            .post(path, json!({"mergeTicketIds": ids, "status": {"id": status}}))
            .await;
        answered.problem().1
    };
    assert_eq!(
        refused(&path, json!([a]), 21).await,
        "Merged ticket status must be a closed status."
    );
    assert_eq!(
        refused(&path, json!([a, parent]), 27).await,
        format!("Service Ticket {parent} cannot be merged into itself.")
    );
    assert_eq!(
        refused(&path, json!([a, 404]), 27).await,
        "Service Ticket 404 not found"
    );
    assert_eq!(
        refused(&path, json!([a]), 47).await,
        "Service Status 47 not found for Service Board 1"
    );
    assert_eq!(
        refused(&path, json!([]), 27).await,
        "The mergeTicketIds field is required."
    );
    let missing = desk.post(&path, json!({})).await.problems();
    assert_eq!(missing.len(), 2);
    let objects = desk
        .post(&path, json!({"mergeTicketIds": [{"id": a}], "status": {"id": 27}}))
        .await;
    assert_eq!(objects.status, 500);
    assert!(
        objects
            .text
            .contains("Unexpected character encountered while parsing value: {."),
        "{}",
        objects.text
    );
    assert!(ticket(&desk, a).await.get("mergedParentTicket").is_none());

    let body = json!({"mergeTicketIds": [a], "status": {"id": 27}});
    assert_eq!(desk.post(&path, body).await.status, 200);
    let elsewhere = format!("service/tickets/{b}/merge");
    assert_eq!(
        refused(&elsewhere, json!([a]), 27).await,
        format!("Service Ticket {a} is already merged into another ticket.")
    );
    let of_a_child = format!("service/tickets/{a}/merge");
    let message = refused(&of_a_child, json!([b]), 27).await;
    assert_eq!(
        message,
        format!("Service Ticket {a} is merged into another ticket and cannot take others.")
    );
    let none = desk.post("service/tickets/404/merge", json!({})).await;
    assert_eq!(none.status, 404);
}

#[tokio::test]
async fn children_close_with_their_parent() {
    let desk = Desk::new().await;
    let [parent, a, b] = three(&desk).await;
    let other = json!({"summary": "x", "company": {"id": 19_000}, "board": {"id": 2}});
    let other = desk.post("service/tickets", other).await.json()["id"].as_i64().unwrap();
    let attach = format!("service/tickets/{parent}/attachChildren");
    assert_eq!(
        desk.post(&attach, json!({"childTicketIds": [a, b, other]}))
            .await
            .status,
        200
    );
    assert_eq!(ticket(&desk, a).await["parentTicketId"], parent);
    assert_eq!(ticket(&desk, parent).await["hasChildTicket"], true);
    let detach = format!("service/tickets/{parent}/detachChildren");
    assert_eq!(desk.post(&detach, json!({"childTicketIds": [b]})).await.status, 200);
    assert!(ticket(&desk, b).await.get("parentTicketId").is_none());
    let body = json!([{"op": "replace", "path": "status", "value": {"name": ">Closed - Merged"}}]);
    assert_eq!(desk.patch(&format!("service/tickets/{parent}"), body).await.status, 200);
    let (a, b, other) = (
        ticket(&desk, a).await,
        ticket(&desk, b).await,
        ticket(&desk, other).await,
    );
    assert_eq!((&a["closedFlag"], &a["status"]["id"]), (&json!(true), &json!(27)));
    assert_eq!(
        (&other["closedFlag"], &other["status"]["id"]),
        (&json!(true), &json!(47))
    );
    assert_eq!(b["closedFlag"], false);
}

#[tokio::test]
async fn a_bundle_that_cannot_be_is_refused() {
    let desk = Desk::new().await;
    let [parent, a, b] = three(&desk).await;
    let attach = |id: i64| format!("service/tickets/{id}/attachChildren");
    for (to, ids) in [(parent, json!([parent])), (parent, json!([404])), (parent, json!([]))] {
        assert_eq!(
            desk.post(&attach(to), json!({"childTicketIds": ids})).await.status,
            400,
            "{ids}"
        );
    }
    assert_eq!(
        desk.post(&attach(parent), json!({"childTicketIds": [a]})).await.status,
        200
    );
    let refused = desk.post(&attach(b), json!({"childTicketIds": [a]})).await.problem();
    assert_eq!(
        refused.1,
        format!("Service Ticket {a} is a child of Service Ticket {parent}.")
    );
    let detach = format!("service/tickets/{parent}/detachChildren");
    assert_eq!(desk.post(&detach, json!({"childTicketIds": [b]})).await.status, 400);
    assert_eq!(desk.post(&detach, json!({"childTicketIds": [a]})).await.status, 200);
    assert_eq!(ticket(&desk, parent).await["hasChildTicket"], false);
}
