//! Add Ticket Notes: the rows ANT1 to ANT10.

use deskhand_sandbox::Recipient;
use serde_json::{Value, json};

use crate::stub::Stub;
use crate::support::{
    asked, assert_failed, assert_refused, at, client, delay, items, no_ids, notes, records, rehearse, run, sandbox,
    ticket, writes, written,
};

const SLUG: &str = "add-ticket-notes";

#[tokio::test]
async fn ant1_each_ticket_gets_one_note_in_the_order_of_the_input() {
    let sandbox = sandbox(30).await;
    delay(&sandbox, 1012);
    let inputs = json!({"Ticket IDs": [1012, 1003, 1012, 1007], "Note Text": "Called the user.\nNo answer."});
    let output = run(&client(&sandbox), SLUG, inputs).await;
    let made = records(&output);
    let of: Vec<_> = made.iter().map(|note| note["ticketId"].as_i64().unwrap()).collect();
    assert_eq!(of, [1012, 1003, 1007]);
    assert_eq!(at(&output, "$.Results[*].ticketId"), json!([1012, 1003, 1007]));
    for (id, made) in of.iter().zip(&made) {
        let notes = notes(&sandbox, *id);
        assert_eq!(notes, std::slice::from_ref(made));
        assert_eq!(notes[0]["text"], "Called the user.\nNo answer.");
    }
    let mut sent = writes(&sandbox);
    sent.sort();
    let expected = [1003, 1007, 1012].map(|id| format!("POST service/tickets/{id}/notes"));
    assert_eq!(sent, expected);
    let json = written(&output);
    assert_eq!(json["returnData"], "Successful");
    assert_eq!(json["keyFields"]["TicketIDs"], json!([1012, 1003, 1007]));
    assert_eq!(json["keyFields"]["NoteIDs"], at(&output, "$.Results[*].id"));
    let told: Vec<_> = items(&output)
        .iter()
        .map(|item| {
            (
                item["Ticket ID"].clone(),
                item["Result"].clone(),
                item["Note ID"].clone(),
            )
        })
        .collect();
    let expected: Vec<_> = made
        .iter()
        .map(|note| (note["ticketId"].clone(), json!("Successful"), note["id"].clone()))
        .collect();
    assert_eq!(told, expected);
}

#[tokio::test]
async fn ant2_anything_but_a_list_of_ids_is_refused() {
    let sandbox = sandbox(1).await;
    for wrong in no_ids() {
        assert_refused(
            &sandbox,
            SLUG,
            json!({"Ticket IDs": wrong, "Note Text": "x"}),
            "Ticket IDs",
        )
        .await;
    }
    assert_refused(&sandbox, SLUG, json!({"Note Text": "x"}), "Ticket IDs").await;
}

#[tokio::test]
async fn ant3_ant4_ant5_ant6_flags_go_as_they_are_given() {
    let stub = Stub::start().await;
    let cases = [
        (json!({}), [true, false, false]),
        (
            json!({"Discussion Note": false, "Internal Note": true}),
            [false, true, false],
        ),
        (
            json!({"Discussion Note": "False", "Resolution Note": "True"}),
            [false, false, true],
        ),
        (json!({"Internal Note": true}), [true, true, false]),
        (json!({"Resolution Note": true}), [true, false, true]),
        (
            json!({"Discussion Note": false, "Internal Note": true, "Resolution Note": true}),
            [false, true, true],
        ),
        (
            json!({"Discussion Note": true, "Internal Note": true, "Resolution Note": true}),
            [true, true, true],
        ),
    ];
    for (given, _) in &cases {
        let mut inputs = given.clone();
        inputs["Ticket IDs"] = json!([5]);
        inputs["Note Text"] = json!("x");
        assert_eq!(run(&stub.client(), SLUG, inputs).await.error(), "");
    }
    let bodies = stub.bodies("POST").await;
    for ((given, flags), body) in cases.iter().zip(&bodies) {
        let sent = ["detailDescriptionFlag", "internalAnalysisFlag", "resolutionFlag"].map(|flag| body[flag] == true);
        assert_eq!(sent, *flags, "{given}");
        assert_eq!(
            (&body["text"], &body["processNotifications"]),
            (&json!("x"), &json!(true))
        );
    }
    assert_eq!(bodies.len(), cases.len());
}

