//! The control interface as a test in any language sees it.
#![expect(clippy::unwrap_used, reason = "test code")]

use deskhand_sandbox::{Activity, Kind, Options, Running, start};
use serde_json::{Value, json};

async fn sandbox(tickets: u64) -> Running {
    start(Options {
        control: true,
        ..Options::with_tickets(tickets)
    })
    .await
    .unwrap()
}

async fn send(sandbox: &Running, method: &str, what: &str, body: Option<Value>) -> (u16, String) {
    let _already = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/_sandbox/{what}", sandbox.url());
    let request = client.request(method.parse().unwrap(), url);
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn get(sandbox: &Running, what: &str) -> Value {
    let (status, body) = send(sandbox, "GET", what, None).await;
    assert_eq!(status, 200, "{what}: {body}");
    serde_json::from_str(&body).unwrap()
}

async fn ask(sandbox: &Running, method: &str, what: &str, body: Value) -> Value {
    let (status, answer) = send(sandbox, method, what, Some(body)).await;
    assert_eq!(status, 200, "{method} {what}: {answer}");
    serde_json::from_str(&answer).unwrap()
}

async fn refused(sandbox: &Running, method: &str, what: &str, body: Value) -> String {
    let (status, answer) = send(sandbox, method, what, Some(body)).await;
    assert_eq!(status, 400, "{method} {what}: {answer}");
    answer
}

#[tokio::test]
async fn every_switch_reads_as_it_was_set() {
    let sandbox = sandbox(3).await;
    let settings = [
        (
            "faults",
            json!([{"fault": "slow", "probability": 0.5, "from": null, "times": null, "path": "boards", "seconds": 0.1}]),
        ),
        ("latency", json!({"milliseconds": 3})),
        ("volatile", json!({"ticks": true, "every_ms": 250})),
        ("codebase", json!({"codebase": "v2026_1"})),
        ("poison", json!({"ids": [1001, 1002]})),
    ];
    for (what, value) in settings {
        ask(&sandbox, "PUT", what, value.clone()).await;
        assert_eq!(get(&sandbox, what).await, value, "{what}");
    }
    ask(&sandbox, "PUT", "clock", json!({"offset_seconds": -90})).await;
    assert_eq!(get(&sandbox, "clock").await["offset_seconds"], -90);
    assert_eq!(send(&sandbox, "DELETE", "faults", None).await.0, 200);
    assert_eq!(get(&sandbox, "faults").await, json!([]));
}

#[tokio::test]
async fn what_is_not_known_is_refused_by_name() {
    let sandbox = sandbox(1).await;
    for (method, what, body, name) in [
        (
            "PUT",
            "faults",
            json!([{"fault": "slow", "chance": 1}]),
            "unknown field `chance`",
        ),
        (
            "PUT",
            "faults",
            json!([{"fault": "earthquake"}]),
            "unknown variant `earthquake`",
        ),
        (
            "PUT",
            "faults",
            json!([{"fault": "slow", "probability": 7}]),
            "rule 1: `probability`",
        ),
        (
            "PUT",
            "volatile",
            json!({"ticks": true, "every": 1}),
            "unknown field `every`",
        ),
        (
            "PUT",
            "activity",
            json!({"per-secund": 1}),
            "unknown field `per-secund`",
        ),
        (
            "PUT",
            "activity",
            json!({"mix": {"createe": 1}}),
            "unknown field `createe`",
        ),
        (
            "POST",
            "tickets/touch",
            json!({"ids": [1], "by": "x"}),
            "unknown field `by`",
        ),
        (
            "POST",
            "companies/rename",
            json!({"id": 1, "nome": "x"}),
            "unknown field `nome`",
        ),
        (
            "PUT",
            "members",
            json!({"company": "sandbox", "public_key": "p", "private_key": "q", "role": {"lines": {"Service Desk > Ticket": ["Inquire"]}}}),
            "there is no line `Service Desk > Ticket`",
        ),
    ] {
        let answer = refused(&sandbox, method, what, body).await;
        assert!(answer.contains(name), "{what}: {answer}");
    }
    assert_eq!(send(&sandbox, "GET", "nothing", None).await.0, 404);
}

#[tokio::test]
async fn single_acts_are_seen_in_the_truth() {
    let sandbox = sandbox(10).await;
    let ids = |ids: &[i64]| json!({"ids": ids});
    let touched = ask(&sandbox, "POST", "tickets/touch", ids(&[1000, 5])).await;
    assert_eq!(touched, json!({"done": [1000], "missing": [5]}));
    ask(&sandbox, "POST", "tickets/delete", ids(&[1001])).await;
    ask(&sandbox, "POST", "tickets/convert", ids(&[1002])).await;
    ask(&sandbox, "POST", "tickets/move", ids(&[1003, 1004])).await;
    assert_eq!(get(&sandbox, "tickets/hidden").await, ids(&[1003, 1004]));
    ask(&sandbox, "POST", "tickets/return", ids(&[1004])).await;
    let seconds = ask(&sandbox, "POST", "tickets/one-second", json!({"count": 3})).await;
    assert_eq!(seconds, json!({"count": 3}));
    let (_, truth) = send(&sandbox, "GET", "truth", None).await;
    let rows: Vec<Value> = truth.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let gone: Vec<_> = rows
        .iter()
        .filter(|row| row["gone"] == true)
        .map(|row| row["id"].clone())
        .collect();
    assert_eq!(gone, [1001, 1002, 1003, 1004]);
    let current = rows.iter().filter(|row| row["until_ms"].is_null()).count();
    assert_eq!(current, 7);
    let counters = get(&sandbox, "counters").await;
    assert_eq!(
        (
            &counters["deleted"],
            &counters["converted"],
            &counters["moved"],
            &counters["returned"]
        ),
        (&json!(1), &json!(1), &json!(2), &json!(1))
    );
    assert_eq!(send(&sandbox, "DELETE", "counters", None).await.0, 200);
    assert_eq!(get(&sandbox, "counters").await, json!({}));
}

#[tokio::test]
async fn a_renamed_company_is_renamed_everywhere_and_no_ticket_is_newer() {
    let sandbox = sandbox(50).await;
    let ticket = |sandbox: &Running| -> Value {
        serde_json::from_slice(&sandbox.world().visible(Kind::Ticket, 1000).unwrap().raw).unwrap()
    };
    let before = ticket(&sandbox);
    let company = before["company"]["id"].as_i64().unwrap();
    ask(
        &sandbox,
        "POST",
        "companies/rename",
        json!({"id": company, "name": "Nöw / \"this\""}),
    )
    .await;
    let mut after = ticket(&sandbox);
    assert_eq!(after["company"]["name"], "Nöw / \"this\"");
    after["company"]["name"] = before["company"]["name"].clone();
    assert_eq!(after, before);
    let record = sandbox.world().visible(Kind::Company, company).unwrap();
    assert_eq!(
        serde_json::from_slice::<Value>(&record.raw).unwrap()["name"],
        "Nöw / \"this\""
    );
    assert_eq!(
        send(
            &sandbox,
            "POST",
            "companies/rename",
            Some(json!({"id": 1, "name": "x"}))
        )
        .await
        .0,
        404
    );
}

#[tokio::test]
async fn the_desk_works_until_it_is_told_to_rest() {
    let sandbox = sandbox(50).await;
    assert_eq!(get(&sandbox, "activity").await, Value::Null);
    ask(
        &sandbox,
        "POST",
        "activity/start",
        json!({"per-second": 2000, "commit-lag-seconds": 60}),
    )
    .await;
    assert_eq!(get(&sandbox, "activity").await["per-second"], 2000.0);
    for _ in 0..500 {
        if get(&sandbox, "counters").await["commit-lag"]
            .as_u64()
            .is_some_and(|count| count > 20)
        {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let seen = sandbox.world().truth().len();
    ask(&sandbox, "POST", "quiesce", json!({})).await;
    assert!(sandbox.world().truth().len() > seen);
    assert_eq!(get(&sandbox, "activity").await, Value::Null);
    let rested = sandbox.world().truth();
    tokio::time::sleep(std::time::Duration::from_millis(60)).await;
    assert_eq!(sandbox.world().truth(), rested);
}

#[tokio::test]
async fn every_trick_of_the_world_can_be_demanded_ten_times() {
    let sandbox = sandbox(400).await;
    let unruly = Activity {
        commit_lag_seconds: 0.05,
        skew_seconds: 1,
        removals: true,
        upheaval: true,
        ..Activity::default()
    };
    sandbox.act(6_000, unruly, 7);
    let counters = get(&sandbox, "counters").await;
    for what in [
        "commit-lag",
        "skew",
        "same-second",
        "deleted",
        "converted",
        "moved",
        "renamed",
        "codebase",
    ] {
        assert!(
            counters[what].as_u64().is_some_and(|count| count >= 10),
            "{what}: {counters}"
        );
    }
}

#[tokio::test]
async fn members_can_be_added_and_all_are_told() {
    let sandbox = sandbox(1).await;
    let member = json!({"company": "sandbox", "public_key": "p", "private_key": "q", "role": {"everything": false, "lines": {"Companies > Contacts": ["Inquire", "Add"]}}});
    ask(&sandbox, "PUT", "members", member.clone()).await;
    let members = get(&sandbox, "members").await;
    let keys: Vec<_> = members
        .as_array()
        .unwrap()
        .iter()
        .map(|member| &member["public_key"])
        .collect();
    assert_eq!(keys, ["public", "inquire", "tickets", "nothing", "p"]);
    assert_eq!(members[4], member);
    assert!(get(&sandbox, "role-lines").await.as_array().unwrap().len() >= 6);
}

#[tokio::test]
async fn without_being_asked_for_there_is_no_control_interface() {
    let sandbox = start(Options::with_tickets(1)).await.unwrap();
    assert_eq!(send(&sandbox, "GET", "truth", None).await.0, 404);
}
