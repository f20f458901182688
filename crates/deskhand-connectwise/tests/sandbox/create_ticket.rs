//! Create Ticket: the rows CT1 to CT17 but the chain, which is in `chains.rs`.

use deskhand_sandbox::{Kind, Level, Options, Priorities, Running, Seed};
use serde_json::{Value, json};

use crate::stub::Stub;
use crate::support::{
    all, asked, assert_failed, assert_refused, at, client, client_with, ids, items, no_id, plant, record, records,
    rehearse, run, sandbox, ticket, truth, writes, written,
};

const SLUG: &str = "create-ticket";
const DEFAULT: &str = "Priority 3 - Normal Response";

/// Summary and company, and what else is given.
fn inputs(more: Value) -> Value {
    let mut inputs = json!({"Summary": "Printer on fire", "Company ID": 19_000});
    inputs
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    inputs
}

/// The ticket that comes of it, as the sandbox has it.
async fn made(sandbox: &Running, more: Value) -> Value {
    let output = run(&client(sandbox), SLUG, inputs(more)).await;
    assert_eq!(output.error(), "");
    ticket(sandbox, at(&output, "$.Results[*].id").as_i64().unwrap())
}

/// What is sent, where nothing can be looked up.
async fn sent(more: Value) -> Value {
    let stub = Stub::start().await;
    assert_eq!(run(&stub.client(), SLUG, inputs(more)).await.error(), "");
    let mut bodies = stub.bodies("POST").await;
    assert_eq!(bodies.len(), 1);
    bodies.remove(0)
}

/// A desk that calls its priorities otherwise.
async fn renamed() -> Running {
    let options = Options {
        seed: Seed {
            tickets: 10,
            priorities: Priorities::Stock,
            ..Seed::default()
        },
        ..Options::default()
    };
    deskhand_sandbox::start(options).await.unwrap()
}

#[tokio::test]
async fn ct1_one_request_makes_one_service_ticket_which_is_the_result() {
    let sandbox = sandbox(10).await;
    let before = ids(&truth(&sandbox));
    let output = run(&client(&sandbox), SLUG, inputs(json!({}))).await;
    assert_eq!(writes(&sandbox), ["POST service/tickets"]);
    let made = records(&output);
    let id = made[0]["id"].as_i64().unwrap();
    assert_eq!(made, [ticket(&sandbox, id)]);
    assert_eq!(made[0]["recordType"], "ServiceTicket");
    assert_eq!(
        (&made[0]["summary"], &made[0]["company"]["id"]),
        (&json!("Printer on fire"), &json!(19_000))
    );
    let after: Vec<_> = ids(&truth(&sandbox))
        .into_iter()
        .filter(|id| !before.contains(id))
        .collect();
    assert_eq!(after, [id]);
    let json = written(&output);
    assert_eq!(
        (&json["returnData"], &json["keyFields"]["TicketIDs"]),
        (&json!("Successful"), &json!([id]))
    );
    assert_eq!(json["contextData"], json!([{"Result": "Successful", "Ticket ID": id}]));
}

#[tokio::test]
async fn ct2_ct5_ct6_ct10_ct11_ct12_ct13_what_is_left_out_is_not_sent() {
    let body = sent(json!({})).await;
    let mut members: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    // The mark by which it is found again is ours.
    assert_eq!(
        members,
        ["company", "externalXRef", "impact", "priority", "severity", "summary"]
    );
    assert!(body["externalXRef"].as_str().unwrap().starts_with("dh-"));
    let declarations = deskhand_connectwise::declarations();
    let inputs = &declarations.iter().find(|command| command.slug == SLUG).unwrap().inputs;
    let names = inputs.get("properties").unwrap().as_object().unwrap().keys();
    assert!(
        names
            .into_iter()
            .all(|name| !name.contains("description") && !name.contains("note"))
    );
}

#[tokio::test]
async fn ct2_the_first_discussion_note_becomes_the_description() {
    let sandbox = sandbox(5).await;
    let id = made(&sandbox, json!({})).await["id"].as_i64().unwrap();
    assert_eq!(sandbox.description(id), None);
    let note = json!({"Ticket IDs": [id], "Note Text": "It smokes"});
    assert_eq!(run(&client(&sandbox), "add-ticket-notes", note).await.error(), "");
    assert_eq!(sandbox.description(id).as_deref(), Some("It smokes"));
}