#[tokio::test]
async fn ant3_the_first_discussion_note_of_a_new_ticket_is_its_description() {
    let sandbox = sandbox(5).await;
    let client = client(&sandbox);
    let created = run(
        &client,
        "create-ticket",
        json!({"Summary": "Printer", "Company ID": 19_000}),
    )
    .await;
    let id = at(&created, "$.Results[*].id");
    assert_eq!(sandbox.description(id.as_i64().unwrap()), None);
    let note = |text: &str, internal: bool| {
        let inputs =
            json!({"Ticket IDs": [id], "Note Text": text, "Discussion Note": !internal, "Internal Note": internal});
        run(&client, SLUG, inputs)
    };
    assert_eq!(note("Between us", true).await.error(), "");
    assert_eq!(sandbox.description(id.as_i64().unwrap()), None);
    assert_eq!(note("It prints nothing", false).await.error(), "");
    assert_eq!(note("Still nothing", false).await.error(), "");
    assert_eq!(
        sandbox.description(id.as_i64().unwrap()).as_deref(),
        Some("It prints nothing")
    );
}

#[tokio::test]
async fn ant6_a_note_that_nobody_would_see_is_refused_before_anything_is_sent() {
    let sandbox = sandbox(5).await;
    let inputs = json!({"Ticket IDs": [1001], "Note Text": "x", "Discussion Note": false});
    assert_refused(&sandbox, SLUG, inputs, "Discussion Note").await;
    for flag in ["Discussion Note", "Internal Note", "Resolution Note"] {
        let inputs = json!({"Ticket IDs": [1001], "Note Text": "x", flag: "perhaps"});
        assert_refused(&sandbox, SLUG, inputs, flag).await;
    }
}

#[tokio::test]
async fn ant6_a_dry_run_and_the_help_say_whether_the_contact_can_see_it() {
    let sandbox = sandbox(5).await;
    for (discussion, internal, seen) in [(true, true, true), (true, false, true), (false, true, false)] {
        let inputs =
            json!({"Ticket IDs": [1001], "Note Text": "x", "Discussion Note": discussion, "Internal Note": internal});
        let told = items(&rehearse(&client(&sandbox), SLUG, inputs).await);
        assert_eq!(told[0]["Contact Can See It"], seen);
        let sent = told[0]["Would Send"].as_str().unwrap();
        assert!(sent.starts_with("POST service/tickets/1001/notes\n"), "{sent}");
    }
    assert!(writes(&sandbox).is_empty() && notes(&sandbox, 1001).is_empty());
    let declarations = deskhand_connectwise::declarations();
    let inputs = &declarations.iter().find(|command| command.slug == SLUG).unwrap().inputs;
    let help = inputs.get("properties").unwrap()["internal_note"]["description"]
        .as_str()
        .unwrap();
    assert!(help.contains("the contact can see it all the same"), "{help}");
}

#[tokio::test]
async fn ant7_a_text_is_needed() {
    let sandbox = sandbox(1).await;
    for text in [json!(null), json!(""), json!(" \n\t "), json!(5)] {
        assert_refused(
            &sandbox,
            SLUG,
            json!({"Ticket IDs": [1000], "Note Text": text}),
            "Note Text",
        )
        .await;
    }
}

#[tokio::test]
async fn ant8_g7_one_unknown_ticket_of_three_is_partially_successful() {
    let sandbox = sandbox(30).await;
    let output = run(
        &client(&sandbox),
        SLUG,
        json!({"Ticket IDs": [1003, 1007, 999_999], "Note Text": "x"}),
    )
    .await;
    let json = written(&output);
    assert_eq!(json["returnData"], "Partially Successful");
    assert_eq!(
        json["error"],
        "Add Ticket Notes failed.\nStatus Code: 404.\nMessage: Service Ticket 999999 not found"
    );
    assert_eq!(json["errors"][0]["item"], 999_999);
    assert_eq!(at(&output, "$.Results[*].ticketId"), json!([1003, 1007]));
    assert_eq!((notes(&sandbox, 1003).len(), notes(&sandbox, 1007).len()), (1, 1));
    let results: Vec<_> = items(&output).iter().map(|item| item["Result"].clone()).collect();
    assert_eq!(results, ["Successful", "Successful", "Failed"]);
    // What is not there gets no note.
    assert_eq!(writes(&sandbox).len(), 2);

    let none = run(&client(&sandbox), SLUG, json!({"Ticket IDs": [8, 9], "Note Text": "x"})).await;
    let json = written(&none);
    assert_eq!(
        (&json["returnData"], &json["keyFields"]),
        (&json!("Failed"), &json!({}))
    );
    assert_eq!(
        json["error"],
        "Add Ticket Notes failed.\nStatus Code: 404.\nMessage: Service Ticket 8 not found\n\n\
         Add Ticket Notes failed.\nStatus Code: 404.\nMessage: Service Ticket 9 not found"
    );
}

