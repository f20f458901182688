//! Tickets created, changed, replaced and deleted.

use deskhand_sandbox::{Kind, Options, Quirk};
use serde_json::{Value, json};

use crate::desk::Desk;

#[tokio::test]
async fn a_new_ticket_has_the_defaults_that_were_recorded() {
    let desk = Desk::new().await;
    let body = json!({"summary": "Printer", "company": {"id": 19_001}, "initialDescription": "It smokes.", "externalXRef": "dh-1"});
    let created = desk.post("service/tickets", body).await;
    assert_eq!(created.status, 201, "{}", created.text);
    assert!(!created.text.contains('\n') && created.text.contains("\"estimatedTimeCost\":0.00"));
    let ticket = created.json();
    let company = desk.get("company/companies/19001").await;
    for (path, expected) in [
        ("/recordType", json!("ServiceTicket")),
        ("/board/id", json!(1)),
        ("/status/name", json!("New (not responded)")),
        ("/site", company["site"].clone()),
        ("/siteName", json!("Main")),
        ("/addressLine1", company["addressLine1"].clone()),
        ("/city", company["city"].clone()),
        ("/stateIdentifier", company["state"].clone()),
        ("/country/name", json!("United States")),
        ("/team/name", json!("Service Team")),
        ("/priority/name", json!("Priority 3 - Normal Response")),
        ("/priority/sort", json!(3)),
        ("/serviceLocation/name", json!("Remote")),
        ("/source/name", json!("Call")),
        ("/severity", json!("Medium")),
        ("/impact", json!("Medium")),
        ("/closedFlag", json!(false)),
        ("/approved", json!(true)),
        ("/billingMethod", json!("ActualRates")),
        ("/billTime", json!("NoDefault")),
        ("/isInSla", json!(true)),
        ("/externalXRef", json!("dh-1")),
        ("/_info/enteredBy", json!("public")),
        ("/_info/updatedBy", json!("public")),
    ] {
        assert_eq!(ticket.pointer(path), Some(&expected), "{path}");
    }
    for absent in [
        "initialDescription",
        "owner",
        "agreement",
        "closedDate",
        "dateResponded",
        "requiredDate",
    ] {
        assert!(ticket.get(absent).is_none(), "{absent}");
    }
    let id = ticket["id"].as_i64().unwrap();
    assert_eq!(desk.get(&format!("service/tickets/{id}")).await, ticket);
    let notes = desk.get(&format!("service/tickets/{id}/notes")).await;
    assert_eq!(
        (notes.as_array().unwrap().len(), &notes[0]["text"]),
        (1, &json!("It smokes."))
    );
    assert_eq!(desk.sandbox.description(id).as_deref(), Some("It smokes."));
}

/// What was recorded for a ticket of which little was sent, less what a company, a board and a city can have or not.
const RECORDED: &str = "id summary recordType board status company site siteName addressLine1 country team priority \
    serviceLocation source severity impact allowAllClientsPortalView customerUpdatedFlag automaticEmailContactFlag \
    automaticEmailResourceFlag automaticEmailCcFlag closedFlag approved estimatedExpenseCost estimatedExpenseRevenue \
    estimatedProductCost estimatedProductRevenue estimatedTimeCost estimatedTimeRevenue billingMethod subBillingMethod \
    dateResplan dateResponded resolveMinutes resPlanMinutes respondMinutes isInSla hasChildTicket \
    hasMergedChildTicketFlag billTime billExpenses billProducts location department mobileGuid sla slaStatus currency _info \
    escalationStartDateUTC escalationLevel minutesBeforeWaiting respondedSkippedMinutes resplanSkippedMinutes customFields";

#[tokio::test]
async fn a_new_ticket_has_the_members_that_were_recorded_in_their_order() {
    let desk = Desk::new().await;
    let id = new(&desk, json!({"status": {"name": "In Progress"}})).await;
    let ticket = desk.get(&format!("service/tickets/{id}")).await;
    let of_the_desk = |name: &str| {
        let by_default = ["city", "stateIdentifier", "zip", "type", "requestForChangeFlag"];
        name.starts_with("contact") || by_default.contains(&name)
    };
    let names = ticket.as_object().unwrap().keys().map(String::as_str);
    let names: Vec<_> = names.filter(|name| !of_the_desk(name)).collect();
    assert_eq!(names, RECORDED.split_whitespace().collect::<Vec<_>>());
}

