//! Update Tickets: the rows UT1 to UT14.

use deskhand_sandbox::{Kind, Level, Options, Priorities, Recipient, Running, Seed};
use serde_json::{Value, json};

use crate::stub::Stub;
use crate::support::{
    asked, assert_failed, assert_refused, at, client, client_with, delay, ids, items, no_id, no_ids, notes,
    open_tickets, records, rehearse, run, sandbox, ticket, writes, written,
};

const SLUG: &str = "update-tickets";

/// The operations that are sent to each ticket, where nothing can be looked up.
async fn sent(inputs: Value) -> Vec<Value> {
    let stub = Stub::start().await;
    let output = run(&stub.client(), SLUG, inputs).await;
    assert_eq!(output.error(), "");
    stub.bodies("PATCH").await
}

fn replace(path: &str, value: &Value) -> Value {
    json!({"op": "replace", "path": path, "value": value})
}

/// The members in which two tickets differ, but for stamps and the sandbox's own count of edits.
fn changed(before: &Value, after: &Value) -> Vec<String> {
    let names = before
        .as_object()
        .unwrap()
        .keys()
        .chain(after.as_object().unwrap().keys());
    let differs =
        |name: &&String| before.get(*name) != after.get(*name) && !["_info", "customFields"].contains(&name.as_str());
    let mut names: Vec<_> = names.filter(differs).cloned().collect();
    names.sort();
    names.dedup();
    names
}

#[tokio::test]
async fn ut1_ut3_each_ticket_gets_one_patch_with_what_was_given_and_nothing_else() {
    let bodies = sent(json!({"Ticket IDs": [5, 6, 5], "Summary": "New words", "Impact": "Low"})).await;
    let patch = json!([
        replace("summary", &json!("New words")),
        replace("impact", &json!("Low"))
    ]);
    assert_eq!(bodies, [patch.clone(), patch]);

    let sandbox = sandbox(30).await;
    delay(&sandbox, 1007);
    let before = [ticket(&sandbox, 1003), ticket(&sandbox, 1007), ticket(&sandbox, 1008)];
    let output = run(
        &client(&sandbox),
        SLUG,
        json!({"Ticket IDs": [1007, 1003], "Summary": "New words"}),
    )
    .await;
    assert_eq!(ids(&records(&output)), [1007, 1003]);
    assert_eq!(records(&output), [ticket(&sandbox, 1007), ticket(&sandbox, 1003)]);
    let mut patched = writes(&sandbox);
    patched.sort();
    assert_eq!(patched, ["PATCH service/tickets/1003", "PATCH service/tickets/1007"]);
    assert_eq!(changed(&before[0], &ticket(&sandbox, 1003)), ["summary"]);
    assert_eq!(changed(&before[1], &ticket(&sandbox, 1007)), ["summary"]);
    assert_eq!(before[2], ticket(&sandbox, 1008));
    let json = written(&output);
    assert_eq!(json["keyFields"]["TicketIDs"], json!([1007, 1003]));
    assert_eq!(
        json["contextData"][0],
        json!({"Ticket ID": 1007, "Result": "Successful"})
    );
}

#[tokio::test]
async fn ut2_anything_but_a_list_of_ids_is_refused() {
    let sandbox = sandbox(1).await;
    for wrong in no_ids() {
        assert_refused(
            &sandbox,
            SLUG,
            json!({"Ticket IDs": wrong, "Summary": "x"}),
            "Ticket IDs",
        )
        .await;
    }
    assert_refused(&sandbox, SLUG, json!({"Summary": "x"}), "Ticket IDs").await;
}

#[tokio::test]
async fn ut3_nothing_to_change_is_refused() {
    let sandbox = sandbox(5).await;
    for nothing in [
        json!({}),
        json!({"Summary": " ", "Priority": null}),
        json!({"Additional Fields": {}}),
    ] {
        let mut inputs = nothing;
        inputs["Ticket IDs"] = json!([1001]);
        let output = run(&client(&sandbox), SLUG, inputs).await;
        assert_failed(
            &output,
            400,
            "There is nothing to update.",
            "give at least one input beside Ticket IDs",
        );
    }
    assert!(asked(&sandbox).is_empty());
}