#[tokio::test]
async fn ant9_the_documented_sample() {
    let sandbox = sandbox(1).await;
    let output = run(
        &client(&sandbox),
        SLUG,
        json!({"Ticket IDs": ["abc"], "Note Text": "x"}),
    )
    .await;
    assert_eq!(
        output.error(),
        "Add Ticket Notes failed.\nStatus Code: 400.\nMessage: The value for parameter (Ticket IDs) is invalid."
    );
    assert!(asked(&sandbox).is_empty());
}

/// Ticket 1003 with two copied addresses.
async fn copied_to(sandbox: &deskhand_sandbox::Running) {
    let inputs = json!({"Ticket IDs": [1003], "Automatic Email CC": ["a@x.example", "b@y.example"]});
    assert_eq!(run(&client(sandbox), "update-tickets", inputs).await.error(), "");
}

#[tokio::test]
async fn ant10_ut11_copied_addresses_are_written_to_by_this_command_alone() {
    let sandbox = sandbox(30).await;
    let client = client(&sandbox);
    copied_to(&sandbox).await;
    let others = [
        ("update-tickets", json!({"Ticket IDs": [1003], "Summary": "Another"})),
        ("create-ticket", json!({"Summary": "x", "Company ID": 19_000})),
        ("get-tickets", json!({"Ticket IDs": [1003]})),
        ("fetch-event", json!({"Number": 1})),
        ("delete-tickets", json!({"Ticket IDs": [1004]})),
    ];
    for (slug, inputs) in others {
        assert_eq!(run(&client, slug, inputs).await.error(), "", "{slug}");
    }
    assert_eq!(sandbox.outbox().all(), []);

    let output = run(&client, SLUG, json!({"Ticket IDs": [1003], "Note Text": "Done"})).await;
    let note = at(&output, "$.Results[*].id");
    let copies: Vec<_> = sandbox
        .outbox()
        .all()
        .into_iter()
        .filter(|mail| mail.to == Recipient::Copy)
        .map(|mail| (mail.address, mail.text, json!(mail.note)))
        .collect();
    let copy = |address: &str| (address.to_owned(), "Done".to_owned(), note.clone());
    assert_eq!(copies, [copy("a@x.example"), copy("b@y.example")]);
    // Everybody who is told about is written to, and the other way round.
    let told: Vec<Value> = items(&output)[0]["E-mailed"].as_array().unwrap().clone();
    assert_eq!(told.len(), sandbox.outbox().all().len());
}

#[tokio::test]
async fn ant10_an_internal_note_goes_to_no_copied_address() {
    let sandbox = sandbox(30).await;
    copied_to(&sandbox).await;
    let inputs = json!({"Ticket IDs": [1003], "Note Text": "x", "Discussion Note": false, "Internal Note": true});
    let output = run(&client(&sandbox), SLUG, inputs).await;
    assert_eq!(output.error(), "");
    let mails = sandbox.outbox().all();
    assert!(mails.iter().all(|mail| mail.to == Recipient::Resource), "{mails:?}");
    let told = items(&output)[0]["E-mailed"].to_string();
    assert!(!told.contains("@x.example"), "{told}");
}

#[tokio::test]
async fn what_the_psa_says_about_the_text_is_said_of_the_input() {
    let sandbox = sandbox(5).await;
    // The ticket is there, and its notes are not.
    let refusal = json!({"code": "InvalidObject", "message": "serviceNote object is invalid",
        "errors": [{"code": "MaxLengthField", "message": "The field text is too long.", "resource": "serviceNote", "field": "text"}]});
    let server = wiremock::MockServer::start().await;
    wiremock::Mock::given(wiremock::matchers::method("POST"))
        .respond_with(wiremock::ResponseTemplate::new(400).set_body_json(refusal))
        .mount(&server)
        .await;
    wiremock::Mock::given(wiremock::matchers::method("GET"))
        .respond_with(wiremock::ResponseTemplate::new(200).set_body_json(ticket(&sandbox, 1001)))
        .mount(&server)
        .await;
    let client = crate::support::client_as(&server.uri(), "company", "public", "private");
    let output = run(&client, SLUG, json!({"Ticket IDs": [1001], "Note Text": "x"})).await;
    let message = "The value for parameter (Note Text) is invalid. (ticket 1001)";
    assert_failed(&output, 400, message, "the PSA said: The field text is too long.");
}