#[tokio::test]
async fn ct3_a_summary_is_needed_and_never_cut() {
    let sandbox = sandbox(5).await;
    for wrong in [
        json!(null),
        json!(""),
        json!("  "),
        json!(5),
        json!("x".repeat(101)),
        json!("ü".repeat(101)),
    ] {
        assert_refused(
            &sandbox,
            SLUG,
            json!({"Summary": wrong, "Company ID": 19_000}),
            "Summary",
        )
        .await;
    }
    assert_refused(&sandbox, SLUG, json!({"Company ID": 19_000}), "Summary").await;
    let longest = "ü".repeat(100);
    assert_eq!(made(&sandbox, json!({"Summary": longest})).await["summary"], longest);
}

#[tokio::test]
async fn ct4_ct17_a_company_is_needed_and_has_to_be_there() {
    let sandbox = sandbox(5).await;
    for wrong in no_id() {
        assert_refused(&sandbox, SLUG, inputs(json!({"Company ID": wrong})), "Company ID").await;
    }
    assert_refused(&sandbox, SLUG, json!({"Summary": "x"}), "Company ID").await;

    let tickets = truth(&sandbox).len();
    let output = run(&client(&sandbox), SLUG, inputs(json!({"Company ID": 404}))).await;
    assert_eq!(
        output.error(),
        "Create Ticket failed.\nStatus Code: 400.\nMessage: The value for parameter (Company ID) is invalid."
    );
    assert_eq!(
        output.errors[0].hint.as_deref(),
        Some("the PSA said: company 404 not found")
    );
    assert_eq!(truth(&sandbox).len(), tickets);
}

#[tokio::test]
async fn ct5_ct6_ct13_board_status_and_team_go_by_name_whatever_is_in_it() {
    let sandbox = sandbox(5).await;
    let board = json!({"id": 60, "name": "Störungen \"Nacht\" / R&D <1>", "inactiveFlag": false,
        "location": {"id": 1, "name": "Tampa Office"}, "department": {"id": 1, "identifier": "Managed Services", "name": "Managed Services"}});
    plant(&sandbox, Kind::Board, 0, &board);
    for (id, name, first) in [(1_200, "Neu", true), (1_201, "wartet auf \"Müller / Söhne\"", false)] {
        let status = json!({"id": id, "name": name, "board": {"id": 60}, "closedStatus": false, "defaultFlag": first, "inactive": false});
        plant(&sandbox, Kind::BoardStatus, 60, &status);
    }
    plant(
        &sandbox,
        Kind::BoardTeam,
        60,
        &json!({"id": 1_200, "name": "Früh & Spät", "boardId": 60, "defaultFlag": true}),
    );
    for (name, status, team) in [
        (
            "Störungen \"Nacht\" / R&D <1>",
            "wartet auf \"Müller / Söhne\"",
            "Früh & Spät",
        ),
        ("Dispatch / Field", "Waiting on \"Vendor\"", "Night Shift"),
        ("Alerts (Automated)", ">Closed - Merged", "Network Security"),
    ] {
        let ticket = made(&sandbox, json!({"Board Name": name, "Status": status, "Team": team})).await;
        let found = ["board", "status", "team"].map(|member| ticket[member]["name"].as_str().unwrap().to_owned());
        assert_eq!(found, [name, status, team]);
    }
    // The PSA's own spelling is used, whatever the case.
    let ticket = made(&sandbox, json!({"Board Name": "HELP desk", "Status": "in progress"})).await;
    assert_eq!(
        (&ticket["board"]["name"], &ticket["status"]["name"]),
        (&json!("Help Desk"), &json!("In Progress"))
    );
}

#[tokio::test]
async fn ct5_ct6_ct13_left_out_the_psa_takes_its_defaults() {
    let sandbox = sandbox(5).await;
    let ticket = made(&sandbox, json!({"Board Name": "Integration"})).await;
    let default = |kind: Kind| {
        let mut of_board = all(&sandbox, kind)
            .into_iter()
            .filter(|record| record["defaultFlag"] == true && (record["board"]["id"] == 5 || record["boardId"] == 5));
        of_board.next().unwrap()["id"].clone()
    };
    assert_eq!(ticket["status"]["id"], default(Kind::BoardStatus));
    assert_eq!(ticket["team"]["id"], default(Kind::BoardTeam));
    assert!(made(&sandbox, json!({})).await["board"]["id"].is_i64());
}