#[tokio::test]
async fn ut3_every_input_alone_is_sent_alone() {
    for (name, value, path, sent_value) in [
        ("Company ID", json!(19_005), "company", json!({"id": 19_005})),
        ("Board Name", json!("B"), "board", json!({"name": "B"})),
        ("Status", json!("S"), "status", json!({"name": "S"})),
        (
            "Priority",
            json!("Priority 2 - Quick Response"),
            "priority",
            json!({"name": "Priority 2 - Quick Response"}),
        ),
        ("Urgency", json!("High"), "severity", json!("High")),
        ("Impact", json!("High"), "impact", json!("High")),
        ("Ticket Contact Name", json!("N"), "contactName", json!("N")),
        (
            "Ticket Contact Phone Number",
            json!("1"),
            "contactPhoneNumber",
            json!("1"),
        ),
        (
            "Ticket Contact Email Address",
            json!("a@x"),
            "contactEmailAddress",
            json!("a@x"),
        ),
        ("Team", json!("T"), "team", json!({"name": "T"})),
    ] {
        let bodies = sent(json!({"Ticket IDs": [5], name: value})).await;
        assert_eq!(bodies, [json!([replace(path, &sent_value)])], "{name}");
    }
}

#[tokio::test]
async fn ut4_company_id_replaces_the_company() {
    let sandbox = sandbox(30).await;
    let output = run(
        &client(&sandbox),
        SLUG,
        json!({"Ticket IDs": [1003], "Company ID": 19_222}),
    )
    .await;
    assert_eq!(output.error(), "");
    assert_eq!(ticket(&sandbox, 1003)["company"]["id"], 19_222);
    for wrong in no_id().into_iter().filter(|value| !value.is_null() && *value != "") {
        let inputs = json!({"Ticket IDs": [1003], "Company ID": wrong, "Summary": "x"});
        assert_refused(&sandbox, SLUG, inputs, "Company ID").await;
    }
    let output = run(
        &client(&sandbox),
        SLUG,
        json!({"Ticket IDs": [1003], "Company ID": 404}),
    )
    .await;
    let message = "The value for parameter (Company ID) is invalid. (ticket 1003)";
    assert_failed(&output, 400, message, "the PSA said: company 404 not found");
}

#[tokio::test]
async fn ut5_board_status_and_team_go_by_name_and_the_status_by_the_new_board() {
    let sandbox = sandbox(60).await;
    let moved = open_tickets(&sandbox, 1, 1)[0];
    let inputs = json!({"Ticket IDs": [moved], "Board Name": "dispatch / field", "Status": "Waiting on \"Vendor\"", "Team": "Night Shift"});
    assert_eq!(run(&client(&sandbox), SLUG, inputs).await.error(), "");
    let now = ticket(&sandbox, moved);
    let found = [&now["board"]["id"], &now["status"]["id"], &now["team"]["id"]];
    assert_eq!(found, [&json!(6), &json!(124), &json!(122)]);
    // Without a board the status is one of the ticket's own.
    let inputs = json!({"Ticket IDs": [moved], "Status": "in progress"});
    assert_eq!(run(&client(&sandbox), SLUG, inputs).await.error(), "");
    assert_eq!(ticket(&sandbox, moved)["status"]["id"], 121);
}

