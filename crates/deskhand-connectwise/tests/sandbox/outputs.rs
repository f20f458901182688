//! What every command's output keeps to: the rows G3, G6, G7, G10 and G11.

use std::sync::Arc;

use deskhand_command::journal::MemoryJournal;
use deskhand_command::{Context, States, SystemClock};
use deskhand_sandbox::Running;
use serde_json::{Value, json};

use crate::support::{at, client, open_tickets, run, run_in, sandbox, written};

/// A command with inputs that make it end so.
struct Case {
    slug: &'static str,
    inputs: Value,
    ends: &'static str,
}

const GOOD: &str = "Successful";
const MIXED: &str = "Partially Successful";
const BAD: &str = "Failed";

/// For every command: all that works, some that works where there are several items, nothing that works.
fn cases(sandbox: &Running) -> Vec<Case> {
    let case = |slug, ends, inputs| Case { slug, inputs, ends };
    let open = open_tickets(sandbox, 1, 6);
    let merge =
        |parent: i64, children: &[i64]| json!({"Parent Ticket ID": parent, "Merge Ticket IDs": children, "Status": 27});
    let create = |company: i64| json!({"Summary": "x", "Company ID": company});
    let of = |given: &[i64], more: Value| {
        let mut inputs = more;
        inputs["Ticket IDs"] = json!(given);
        inputs
    };
    let (note, words) = (json!({"Note Text": "x"}), json!({"Summary": "x"}));
    vec![
        case("add-ticket-notes", GOOD, of(&[1001, 1002], note.clone())),
        case("add-ticket-notes", MIXED, of(&[7, 1002], note.clone())),
        case("add-ticket-notes", BAD, of(&[7, 8], note)),
        case("create-ticket", GOOD, create(19_000)),
        case("create-ticket", BAD, create(404)),
        case("fetch-event", GOOD, json!({"Number": 5})),
        case("fetch-event", BAD, json!({"Search Condition": "colour = 5"})),
        case("get-company-contacts", GOOD, json!({"Company IDs": [19_000, 404]})),
        case("get-company-contacts", BAD, json!({"Company IDs": ["x"]})),
        case("get-tickets", GOOD, of(&[1001, 1002], json!({}))),
        case("get-tickets", MIXED, of(&[1001, 7], json!({}))),
        case("get-tickets", BAD, of(&[7], json!({}))),
        case("list-board-statuses", GOOD, json!({"Board ID": 1})),
        case("list-board-statuses", BAD, json!({"Board ID": 404})),
        case("list-board-teams", GOOD, json!({"Board ID": 1})),
        case("list-board-teams", BAD, json!({"Board ID": 404})),
        case("list-boards", GOOD, json!({"Board Name": "nothing has this name"})),
        case("list-boards", GOOD, json!({})),
        case("list-boards", BAD, json!({"Board Name": 5})),
        case("list-companies", GOOD, json!({"Type": "Vendor"})),
        case("list-companies", BAD, json!({"Typ": "Vendor"})),
        case("merge-tickets", BAD, merge(open[0], &[open[1], 7])),
        case("merge-tickets", GOOD, merge(open[0], &open[1..3])),
        case("test-connection", GOOD, json!({})),
        case("test-connection", BAD, json!({"Number": 5})),
        case("update-tickets", GOOD, of(&[1003, 1004], words.clone())),
        case("update-tickets", MIXED, of(&[1003, 7], words.clone())),
        case("update-tickets", BAD, of(&[7], words)),
        case("delete-tickets", GOOD, of(&open[3..4], json!({}))),
        case("delete-tickets", MIXED, of(&[open[3], open[4]], json!({}))),
        case("delete-tickets", BAD, of(&[open[3]], json!({}))),
    ]
}

#[tokio::test]
async fn g2_pl9_c22_every_command_runs_alone_by_rest_and_shows_all_parts_of_its_output() {
    let sandbox = sandbox(300).await;
    let client = client(&sandbox);
    for case in cases(&sandbox) {
        let output = run(&client, case.slug, case.inputs).await;
        let json = written(&output);
        let parts: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
        let all = [
            "returnData",
            "result",
            "keyFields",
            "contextData",
            "rawData",
            "error",
            "errors",
            "run",
        ];
        assert_eq!(parts, all, "{}", case.slug);
        assert_eq!(
            json["rawData"]["Results"].as_array().unwrap().len(),
            output.results.len()
        );
        let result = json["result"].as_str().unwrap();
        assert!(
            case.ends == BAD || result.starts_with("<table class='cc-table"),
            "{}: {result}",
            case.slug
        );
        let summary = &json["run"];
        assert!(
            summary["id"] == "a run" && summary["startedAt"].is_string(),
            "{summary}"
        );
        assert!(
            summary["durationMs"].as_i64().unwrap() >= 0 && summary["vendorCalls"].is_u64(),
            "{summary}"
        );
    }
    let rest = |path: &String| path.starts_with("/v4_6_release/apis/3.0/") || path.starts_with("/login/companyinfo/");
    let asked = crate::support::asked(&sandbox);
    assert!(asked.len() > 20 && asked.iter().all(rest), "{asked:?}");
}