#[tokio::test]
async fn ct5_ct6_ct13_unknown_names_come_with_the_nearest_and_nothing_is_made() {
    let sandbox = sandbox(5).await;
    let tickets = truth(&sandbox).len();
    for (given, parameter, nearest) in [
        (
            json!({"Board Name": "Helpdesk"}),
            "Board Name",
            "there is no `Helpdesk`; the nearest are `Help Desk`",
        ),
        (
            json!({"Board Name": "Help Desk", "Status": "In progres"}),
            "Status",
            "the nearest are `In Progress`",
        ),
        (
            json!({"Board Name": "Help Desk", "Team": "Nite Shift"}),
            "Team",
            "the nearest are `Night Shift`",
        ),
    ] {
        let output = run(&client(&sandbox), SLUG, inputs(given)).await;
        let message = format!("The value for parameter ({parameter}) is invalid.");
        assert_failed(&output, 400, &message, nearest);
    }
    assert!(writes(&sandbox).is_empty());
    assert_eq!(truth(&sandbox).len(), tickets);
}

#[tokio::test]
async fn ct5_ct6_ct13_a_role_that_may_not_read_boards_leaves_names_to_the_psa() {
    let sandbox = sandbox(5).await;
    let tickets = "Service Desk > Service Tickets";
    let client = client_with(&sandbox, &[(tickets, Level::Inquire), (tickets, Level::Add)]);
    let named = json!({"Board Name": "Dispatch / Field", "Status": "Waiting on \"Vendor\"", "Team": "Night Shift"});
    let output = run(&client, SLUG, inputs(named)).await;
    assert_eq!(output.error(), "");
    assert_eq!(at(&output, "$.Results[*].status.name"), "Waiting on \"Vendor\"");

    for (given, parameter, said) in [
        (
            json!({"Board Name": "Helpdesk"}),
            "Board Name",
            "Service Board Helpdesk not found",
        ),
        (
            json!({"Board Name": "Help Desk", "Status": "Nothing"}),
            "Status",
            "Service Status Nothing not found for Service Board 1",
        ),
        (json!({"Team": "Nobody"}), "Team", "Service Team Nobody not found"),
    ] {
        let output = run(&client, SLUG, inputs(given)).await;
        let message = format!("The value for parameter ({parameter}) is invalid.");
        assert_failed(&output, 400, &message, &format!("the PSA said: {said}"));
    }
    let body = sent(json!({"Board Name": "A / \"B\"", "Status": "ü", "Team": "T"})).await;
    assert_eq!(
        (&body["board"], &body["status"], &body["team"]),
        (
            &json!({"name": "A / \"B\""}),
            &json!({"name": "ü"}),
            &json!({"name": "T"})
        )
    );
}

#[tokio::test]
async fn ct7_priority_is_one_of_four_with_a_default() {
    let sandbox = sandbox(5).await;
    assert_eq!(made(&sandbox, json!({})).await["priority"]["name"], DEFAULT);
    assert_eq!(sent(json!({})).await["priority"], json!({"name": DEFAULT}));
    for name in [
        "Priority 1 - Emergency Response",
        "Priority 2 - Quick Response",
        DEFAULT,
        "Priority 4 - Scheduled Maintenance",
    ] {
        assert_eq!(
            made(&sandbox, json!({"Priority": name})).await["priority"]["name"],
            name
        );
    }
    for wrong in [json!("Priority 5"), json!("High"), json!("Priority 3"), json!(3)] {
        assert_refused(&sandbox, SLUG, inputs(json!({"Priority": wrong})), "Priority").await;
    }
}

#[tokio::test]
async fn ct7_where_the_psa_calls_it_otherwise_its_only_priority_of_that_number_is_meant() {
    let sandbox = renamed().await;
    assert_eq!(
        made(&sandbox, json!({})).await["priority"]["name"],
        "Priority 3 - Medium"
    );
    let first = json!({"Priority": "Priority 1 - Emergency Response"});
    assert_eq!(made(&sandbox, first).await["priority"]["name"], "Priority 1 - Critical");
}