#[tokio::test]
async fn ut5_unknown_names_come_with_the_nearest() {
    let sandbox = sandbox(60).await;
    let id = open_tickets(&sandbox, 1, 1)[0];
    let before = ticket(&sandbox, id);
    for (given, parameter, nearest) in [
        (json!({"Board Name": "Helpdesk"}), "Board Name", "`Help Desk`"),
        (
            json!({"Board Name": "Help Desk", "Status": "Complete"}),
            "Status",
            "`Completed`",
        ),
        (
            json!({"Board Name": "Help Desk", "Team": "Night"}),
            "Team",
            "`Night Shift`",
        ),
    ] {
        let mut inputs = given;
        inputs["Ticket IDs"] = json!([id]);
        let output = run(&client(&sandbox), SLUG, inputs).await;
        assert_failed(
            &output,
            400,
            &format!("The value for parameter ({parameter}) is invalid."),
            nearest,
        );
    }
    assert!(writes(&sandbox).is_empty());
    // Without a board the PSA refuses, ticket by ticket, and the nearest of that ticket's board are told.
    let output = run(
        &client(&sandbox),
        SLUG,
        json!({"Ticket IDs": [id], "Status": "Complete"}),
    )
    .await;
    let message = format!("The value for parameter (Status) is invalid. (ticket {id})");
    assert_failed(
        &output,
        400,
        &message,
        "Service Status Complete not found for Service Board 1; the nearest are `Completed`",
    );
    let output = run(&client(&sandbox), SLUG, json!({"Ticket IDs": [id], "Team": "Nobody"})).await;
    let message = format!("The value for parameter (Team) is invalid. (ticket {id})");
    assert_failed(&output, 400, &message, "Service Team Nobody not found");
    assert_eq!(ticket(&sandbox, id), before);
}

#[tokio::test]
async fn ut5_a_move_to_a_board_without_a_status_of_it_is_told_to_need_one() {
    let sandbox = sandbox(60).await;
    let id = open_tickets(&sandbox, 1, 1)[0];
    let output = run(
        &client(&sandbox),
        SLUG,
        json!({"Ticket IDs": [id], "Board Name": "Integration"}),
    )
    .await;
    let message = format!("The value for parameter (Status) is invalid. (ticket {id})");
    assert_failed(&output, 400, &message, "not found for Service Board 5");
    let hint = output.errors[0].hint.clone().unwrap();
    let (_, near) = hint
        .split_once("; give a Status of the new board as well; the nearest are ")
        .unwrap();
    let of_board = run(&client(&sandbox), "list-board-statuses", json!({"Board ID": 5})).await;
    let of_board = written(&of_board)["keyFields"]["StatusNames"].clone();
    let near: Vec<_> = near.split(", ").map(|name| json!(name.trim_matches('`'))).collect();
    assert!(
        near.iter().all(|name| of_board.as_array().unwrap().contains(name)),
        "{near:?}"
    );
    // One of them is taken.
    let inputs = json!({"Ticket IDs": [id], "Board Name": "Integration", "Status": near[0]});
    assert_eq!(run(&client(&sandbox), SLUG, inputs).await.error(), "");
}

#[tokio::test]
async fn ut5_a_move_without_a_status_is_refused_in_the_psas_words_where_boards_cannot_be_read() {
    let sandbox = sandbox(60).await;
    let id = open_tickets(&sandbox, 1, 1)[0];
    let tickets = "Service Desk > Service Tickets";
    let somebody = client_with(&sandbox, &[(tickets, Level::Inquire), (tickets, Level::Edit)]);
    let inputs = json!({"Ticket IDs": [id], "Board Name": "Integration"});
    let output = run(&somebody, SLUG, inputs).await;
    let hint = output.errors[0].hint.as_deref().unwrap();
    assert!(hint.ends_with("not found for Service Board 5"), "{hint}");
}

#[tokio::test]
async fn ut6_priority_urgency_and_impact_are_what_the_page_lists() {
    let sandbox = sandbox(30).await;
    let inputs = json!({"Ticket IDs": [1003], "Priority": "priority 4 - scheduled maintenance", "Urgency": "low", "Impact": "High"});
    assert_eq!(run(&client(&sandbox), SLUG, inputs).await.error(), "");
    let now = ticket(&sandbox, 1003);
    assert_eq!(now["priority"]["name"], "Priority 4 - Scheduled Maintenance");
    assert_eq!((&now["severity"], &now["impact"]), (&json!("Low"), &json!("High")));
    for (name, wrong) in [
        ("Priority", "Priority 5"),
        ("Priority", "Priority 1"),
        ("Urgency", "Urgent"),
        ("Impact", "None"),
    ] {
        assert_refused(&sandbox, SLUG, json!({"Ticket IDs": [1003], name: wrong}), name).await;
    }
}