#[tokio::test]
async fn g2_events_that_are_fetched_by_hand_are_kept_nowhere() {
    let sandbox = sandbox(60).await;
    let journal = Arc::new(MemoryJournal::default());
    let mut context = Context::new(Arc::new(SystemClock), "a run");
    context.journal = journal.clone();
    let client = client(&sandbox);
    let fetch = || run_in(&context, &client, "fetch-event", json!({"Number": 20}));
    let (first, second) = (written(&fetch().await), written(&fetch().await));
    // Nothing remembers that they were fetched before: the same ones come again.
    assert_eq!(first["rawData"]["Results"].as_array().unwrap().len(), 20);
    assert_eq!(first["rawData"], second["rawData"]);
    assert_eq!(first["contextData"], second["contextData"]);
    assert!(journal.writes().is_empty());
}

#[tokio::test]
async fn g6_g7_g11_every_command_ends_in_the_states_that_it_has() {
    let sandbox = sandbox(300).await;
    let client = client(&sandbox);
    let cases = cases(&sandbox);
    for declaration in deskhand_connectwise::declarations() {
        let of_command: Vec<_> = cases.iter().filter(|case| case.slug == declaration.slug).collect();
        for state in [GOOD, BAD] {
            assert!(
                of_command.iter().any(|case| case.ends == state),
                "{} {state}",
                declaration.slug
            );
        }
        let has_mixed = of_command.iter().any(|case| case.ends == MIXED);
        assert_eq!(has_mixed, declaration.states == States::Three, "{}", declaration.slug);
        for case in of_command {
            let output = run(&client, case.slug, case.inputs.clone()).await;
            let json = written(&output);
            let error = json["error"].as_str().unwrap();
            assert_eq!(json["returnData"], case.ends, "{} {}: {error}", case.slug, case.inputs);
            assert_eq!(error.is_empty(), case.ends == GOOD);
            assert_eq!(json["errors"].as_array().unwrap().is_empty(), case.ends == GOOD);
            if case.ends == BAD {
                assert_eq!(
                    (&json["keyFields"], &json["rawData"]),
                    (&json!({}), &json!({"Results": []}))
                );
            }
            let blocks = error.split("\n\n").filter(|block| !block.is_empty());
            for block in blocks {
                let lines: Vec<_> = block.lines().collect();
                let [indicator, status, message] = lines.as_slice() else {
                    panic!("{block}")
                };
                assert_eq!(*indicator, format!("{} failed.", declaration.title));
                let status = status
                    .strip_prefix("Status Code: ")
                    .and_then(|rest| rest.strip_suffix('.'))
                    .unwrap();
                assert!(status.parse::<u16>().is_ok(), "{block}");
                assert!(message.starts_with("Message: "), "{block}");
            }
        }
    }
}

#[tokio::test]
async fn g10_the_documented_paths_find_ids_and_names() {
    let sandbox = sandbox(60).await;
    let client = client(&sandbox);
    let reads = [
        ("fetch-event", json!({"Number": 5}), false),
        ("get-tickets", json!({"Ticket IDs": [1001, 1002, 1003]}), false),
        ("get-company-contacts", json!({"Company IDs": [19_000]}), false),
        ("list-boards", json!({}), true),
        ("list-board-statuses", json!({"Board ID": 1}), true),
        ("list-board-teams", json!({"Board ID": 1}), true),
        ("list-companies", json!({}), true),
    ];
    for (slug, inputs, named) in reads {
        let output = run(&client, slug, inputs).await;
        let count = output.results.len();
        assert!(count > 1, "{slug}");
        let ids = at(&output, "$.Results[*].id");
        assert!(ids.as_array().unwrap().iter().all(Value::is_i64), "{slug}");
        assert_eq!(ids.as_array().unwrap().len(), count, "{slug}");
        let json = written(&output);
        let first_key = declared_first_key(slug);
        assert_eq!(json["keyFields"][first_key], ids, "{slug}");
        if named {
            let names = at(&output, "$.Results[*].name");
            assert!(names.as_array().unwrap().iter().all(Value::is_string), "{slug}");
            assert_eq!(names.as_array().unwrap().len(), count, "{slug}");
        }
    }
}

fn declared_first_key(slug: &str) -> &'static str {
    let declarations = deskhand_connectwise::declarations();
    let declared = declarations.iter().find(|command| command.slug == slug).unwrap();
    declared.key_fields[0].name
}

#[test]
fn g3_rights_are_the_lines_of_the_vendors_role_editor() {
    for declaration in deskhand_connectwise::declarations() {
        assert!(!declaration.rights.is_empty(), "{}", declaration.slug);
        for line in declaration.rights {
            let (role_line, level) = line.rsplit_once(" > ").unwrap();
            assert!(deskhand_sandbox::ROLE_LINES.contains(&role_line), "{line}");
            let levels = ["Add", "Edit", "Delete", "Inquire"].map(|level| format!("{level} Level: All"));
            assert!(levels.iter().any(|known| known == level), "{line}");
        }
    }
}