#[tokio::test]
async fn ct7_without_any_of_that_number_the_default_is_left_out_and_the_output_says_so() {
    let sandbox = renamed().await;
    sandbox.world().remove(Kind::Priority, 3).unwrap();
    let output = run(&client(&sandbox), SLUG, inputs(json!({}))).await;
    assert_eq!(output.error(), "");
    let warning = items(&output)[0]["Warning"].as_str().unwrap().to_owned();
    assert!(
        warning.starts_with("the priority is the PSA's own default, because "),
        "{warning}"
    );
    assert!(warning.contains("`Priority 1 - Critical`"), "{warning}");
    let rehearsed = items(&rehearse(&client(&sandbox), SLUG, inputs(json!({}))).await);
    assert!(!rehearsed[0]["Would Send"].as_str().unwrap().contains("priority"));

    // Asked for, it is refused with those that there are.
    sandbox.log().clear();
    let output = run(&client(&sandbox), SLUG, inputs(json!({"Priority": DEFAULT}))).await;
    let message = "The value for parameter (Priority) is invalid.";
    assert_failed(
        &output,
        400,
        message,
        "`Priority 1 - Critical`, `Priority 2 - High`, `Priority 4 - Low`",
    );
    assert!(writes(&sandbox).is_empty());
    // The way out that the hint names.
    let other = json!({"Additional Fields": {"priority": {"name": "Priority 4 - Low"}}});
    assert_eq!(made(&sandbox, other).await["priority"]["name"], "Priority 4 - Low");
}

#[tokio::test]
async fn ct7_two_of_that_number_are_no_answer() {
    let sandbox = renamed().await;
    plant(
        &sandbox,
        Kind::Priority,
        0,
        &json!({"id": 9, "name": "Priority 3 - VIP", "sortOrder": 9}),
    );
    let output = run(&client(&sandbox), SLUG, inputs(json!({"Priority": DEFAULT}))).await;
    let message = "The value for parameter (Priority) is invalid.";
    assert_failed(&output, 400, message, "`Priority 3 - Medium`, `Priority 3 - VIP`");
}

#[tokio::test]
async fn ct8_ct9_urgency_and_impact_are_levels_with_a_default() {
    let body = sent(json!({})).await;
    assert_eq!(
        (&body["severity"], &body["impact"]),
        (&json!("Medium"), &json!("Medium"))
    );
    let sandbox = sandbox(5).await;
    for (urgency, impact) in [("High", "Low"), ("Low", "High"), ("Medium", "medium")] {
        let ticket = made(&sandbox, json!({"Urgency": urgency, "Impact": impact})).await;
        let expected = if impact == "medium" { "Medium" } else { impact };
        assert_eq!(
            (&ticket["severity"], &ticket["impact"]),
            (&json!(urgency), &json!(expected))
        );
    }
    for wrong in [json!("Critical"), json!("1"), json!(1)] {
        assert_refused(&sandbox, SLUG, inputs(json!({"Urgency": wrong})), "Urgency").await;
        assert_refused(&sandbox, SLUG, inputs(json!({"Impact": wrong})), "Impact").await;
    }
}

#[tokio::test]
async fn ct10_ct11_ct12_left_out_the_companys_contact_is_taken_and_given_it_is_kept() {
    let sandbox = sandbox(5).await;
    let contact = all(&sandbox, Kind::Contact)
        .into_iter()
        .find(|contact| contact["company"]["id"] == 19_001 && contact["defaultFlag"] == true)
        .unwrap();
    let ticket = made(&sandbox, json!({"Company ID": 19_001})).await;
    assert_eq!(ticket["contact"]["id"], contact["id"]);
    assert_eq!(ticket["contactPhoneNumber"], contact["defaultPhoneNbr"]);
    assert!(
        ticket["contactName"]
            .as_str()
            .unwrap()
            .contains(contact["firstName"].as_str().unwrap())
    );
    assert!(
        ticket["contactEmailAddress"]
            .as_str()
            .unwrap()
            .ends_with("@example.com")
    );

    let given = json!({"Ticket Contact Name": "Zoë O'Neil \"Z\"", "Ticket Contact Phone Number": "+49 30 1234",
        "Ticket Contact Email Address": "zoe@müller.example"});
    let ticket = made(&sandbox, given).await;
    assert_eq!(ticket["contactName"], "Zoë O'Neil \"Z\"");
    assert_eq!(ticket["contactPhoneNumber"], "+49 30 1234");
    assert_eq!(ticket["contactEmailAddress"], "zoe@müller.example");
}