#[tokio::test]
async fn ut6_a_renamed_priority_is_found_by_its_number() {
    let options = Options {
        seed: Seed {
            tickets: 10,
            priorities: Priorities::Stock,
            ..Seed::default()
        },
        ..Options::default()
    };
    let sandbox = deskhand_sandbox::start(options).await.unwrap();
    let inputs = json!({"Ticket IDs": [1003], "Priority": "Priority 2 - Quick Response"});
    assert_eq!(run(&client(&sandbox), SLUG, inputs).await.error(), "");
    assert_eq!(ticket(&sandbox, 1003)["priority"]["name"], "Priority 2 - High");
}

#[tokio::test]
async fn ut7_the_contact_can_be_changed() {
    let sandbox = sandbox(30).await;
    let inputs = json!({"Ticket IDs": [1003], "Ticket Contact Name": "Zoë \"Z\" O'Neil", "Ticket Contact Phone Number": "+49 30 1",
        "Ticket Contact Email Address": "zoe@example.com"});
    let before = ticket(&sandbox, 1003);
    assert_eq!(run(&client(&sandbox), SLUG, inputs).await.error(), "");
    let now = ticket(&sandbox, 1003);
    assert_eq!(
        changed(&before, &now),
        ["contactEmailAddress", "contactName", "contactPhoneNumber"]
    );
    assert_eq!(
        (
            &now["contactName"],
            &now["contactPhoneNumber"],
            &now["contactEmailAddress"]
        ),
        (
            &json!("Zoë \"Z\" O'Neil"),
            &json!("+49 30 1"),
            &json!("zoe@example.com")
        )
    );
    let inputs = json!({"Ticket IDs": [1003], "Ticket Contact Email Address": "nobody"});
    assert_refused(&sandbox, SLUG, inputs, "Ticket Contact Email Address").await;
}

#[tokio::test]
async fn ut8_additional_fields_replace_members_whole_and_own_inputs_win() {
    let more = json!({"city": "Tampa", "source": {"name": "Call"}, "customFields": [{"id": 7, "value": "Yes"}], "summary": "lost"});
    let bodies = sent(json!({"Ticket IDs": [5], "Summary": "kept", "Additional Fields": more})).await;
    let mut operations = bodies[0].as_array().unwrap().clone();
    operations.sort_by_key(|operation| operation["path"].to_string());
    let expected = [
        replace("city", &json!("Tampa")),
        replace("customFields", &more["customFields"]),
        replace("source", &json!({"name": "Call"})),
        replace("summary", &json!("kept")),
    ];
    assert_eq!(operations, expected);

    let sandbox = sandbox(30).await;
    let more = json!({"city": "Łódź", "source": {"name": "Portal"}, "zip": "1"});
    let output = run(
        &client(&sandbox),
        SLUG,
        json!({"Ticket IDs": [1003], "Additional Fields": more}),
    )
    .await;
    assert_eq!(output.error(), "");
    let now = ticket(&sandbox, 1003);
    assert_eq!(
        (&now["city"], &now["source"]["id"], &now["zip"]),
        (&json!("Łódź"), &json!(4), &json!("1"))
    );
    for wrong in [json!([1]), json!("x"), json!(5)] {
        let inputs = json!({"Ticket IDs": [1003], "Additional Fields": wrong});
        assert_refused(&sandbox, SLUG, inputs, "Additional Fields").await;
    }
}

#[tokio::test]
async fn ut8_members_that_the_psa_never_shows_are_no_reason_to_doubt_its_yes() {
    let sandbox = sandbox(30).await;
    let more = json!({"processNotifications": false, "skipCallback": true, "city": "Tampa"});
    let output = run(
        &client(&sandbox),
        SLUG,
        json!({"Ticket IDs": [1003], "Additional Fields": more}),
    )
    .await;
    assert_eq!(output.error(), "");
    assert_eq!(ticket(&sandbox, 1003)["city"], "Tampa");
}