#[tokio::test]
async fn the_contact_fills_name_phone_and_mail() {
    let desk = Desk::new().await;
    let contacts = desk
        .get("company/contacts?conditions=company/id=19001&orderBy=id asc")
        .await;
    let name = |contact: &Value| {
        let text = |name: &str| contact[name].as_str().unwrap_or_default().to_owned();
        format!("{} {}", text("firstName"), text("lastName")).trim().to_owned()
    };
    let ticket = desk
        .get(&format!("service/tickets/{}", new(&desk, json!({})).await))
        .await;
    assert_eq!(
        (&ticket["contact"]["id"], &ticket["contactName"]),
        (&contacts[0]["id"], &json!(name(&contacts[0])))
    );
    assert_eq!(
        ticket["contactPhoneNumber"],
        contacts[0]["communicationItems"][1]["value"]
    );
    let given = json!({"contact": {"id": contacts[1]["id"]}, "contactPhoneNumber": "1"});
    let ticket = desk.get(&format!("service/tickets/{}", new(&desk, given).await)).await;
    assert_eq!(
        (&ticket["contactName"], &ticket["contactPhoneNumber"]),
        (&json!(name(&contacts[1])), &json!("1"))
    );
    let ticket = desk
        .get(&format!(
            "service/tickets/{}",
            new(&desk, json!({"contactName": "Somebody"})).await
        ))
        .await;
    assert_eq!(
        (&ticket["contactName"], ticket.get("contact")),
        (&json!("Somebody"), None)
    );
}

#[tokio::test]
async fn references_are_known_by_id_name_or_identifier() {
    let desk = Desk::new().await;
    let body = json!({
        "summary": "x", "company": {"identifier": "CO0002"}, "board": {"name": "network security"},
        "status": {"name": "In Progress"}, "priority": {"name": "Priority 1 - Emergency Response"}, "team": {"name": "Night Shift"},
        "owner": {"identifier": "apatel"}, "source": {"name": "Portal"}, "department": {"name": "Security"},
        "agreement": {"name": "Managed Services — Gold"}, "SUBTYPE": {"id": 41}, "site": {"name": "Main"},
        "requiredDate": "2026-09-30T15:00:00Z", "automaticEmailCc": "a@example.com", "budgetHours": 10.5
    });
    let created = desk.post("service/tickets", body).await;
    assert_eq!(created.status, 201, "{}", created.text);
    assert!(created.text.contains("\"budgetHours\":10.50"));
    let ticket = created.json();
    for (path, expected) in [
        ("/company/id", json!(19_001)),
        ("/board/id", json!(2)),
        ("/status/id", json!(41)),
        ("/priority/id", json!(1)),
        ("/team/id", json!(42)),
        ("/owner/identifier", json!("apatel")),
        ("/owner/name", json!("Asha Patel")),
        ("/resources", json!("apatel")),
        ("/source/id", json!(4)),
        ("/department/identifier", json!("Security")),
        ("/agreement/id", json!(12)),
        ("/subType/id", json!(41)),
        ("/requiredDate", json!("2026-09-30T00:00:00Z")),
        ("/automaticEmailCc", json!("a@example.com;")),
    ] {
        assert_eq!(ticket.pointer(path), Some(&expected), "{path}");
    }
    assert!(ticket["dateResponded"].is_string());
}

#[tokio::test]
async fn several_things_can_be_wrong_at_once() {
    let desk = Desk::new().await;
    let body = json!({
        "summary": "x".repeat(101), "company": {"id": 404}, "board": {"id": 2}, "status": {"id": 21}, "zip": "1234567890123",
        "team": {"name": "Nobody"}
    });
    let problems = desk.post("service/tickets", body).await.problems();
    let expected = [
        (
            "MaxLengthField",
            "The field summary must be a string with a maximum length of 100.",
            "summary",
        ),
        (
            "NotFound",
            "Service Status 21 not found for Service Board 2",
            "status/id",
        ),
        ("NotFound", "company 404 not found", "company/id"),
        (
            "MaxLengthField",
            "The field zip must be a string with a maximum length of 12.",
            "zip",
        ),
        (
            "NotFound",
            "Service Team Nobody not found for Service Board 2",
            "team/name",
        ),
    ];
    assert_eq!(
        problems,
        expected.map(|(code, message, field)| (code.to_owned(), message.to_owned(), field.to_owned()))
    );
    let problems = desk.post("service/tickets", json!({})).await.problems();
    let fields: Vec<_> = problems.iter().map(|(_, message, _)| message.as_str()).collect();
    assert_eq!(
        fields,
        ["The summary field is required.", "The company field is required."]
    );
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_leaves_the_rest_as_it_was_written() {
    let desk = Desk::new().await;
    let raw = |id| String::from_utf8(desk.sandbox.world().newest(Kind::Ticket, id).unwrap().raw.to_vec()).unwrap();
    let before = raw(1_003);
    let body = json!([{"op": "replace", "path": "/summary", "value": "New \"words\""}]);
    let answered = desk.patch("service/tickets/1003", body).await;
    assert_eq!((answered.status, &answered.text), (200, &raw(1_003)));
    let (before, after): (Value, Value) = (serde_json::from_str(&before).unwrap(), answered.json());
    let changed = after
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, value)| before.get(*name) != Some(value));
    let changed: Vec<_> = changed.map(|(name, _)| name.as_str()).collect();
    assert_eq!(changed, ["summary", "_info", "customFields"]);
    assert_eq!(after["_info"]["updatedBy"], "public");
    assert_eq!(before["_info"]["dateEntered"], after["_info"]["dateEntered"]);
    let truth = desk.sandbox.world().truth();
    let edits: Vec<_> = truth.iter().filter(|row| row.id == 1_003).map(|row| row.edit).collect();
    assert_eq!(edits, [0, 1]);
}