#[tokio::test]
async fn ct10_ct11_ct12_what_cannot_be_is_refused() {
    let sandbox = sandbox(5).await;
    for (name, wrong) in [
        ("Ticket Contact Name", json!("x".repeat(63))),
        ("Ticket Contact Name", json!(5)),
        ("Ticket Contact Phone Number", json!("1".repeat(21))),
        ("Ticket Contact Email Address", json!("zoe")),
        ("Ticket Contact Email Address", json!("zoe @example.com")),
        (
            "Ticket Contact Email Address",
            json!(format!("{}@example.com", "x".repeat(250))),
        ),
    ] {
        assert_refused(&sandbox, SLUG, inputs(json!({ name: wrong })), name).await;
    }
}

#[tokio::test]
async fn ct14_additional_fields_become_members_and_own_inputs_win() {
    let more = json!({"city": "Tampa", "stateIdentifier": "FL", "zip": "33602", "source": {"name": "Call"},
        "customFields": [{"id": 7, "value": "Yes"}], "Summary": "lost", "impact": "Low", "board": {"name": "lost"}});
    let body = sent(json!({"Additional Fields": more, "Board Name": "kept", "Urgency": "High"})).await;
    for member in ["city", "stateIdentifier", "zip", "source", "customFields"] {
        assert_eq!(body[member], more[member], "{member}");
    }
    assert_eq!(
        (&body["summary"], &body["board"]),
        (&json!("Printer on fire"), &json!({"name": "kept"}))
    );
    assert_eq!(body.get("Summary"), None);
    // What has no input of its own given is the caller's, and no default takes its place.
    assert_eq!((&body["impact"], &body["severity"]), (&json!("Low"), &json!("High")));

    let sandbox = sandbox(5).await;
    let ticket = made(
        &sandbox,
        json!({"Additional Fields": "{\"city\": \"Tampa\", \"source\": {\"name\": \"Portal\"}}"}),
    )
    .await;
    assert_eq!((&ticket["city"], &ticket["source"]["id"]), (&json!("Tampa"), &json!(4)));
    for wrong in [
        json!([1]),
        json!("city"),
        json!("[1]"),
        json!(5),
        json!(true),
        json!("{\"city\""),
    ] {
        assert_refused(
            &sandbox,
            SLUG,
            inputs(json!({"Additional Fields": wrong})),
            "Additional Fields",
        )
        .await;
    }
}

#[tokio::test]
async fn ct14_a_member_that_a_ticket_does_not_have_is_the_psas_to_refuse() {
    let sandbox = sandbox(5).await;
    let output = run(
        &client(&sandbox),
        SLUG,
        inputs(json!({"Additional Fields": {"colour": "red"}})),
    )
    .await;
    let json = written(&output);
    assert_eq!(
        (&json["returnData"], &json["errors"][0]["statusCode"]),
        (&json!("Failed"), &json!(400))
    );
    let message = json["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("colour"), "{message}");
}

#[tokio::test]
async fn ct16_it_is_successful_or_failed() {
    let sandbox = sandbox(5).await;
    let good = run(&client(&sandbox), SLUG, inputs(json!({}))).await;
    let bad = run(
        &client(&sandbox),
        SLUG,
        inputs(json!({"Company ID": 404, "Additional Fields": {"zip": "1234567890123"}})),
    )
    .await;
    let states = [&good, &bad].map(|output| written(output)["returnData"].clone());
    assert_eq!(states, ["Successful", "Failed"]);
    assert!(bad.results.is_empty() && written(&bad)["keyFields"] == json!({}));
}

#[tokio::test]
async fn a_dry_run_makes_nothing_and_says_what_it_would_send() {
    let sandbox = sandbox(5).await;
    let tickets = truth(&sandbox).len();
    let output = rehearse(&client(&sandbox), SLUG, inputs(json!({"Board Name": "help desk"}))).await;
    let said = items(&output)[0]["Would Send"].as_str().unwrap().to_owned();
    let (line, body) = said.split_once("\n\n").unwrap();
    assert_eq!(line, "POST service/tickets");
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        (&body["board"], &body["priority"]),
        (&json!({"name": "Help Desk"}), &json!({"name": DEFAULT}))
    );
    assert!(writes(&sandbox).is_empty());
    assert_eq!(truth(&sandbox).len(), tickets);
    assert!(asked(&sandbox).iter().any(|path| path.contains("service/boards?")));
    assert_eq!(record(&sandbox, Kind::Ticket, 9), None);
}