#[tokio::test]
async fn ut9_addresses_become_one_text_and_its_flag_is_set() {
    let sandbox = sandbox(30).await;
    for given in [
        json!([" a@x.example ", "b@y.example", ""]),
        json!("[\"a@x.example\", \"b@y.example \"]"),
        json!("a@x.example; b@y.example"),
    ] {
        let bodies = sent(json!({"Ticket IDs": [5], "Automatic Email CC": given})).await;
        let expected = json!([
            replace("automaticEmailCc", &json!("a@x.example;b@y.example")),
            replace("automaticEmailCcFlag", &json!(true))
        ]);
        assert_eq!(bodies, [expected], "{given}");
        let output = run(
            &client(&sandbox),
            SLUG,
            json!({"Ticket IDs": [1003], "Automatic Email CC": given}),
        )
        .await;
        assert_eq!(output.error(), "");
        let now = ticket(&sandbox, 1003);
        assert_eq!(
            (&now["automaticEmailCc"], &now["automaticEmailCcFlag"]),
            (&json!("a@x.example;b@y.example;"), &json!(true))
        );
    }
    for wrong in [
        json!(["a@x", "nobody"]),
        json!(["a@x.example,b@y.example"]),
        json!([1]),
        json!({"a": 1}),
    ] {
        let inputs = json!({"Ticket IDs": [1003], "Automatic Email CC": wrong});
        assert_refused(&sandbox, SLUG, inputs, "Automatic Email CC").await;
    }
}

#[tokio::test]
async fn ut9_an_empty_list_ends_the_copies() {
    let sandbox = sandbox(30).await;
    for given in [json!(["a@x.example"]), json!([])] {
        let output = run(
            &client(&sandbox),
            SLUG,
            json!({"Ticket IDs": [1003], "Automatic Email CC": given}),
        )
        .await;
        assert_eq!(output.error(), "");
    }
    let now = ticket(&sandbox, 1003);
    assert_eq!(now["automaticEmailCcFlag"], false);
    assert!(now["automaticEmailCc"].as_str().is_none_or(str::is_empty));
}

/// Addresses of so many characters in all, the semicolons between them included.
fn addresses(length: usize) -> Vec<String> {
    let first = format!("{}@x.example", "a".repeat(489));
    let rest = length - first.len() - 1;
    let second = format!("{}@x.example", "b".repeat(rest - "@x.example".len()));
    assert_eq!(format!("{first};{second}").len(), length);
    vec![first, second]
}

#[tokio::test]
async fn ut10_a_thousand_characters_are_sent_and_one_more_is_refused() {
    let sandbox = sandbox(30).await;
    let inputs = json!({"Ticket IDs": [1003], "Automatic Email CC": addresses(1_000)});
    assert_eq!(run(&client(&sandbox), SLUG, inputs).await.error(), "");
    let kept = ticket(&sandbox, 1003)["automaticEmailCc"].as_str().unwrap().to_owned();
    assert_eq!(kept.trim_end_matches(';').len(), 1_000);
    let inputs = json!({"Ticket IDs": [1003], "Automatic Email CC": addresses(1_001)});
    assert_refused(&sandbox, SLUG, inputs, "Automatic Email CC").await;
}

#[tokio::test]
async fn ut11_an_update_sends_no_mail_and_the_next_note_does() {
    let sandbox = sandbox(60).await;
    let id = open_tickets(&sandbox, 1, 1)[0];
    let inputs =
        json!({"Ticket IDs": [id], "Automatic Email CC": ["a@x.example"], "Status": "In Progress", "Summary": "Again"});
    assert_eq!(run(&client(&sandbox), SLUG, inputs).await.error(), "");
    assert_eq!(sandbox.outbox().all(), []);
    assert!(notes(&sandbox, id).is_empty());
    let note = json!({"Ticket IDs": [id], "Note Text": "Look here"});
    assert_eq!(run(&client(&sandbox), "add-ticket-notes", note).await.error(), "");
    let copies: Vec<_> = sandbox
        .outbox()
        .all()
        .into_iter()
        .filter(|mail| mail.to == Recipient::Copy)
        .collect();
    assert_eq!(copies.len(), 1);
    assert_eq!(
        (copies[0].address.as_str(), copies[0].text.as_str()),
        ("a@x.example", "Look here")
    );
}

