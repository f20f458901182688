//! Fetch Event: its filters, the rows FE7 to FE12.

use deskhand_sandbox::{FaultKind, Kind, Level, Member, Options, Priorities, Rule, Running, Seed};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{all, asked, assert_failed, client, client_as, fetch, ids, records, sandbox, truth};

const PRIORITY: &str = "Priority 1 - Emergency Response";

/// Ids of the tickets for which this is true, in order of ids.
fn expected(sandbox: &Running, wanted: impl Fn(&Value) -> bool) -> Vec<i64> {
    ids(&truth(sandbox).into_iter().filter(wanted).collect::<Vec<_>>())
}

async fn found(sandbox: &Running, inputs: Value) -> Vec<i64> {
    let mut ids = ids(&records(&fetch(&client(sandbox), inputs).await));
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn fe7_a_status_is_found_by_its_name_whatever_is_in_it() {
    let sandbox = sandbox(600).await;
    let mut names: Vec<_> = truth(&sandbox)
        .iter()
        .map(|ticket| ticket["status"]["name"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names.dedup();
    assert!(names.iter().any(|name| name.contains('(')), "{names:?}");
    for name in names {
        let wanted = expected(&sandbox, |ticket| ticket["status"]["name"] == *name);
        assert_eq!(found(&sandbox, json!({"Status": name})).await, wanted, "{name}");
    }
}

/// A desk whose boards have no ticket in one of their statuses, and the name of that.
fn unused_status(sandbox: &Running) -> String {
    let used = truth(sandbox);
    let statuses = all(sandbox, Kind::BoardStatus);
    let names = statuses.iter().map(|status| status["name"].as_str().unwrap());
    let is_used = |name: &str| used.iter().any(|ticket| ticket["status"]["name"] == name);
    names.into_iter().find(|name| !is_used(name)).unwrap().to_owned()
}

#[tokio::test]
async fn fe7_a_status_that_no_board_has_is_refused_with_the_nearest() {
    let sandbox = sandbox(60).await;
    let nothing = json!(1000);
    for (wrong, near) in [
        (
            "Complete",
            "no board has the status `Complete`; the nearest are `Completed`",
        ),
        (
            "No \"such\" (status)",
            "no board has the status `No \"such\" (status)`; the nearest are `",
        ),
    ] {
        for number in [Value::Null, nothing.clone()] {
            let inputs = json!({"Status": wrong, "Number of Event(s) Fetched": number});
            let output = fetch(&client(&sandbox), inputs).await;
            assert_failed(&output, 400, "The value for parameter (Status) is invalid.", near);
        }
    }
}

#[tokio::test]
async fn fe7_a_status_that_a_board_has_and_no_ticket_is_in_finds_nothing() {
    let sandbox = sandbox(1).await;
    let unused = unused_status(&sandbox);
    for status in [unused.clone(), unused.to_uppercase()] {
        assert_eq!(found(&sandbox, json!({"Status": status})).await, [0_i64; 0], "{status}");
    }
    // Without a status there is nothing to look up.
    sandbox.log().clear();
    let future = json!({"Start Time": "2199-01-01 00:00"});
    assert_eq!(found(&sandbox, future).await, [0_i64; 0]);
    assert!(asked(&sandbox).iter().all(|path| !path.contains("service/boards")));
    // And where tickets are found, nothing is looked up either.
    sandbox.log().clear();
    let status = truth(&sandbox)[0]["status"]["name"].clone();
    assert_eq!(found(&sandbox, json!({"Status": status})).await.len(), 1);
    assert!(asked(&sandbox).iter().all(|path| !path.contains("service/boards")));
}

#[tokio::test]
async fn fe7_where_boards_cannot_be_read_an_unknown_status_finds_nothing() {
    let sandbox = sandbox(60).await;
    let wrong = json!({"Status": "Complete"});
    let tickets_only = client_as(&sandbox.url(), "sandbox", "tickets", "private");
    assert!(records(&fetch(&tickets_only, wrong.clone()).await).is_empty());
    for part in ["service/boards?", "/statuses"] {
        for fault in [FaultKind::ServerError, FaultKind::Html, FaultKind::LostRequest] {
            sandbox.faults().set(vec![Rule::by_chance(fault, 1.0).on(part)]);
            let output = fetch(&client(&sandbox), wrong.clone()).await;
            assert!(records(&output).is_empty(), "{part} {fault:?}");
            assert!(asked(&sandbox).iter().any(|path| path.contains(part)));
        }
    }
}

#[tokio::test]
async fn fe8_fe9_fe10_priority_impact_and_urgency() {
    let sandbox = sandbox(600).await;
    assert_eq!(
        found(&sandbox, json!({"Priority": PRIORITY})).await,
        expected(&sandbox, |ticket| ticket["priority"]["name"] == PRIORITY)
    );
    for level in ["High", "Medium", "Low"] {
        let by_impact = expected(&sandbox, |ticket| ticket["impact"] == level);
        assert_eq!(found(&sandbox, json!({"Impact": level})).await, by_impact);
        let by_severity = expected(&sandbox, |ticket| ticket["severity"] == level);
        assert_eq!(found(&sandbox, json!({"Urgency": level})).await, by_severity);
        assert!(!by_impact.is_empty() && !by_severity.is_empty());
    }
}

#[tokio::test]
async fn fe8_fe9_fe10_other_values_are_refused_before_any_call() {
    let sandbox = sandbox(1).await;
    for (name, value) in [("Priority", "Priority 5"), ("Impact", "Huge"), ("Urgency", "urgent")] {
        let output = fetch(&client(&sandbox), json!({ name: value })).await;
        let message = format!("The value for parameter ({name}) is invalid.");
        assert_failed(&output, 400, &message, "one of these is expected: ");
    }
    assert!(asked(&sandbox).is_empty());
}

#[tokio::test]
async fn fe8_a_renamed_priority_is_found_by_its_number() {
    let options = Options {
        seed: Seed {
            tickets: 300,
            priorities: Priorities::Stock,
            ..Seed::default()
        },
        ..Options::default()
    };
    let sandbox = deskhand_sandbox::start(options).await.unwrap();
    let wanted = expected(&sandbox, |ticket| {
        ticket["priority"]["name"].as_str().unwrap().starts_with("Priority 1 ")
    });
    assert!(!wanted.is_empty());
    assert_eq!(found(&sandbox, json!({"Priority": PRIORITY})).await, wanted);

    // A role that may not list priorities: the name goes as it is, and nothing has it.
    let inquire = [("Service Desk > Service Tickets", Level::Inquire)];
    sandbox.world().set_member(Member::with_rights("desk", "key", &inquire));
    let client = client_as(&sandbox.url(), "sandbox", "desk", "key");
    assert!(records(&fetch(&client, json!({"Priority": PRIORITY})).await).is_empty());
}

#[tokio::test]
async fn fe11_a_search_condition_goes_unchanged_and_cannot_escape() {
    let sandbox = sandbox(600).await;
    let search = "impact = \"High\" OR board/name like \"*e*\"";
    let both = expected(&sandbox, |ticket| {
        let board = ticket["board"]["name"].as_str().unwrap().to_lowercase();
        ticket["severity"] == "Low" && (ticket["impact"] == "High" || board.contains('e'))
    });
    assert_eq!(
        found(&sandbox, json!({"Urgency": "Low", "Search Condition": search})).await,
        both
    );
    let sent = "%28impact%20%3D%20%22High%22%20OR%20board%2Fname%20like%20%22%2Ae%2A%22%29";
    assert!(
        asked(&sandbox).iter().any(|path| path.contains(sent)),
        "{:?}",
        asked(&sandbox)
    );
}

#[tokio::test]
async fn fe11_what_is_left_open_is_refused_and_the_vendor_judges_the_rest() {
    let sandbox = sandbox(10).await;
    for open in [
        "id > 5) or (id > 0",
        "summary = \"x",
        "lastUpdated > [2024-01-01",
        "(id > 5",
    ] {
        let output = fetch(&client(&sandbox), json!({"Search Condition": open})).await;
        assert_failed(
            &output,
            400,
            "The value for parameter (Search Condition) is invalid.",
            "character",
        );
    }
    assert!(asked(&sandbox).is_empty());
    let output = fetch(&client(&sandbox), json!({"Search Condition": "nonsense = 5"})).await;
    assert_failed(&output, 400, "nonsense is not a recognized name.", "");
}

#[tokio::test]
async fn fe11_what_the_psa_refuses_and_we_cannot_read_is_explained_by_its_place() {
    let sandbox = sandbox(10).await;
    for (search, hint) in [
        (
            "status/name = New",
            "Search Condition: `New` at character 15 is not a value",
        ),
        ("status/name = New", "if it is a text, write it in quotes: \"New\""),
        ("id = 5 && closedFlag = false", "`&&` at character 8"),
        ("summary liek 'x'", "did you mean `like`?"),
        ("lastUpdated > 2024-01-01", "write [2024-01-01]"),
        (
            "lastUpdated > [yesterday]",
            "`[yesterday]` at character 15 is not a date",
        ),
    ] {
        let output = fetch(&client(&sandbox), json!({"Search Condition": search})).await;
        let failure = &output.errors[0];
        assert!(matches!(failure.status_code, 400 | 500), "{search}: {failure:?}");
        assert!(
            failure.hint.as_deref().unwrap_or_default().contains(hint),
            "{search}: {failure:?}"
        );
        let sent = asked(&sandbox).pop().unwrap();
        assert!(sent.contains("conditions="), "{search} was sent: {sent}");
    }
}

#[tokio::test]
async fn fe11_an_unknown_name_comes_with_the_nearest_that_a_ticket_has() {
    let sandbox = sandbox(10).await;
    for (search, hint) in [
        (
            "borad/name = 'x'",
            "a ticket has no `borad/name` to search by; did you mean `board/name`?",
        ),
        (
            "assignedTo/id = 5",
            "did you mean `owner/id` or `owner/identifier` or `resources`?",
        ),
        ("weather = 'fine'", "members are named as in `summary`"),
    ] {
        for number in [Value::Null, json!(5)] {
            let output = fetch(&client(&sandbox), json!({"Search Condition": search, "number": number})).await;
            let name = search.split(' ').next().unwrap();
            assert_failed(&output, 400, &format!("{name} is not a recognized name."), hint);
        }
    }
}

#[tokio::test]
async fn fe11_a_refusal_of_something_else_is_not_blamed_on_the_search() {
    let answer =
        |code: &str, message: &str| ResponseTemplate::new(400).set_body_json(json!({"code": code, "message": message}));
    for (search, refusal) in [
        // It can be read; why it was refused only the vendor knows.
        ("id = 5", answer("ApiFindCondition", "The condition is too long.")),
        (
            "id = 5",
            answer("ApiFindCondition", "recordType is not a recognized name."),
        ),
    ] {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(refusal).mount(&server).await;
        let client = client_as(&server.uri(), "company", "public", "private");
        let output = fetch(&client, json!({"Search Condition": search})).await;
        assert_eq!(output.errors[0].hint, None);
    }
}

#[tokio::test]
async fn fe11_a_search_too_long_for_an_address_is_sent_by_post() {
    let sandbox = sandbox(2_600).await;
    let wanted = expected(&sandbox, |ticket| ticket["id"].as_i64().unwrap() < 3_500);
    let all: Vec<_> = wanted.iter().map(i64::to_string).collect();
    let search = format!("id in ({})", all.join(","));
    assert!(search.len() > 10_000);
    assert_eq!(found(&sandbox, json!({"Search Condition": search})).await, wanted);
    let newest = found(&sandbox, json!({"Search Condition": search, "number": 7})).await;
    assert_eq!(newest.len(), 7);
    assert!(
        asked(&sandbox)
            .iter()
            .all(|path| path.contains("/service/tickets/search"))
    );
}

#[tokio::test]
async fn fe12_filters_hold_together_two_by_two() {
    let sandbox = sandbox(900).await;
    let first = truth(&sandbox).remove(0);
    let status = first["status"]["name"].as_str().unwrap();
    let company = first["company"]["name"].as_str().unwrap();
    let inputs = [
        ("Status", status, "/status/name"),
        ("Priority", PRIORITY, "/priority/name"),
        ("Impact", "Medium", "/impact"),
        ("Urgency", "Medium", "/severity"),
        ("Search Condition", company, "/company/name"),
    ];
    let given = |name: &str, value: &str| match name {
        "Search Condition" => format!("company/name = {}", json!(value)),
        _ => value.to_owned(),
    };
    for (at, (name, value, pointer)) in inputs.iter().enumerate() {
        for (other, other_value, other_pointer) in &inputs[at + 1..] {
            let both = expected(&sandbox, |ticket| {
                ticket.pointer(pointer) == Some(&json!(value))
                    && ticket.pointer(other_pointer) == Some(&json!(other_value))
            });
            let asked_for = json!({*name: given(name, value), *other: given(other, other_value)});
            assert_eq!(found(&sandbox, asked_for).await, both, "{name} and {other}");
        }
    }
}