#[tokio::test]
async fn references_are_patched_whole_or_by_a_part() {
    let desk = Desk::new().await;
    let id = desk.ticket().await;
    let path = format!("service/tickets/{id}");
    let body = json!([
        {"op": "replace", "path": "status", "value": {"id": 21}},
        {"op": "add", "path": "priority/name", "value": "Priority 2 - Quick Response"},
        {"op": "replace", "path": "/owner/identifier", "value": "jdoe"},
        {"op": "replace", "path": "company/id", "value": 19_005},
        {"op": "replace", "path": "customFields", "value": [{"id": 7, "value": "Yes"}]},
    ]);
    let ticket = desk.patch(&path, body).await.json();
    assert_eq!(ticket["status"]["name"], "In Progress");
    assert_eq!(
        (&ticket["priority"]["id"], &ticket["owner"]["name"]),
        (&json!(2), &json!("Jane Doe"))
    );
    assert_eq!(ticket["company"]["id"], 19_005);
    assert_eq!(ticket["site"]["id"], 20_005);
    let fields = ticket["customFields"].as_array().unwrap();
    let values: Vec<_> = fields
        .iter()
        .filter_map(|field| Some((field["id"].as_i64()?, field.get("value")?)))
        .collect();
    assert_eq!(values, [(9, &json!(1)), (7, &json!("Yes"))]);
    let cleared = desk
        .patch(&path, json!([{"op": "remove", "path": "owner"}]))
        .await
        .json();
    assert!(cleared.get("owner").is_none());
    let refused = desk.patch(&path, json!([{"op": "remove", "path": "summary"}])).await;
    assert_eq!(refused.problem().1, "The summary field is required.");
    let refused = desk
        .patch(&path, json!([{"op": "replace", "path": "Summary", "value": "x"}]))
        .await;
    assert_eq!(
        (refused.status, &refused.json()["message"]),
        (400, &json!("The path 'Summary' is not valid."))
    );
}

#[tokio::test]
async fn a_move_to_another_board_needs_a_status_of_that_board() {
    let desk = Desk::new().await;
    let id = desk.ticket().await;
    let path = format!("service/tickets/{id}");
    let refused = desk
        .patch(&path, json!([{"op": "replace", "path": "board", "value": {"id": 3}}]))
        .await;
    assert_eq!(refused.problem().1, "Service Status 20 not found for Service Board 3");
    let body = json!([
        {"op": "replace", "path": "status", "value": {"name": "Scheduled"}},
        {"op": "replace", "path": "board", "value": {"name": "Professional Services"}}
    ]);
    let moved = desk.patch(&path, body).await.json();
    assert_eq!((&moved["status"]["id"], &moved["team"]["id"]), (&json!(62), &json!(60)));
    let refused = desk
        .patch(
            &path,
            json!([{"op": "replace", "path": "status/name", "value": "Nothing"}]),
        )
        .await;
    let (_, message, field) = refused.problem();
    assert_eq!(
        (message.as_str(), field.as_str()),
        ("Service Status Nothing not found for Service Board 3", "status/name")
    );
}