#[tokio::test]
async fn ut12_some_is_partially_successful_and_none_is_failed() {
    let sandbox = sandbox(30).await;
    let output = run(
        &client(&sandbox),
        SLUG,
        json!({"Ticket IDs": [7, 1003, 8], "Summary": "x"}),
    )
    .await;
    let json = written(&output);
    assert_eq!(json["returnData"], "Partially Successful");
    assert_eq!(
        json["error"],
        "Update Tickets failed.\nStatus Code: 404.\nMessage: Service Ticket 7 not found\n\n\
         Update Tickets failed.\nStatus Code: 404.\nMessage: Service Ticket 8 not found"
    );
    assert_eq!(at(&output, "$.Results[*].id"), 1003);
    assert_eq!(ticket(&sandbox, 1003)["summary"], "x");
    let none = run(&client(&sandbox), SLUG, json!({"Ticket IDs": [7], "Summary": "x"})).await;
    assert_eq!(written(&none)["returnData"], "Failed");
    let all = run(
        &client(&sandbox),
        SLUG,
        json!({"Ticket IDs": [1003, 1004], "Summary": "y"}),
    )
    .await;
    assert_eq!(written(&all)["returnData"], "Successful");
}

#[tokio::test]
async fn ut13_the_documented_sample() {
    let sandbox = sandbox(1).await;
    let output = run(&client(&sandbox), SLUG, json!({"Ticket IDs": "[1, x]", "Summary": "x"})).await;
    assert_eq!(
        output.error(),
        "Update Tickets failed.\nStatus Code: 400.\nMessage: The value for parameter (Ticket IDs) is invalid."
    );
    assert!(asked(&sandbox).is_empty());
}

const TICKETS: &str = "Service Desk > Service Tickets";
const CLOSING: &str = "Service Desk > Close Service Tickets";

fn closed(sandbox: &Running, id: i64) -> bool {
    ticket(sandbox, id)["closedFlag"] == true
}

#[tokio::test]
async fn ut14_to_close_takes_a_right_of_its_own() {
    let sandbox = sandbox(60).await;
    let id = open_tickets(&sandbox, 1, 1)[0];
    let edit = [(TICKETS, Level::Inquire), (TICKETS, Level::Edit)];
    let without = client_with(&sandbox, &edit);
    let close = json!({"Ticket IDs": [id], "Status": ">Closed"});
    let output = run(&without, SLUG, close.clone()).await;
    let message = format!("You do not have security permission to perform this action. (ticket {id})");
    assert_failed(
        &output,
        403,
        &message,
        "Service Desk > Close Service Tickets > Edit Level: All",
    );
    assert!(!closed(&sandbox, id));
    // Any other status does not take it.
    let open = json!({"Ticket IDs": [id], "Status": "Completed"});
    assert_eq!(run(&without, SLUG, open).await.error(), "");

    let with = client_with(
        &sandbox,
        &[edit[0], edit[1], (CLOSING, Level::Inquire), (CLOSING, Level::Edit)],
    );
    assert_eq!(run(&with, SLUG, close).await.error(), "");
    assert!(closed(&sandbox, id));
}

#[tokio::test]
async fn a_dry_run_changes_nothing_and_says_what_would_change() {
    let sandbox = sandbox(60).await;
    let id = open_tickets(&sandbox, 1, 1)[0];
    let before = ticket(&sandbox, id);
    let inputs = json!({"Ticket IDs": [id], "Summary": "New words", "Impact": before["impact"]});
    let told = items(&rehearse(&client(&sandbox), SLUG, inputs).await);
    let changes = json!([{"Field": "summary", "From": before["summary"], "To": "New words"}]);
    assert_eq!(told[0]["Changes"], changes);
    assert!(
        told[0]["Would Send"]
            .as_str()
            .unwrap()
            .starts_with(&format!("PATCH service/tickets/{id}\n"))
    );
    assert_eq!(ticket(&sandbox, id), before);
    assert!(writes(&sandbox).is_empty());
    assert!(sandbox.world().newest(Kind::Ticket, id).is_some());
}
