//! Outputs that become inputs, by JSONPath alone: the rows CT15 and MT7.

use deskhand_sandbox::Level::{Add, Inquire};
use serde_json::json;

use crate::support::{at, client, client_with, run, sandbox, ticket};

#[tokio::test]
async fn ct15_company_board_status_and_team_come_from_the_lists() {
    let sandbox = sandbox(10).await;
    let client = client(&sandbox);
    let companies = run(
        &client,
        "list-companies",
        json!({"Company Name": "Veterinary / Clinic", "Status": "Active"}),
    )
    .await;
    let boards = run(&client, "list-boards", json!({"Board Name": "integ"})).await;
    let board = at(&boards, "$.Results[0].id");
    let statuses = run(&client, "list-board-statuses", json!({"Board ID": board})).await;
    let teams = run(&client, "list-board-teams", json!({"Board ID": board})).await;
    let inputs = json!({
        "Summary": "From the lists",
        "Company ID": at(&companies, "$.Results[0].id"),
        "Board Name": at(&boards, "$.Results[*].name"),
        "Status": at(&statuses, "$.Results[?(@.sortOrder==4)].name"),
        "Team": at(&teams, "$.Results[1].name"),
    });
    let created = run(&client, "create-ticket", inputs.clone()).await;
    assert_eq!(created.error(), "");
    let ticket = ticket(&sandbox, at(&created, "$.Results[*].id").as_i64().unwrap());
    assert_eq!(ticket["company"]["id"], inputs["Company ID"]);
    assert_eq!(
        (&ticket["board"]["name"], &ticket["board"]["id"]),
        (&json!("Integration"), &board)
    );
    assert_eq!(ticket["status"]["name"], "Waiting on \"Vendor\"");
    assert_eq!(ticket["team"]["name"], inputs["Team"]);
}

#[tokio::test]
async fn ct15_a_role_with_the_lists_and_no_more_can_do_it() {
    let sandbox = sandbox(10).await;
    let tickets = "Service Desk > Service Tickets";
    let rights = [
        (tickets, Inquire),
        (tickets, Add),
        ("System > Table Setup", Inquire),
        ("Companies > Company Maintenance", Inquire),
    ];
    let client = client_with(&sandbox, &rights);
    let companies = run(&client, "list-companies", json!({"Company Name": "o'neil"})).await;
    let boards = run(&client, "list-boards", json!({})).await;
    let inputs = json!({"Summary": "x", "Company ID": at(&companies, "$.Results[0].id"), "Board Name": at(&boards, "$.Results[2].name")});
    let created = run(&client, "create-ticket", inputs).await;
    assert_eq!(created.error(), "");
    assert_eq!(
        at(&created, "$.Results[*].board.name"),
        at(&boards, "$.Results[2].name")
    );
}

#[tokio::test]
async fn mt7_from_an_events_board_to_a_closing_status_to_the_merge() {
    let sandbox = sandbox(300).await;
    let client = client(&sandbox);
    let search = json!({"Search Condition": "closedFlag = false AND board/name = \"Network Security\" AND status/name != \">Closed\" AND status/name != \">Closed - Merged\""});
    let events = run(&client, "fetch-event", search).await;
    let board = at(&events, "$.Results[0].board.id");
    let statuses = run(&client, "list-board-statuses", json!({"Board ID": board})).await;
    let inputs = json!({
        "Parent Ticket ID": at(&events, "$.Results[0].id"),
        "Merge Ticket IDs": at(&events, "$.Results[1:4].id"),
        "Status": at(&statuses, "$.Results[?(@.closedStatus==true)].id")[1],
    });
    let merged = run(&client, "merge-tickets", inputs.clone()).await;
    assert_eq!(merged.error(), "");
    let children = inputs["Merge Ticket IDs"].as_array().unwrap();
    assert_eq!(children.len(), 3);
    for child in children {
        let child = ticket(&sandbox, child.as_i64().unwrap());
        assert_eq!(child["mergedParentTicket"]["id"], inputs["Parent Ticket ID"]);
        assert_eq!(child["status"]["name"], ">Closed - Merged");
    }
}