#[tokio::test]
async fn closing_and_opening_go_by_the_status() {
    let desk = Desk::new().await;
    let id = desk.ticket().await;
    let path = format!("service/tickets/{id}");
    let set = |status: i64| desk.patch(&path, json!([{"op": "replace", "path": "status/id", "value": status}]));
    let closed = set(26).await.json();
    assert_eq!(
        (&closed["closedFlag"], &closed["closedBy"]),
        (&json!(true), &json!("public"))
    );
    assert!(closed["closedDate"].is_string() && closed["dateResolved"].is_string());
    assert_eq!(closed["slaStatus"], "Resolved");
    let resolved = set(25).await.json();
    assert_eq!(
        (&resolved["closedFlag"], resolved.get("closedDate")),
        (&json!(false), None)
    );
    assert!(resolved["dateResolved"].is_string());
    let open = set(21).await.json();
    assert!(open.get("dateResolved").is_none() && open["slaStatus"].as_str().unwrap().starts_with("Resolve by"));
}

#[tokio::test]
async fn a_replacement_puts_defaults_where_nothing_is_sent() {
    let desk = Desk::new().await;
    let id = desk.ticket().await;
    let path = format!("service/tickets/{id}");
    let body = json!([{"op": "replace", "path": "externalXRef", "value": "x"}, {"op": "replace", "path": "status/id", "value": 22}]);
    assert_eq!(desk.patch(&path, body).await.status, 200);
    let problems = desk
        .put(&path, json!({"summary": "a", "company": {"id": 19_002}}))
        .await
        .problems();
    let missing: Vec<_> = problems.iter().map(|(_, _, field)| field.as_str()).collect();
    assert_eq!(missing, ["severity", "impact"]);
    let body =
        json!({"summary": "a", "company": {"id": 19_002}, "severity": "High", "impact": "Low", "board": {"id": 2}});
    let replaced = desk.put(&path, body).await;
    assert_eq!(replaced.status, 200, "{}", replaced.text);
    let ticket = replaced.json();
    assert_eq!(
        (&ticket["status"]["id"], ticket.get("externalXRef")),
        (&json!(40), None)
    );
    assert_eq!(
        (&ticket["id"], &ticket["severity"], &ticket["board"]["id"]),
        (&json!(id), &json!("High"), &json!(2))
    );
}

#[tokio::test]
async fn a_deleted_ticket_is_not_found_any_more() {
    let desk = Desk::new().await;
    let id = desk.ticket().await;
    let path = format!("service/tickets/{id}");
    let note = json!({"text": "x", "internalAnalysisFlag": true});
    assert_eq!(desk.post(&format!("{path}/notes"), note).await.status, 201);
    desk.sandbox.world().set_clock(1);
    let deleted = desk.delete(&path).await;
    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
    for answered in [
        desk.delete(&path).await,
        desk.send(reqwest::Method::GET, &path, "").await,
        desk.patch(&path, json!([])).await,
        desk.send(reqwest::Method::GET, &format!("{path}/notes"), "").await,
    ] {
        assert_eq!(answered.status, 404);
        assert_eq!(answered.json()["message"], format!("Service Ticket {id} not found"));
    }
    assert!(desk.sandbox.world().truth().iter().any(|row| row.id == id && row.gone));
    assert_ne!(desk.ticket().await, id);
}

#[tokio::test]
async fn a_part_of_a_reference_can_be_passed_over_with_success() {
    let desk = Desk::with(Options {
        quirks: [Quirk::IgnoreIdentifierPaths].into_iter().collect(),
        ..Options::with_tickets(10)
    })
    .await;
    let id = desk.ticket().await;
    let body = json!([{"op": "replace", "path": "company/identifier", "value": "CO0009"}]);
    let answered = desk.patch(&format!("service/tickets/{id}"), body).await;
    assert_eq!(
        (answered.status, &answered.json()["company"]["id"]),
        (200, &json!(19_000))
    );
}

#[tokio::test]
async fn what_is_written_can_stay_out_of_sight_for_a_while() {
    let desk = Desk::with(Options {
        write_lag: std::time::Duration::from_secs(600),
        ..Options::with_tickets(10)
    })
    .await;
    let id = desk.ticket().await;
    let path = format!("service/tickets/{id}");
    assert_eq!(desk.send(reqwest::Method::GET, &path, "").await.status, 404);
    desk.sandbox.world().set_clock(601);
    assert_eq!(desk.get(&path).await["id"], id);
}

/// A ticket of company 19001 with these members; its id.
async fn new(desk: &Desk, members: Value) -> i64 {
    let mut body = json!({"summary": "x", "company": {"id": 19_001}});
    body.as_object_mut()
        .unwrap()
        .extend(members.as_object().unwrap().clone());
    let created = desk.post("service/tickets", body).await;
    assert_eq!(created.status, 201, "{}", created.text);
    created.json()["id"].as_i64().unwrap()
}
