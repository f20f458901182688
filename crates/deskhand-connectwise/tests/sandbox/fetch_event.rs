//! Fetch Event: windows, numbers, order and failures, the rows FE1 to FE6 and FE20 to FE23.

use deskhand_command::Results;
use deskhand_sandbox::{FaultKind, Options, Rule, Seed};
use serde_json::{Value, json};
use wiremock::matchers::{method, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{asked, assert_failed, client, client_as, fetch, ids, key, records, sandbox, truth, written};

/// The truth in the order of the page.
fn newest_first(mut tickets: Vec<Value>) -> Vec<i64> {
    tickets.sort_by_key(|ticket| std::cmp::Reverse(key(ticket)));
    ids(&tickets)
}

#[tokio::test]
async fn fe1_fe5_fe6_everything_is_read_and_sorted_across_pages() {
    let options = Options {
        seed: Seed {
            tickets: 6_500,
            in_one_second: 300,
            ..Seed::default()
        },
        ..Options::default()
    };
    let sandbox = deskhand_sandbox::start(options).await.unwrap();
    let output = fetch(&client(&sandbox), json!({})).await;
    assert!(matches!(output.results, Results::Spilled(_)));
    let all = records(&output);
    assert!(all.len() > 6_000);
    assert_eq!(ids(&all), newest_first(truth(&sandbox)));
    assert!(all.windows(2).all(|pair| key(&pair[0]) > key(&pair[1])));
    // More than five pages: several ranges.
    assert!(asked(&sandbox).iter().any(|path| path.contains("id%20%3C%3D%20")));
}

#[tokio::test]
async fn g10_fe22_outputs_resolve_the_documented_paths() {
    let sandbox = sandbox(120).await;
    let output = fetch(&client(&sandbox), json!({})).await;
    let json = written(&output);
    let results = json["rawData"]["Results"].as_array().unwrap();
    assert_eq!(results, &records(&output));
    assert!(results.iter().all(|ticket| ticket["board"]["id"].is_i64()));
    assert_eq!(json["keyFields"]["TicketIDs"], json!(ids(results)));
    let mut boards: Vec<_> = results
        .iter()
        .map(|ticket| ticket["board"]["id"].as_i64().unwrap())
        .collect();
    let found: Vec<_> = json["keyFields"]["BoardIDs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|id| id.as_i64().unwrap())
        .collect();
    assert_eq!(found.first(), boards.first());
    boards.sort_unstable();
    boards.dedup();
    assert_eq!(found.len(), boards.len());
    assert_eq!(json["contextData"].as_array().unwrap().len(), results.len());
    assert_eq!(json["contextData"][0]["Document ID"], results[0]["id"]);
    let table = json["result"].as_str().unwrap();
    assert!(table.starts_with("<table class='cc-table horizontal-table'><tr><th>ID</th><th>Summary</th>"));
    assert_eq!(table.matches("<tr>").count(), 51);
}

#[tokio::test]
async fn fe5_a_number_is_one_request_for_the_newest() {
    let sandbox = sandbox(400).await;
    for number in [json!(3), json!("3")] {
        let output = fetch(&client(&sandbox), json!({"Number of Event(s) Fetched": number})).await;
        assert_eq!(ids(&records(&output)), newest_first(truth(&sandbox))[..3]);
        assert_eq!(output.run.vendor_calls, 1);
    }
    assert_eq!(
        asked(&sandbox)[0],
        "/v4_6_release/apis/3.0/service/tickets?conditions=recordType%20%3D%20%22ServiceTicket%22\
         &orderBy=lastUpdated%20desc,id%20desc&pageSize=3&page=1"
    );
}

#[tokio::test]
async fn fe5_fe21_other_numbers_are_refused_before_any_call() {
    let sandbox = sandbox(1).await;
    for number in [json!(0), json!(1001), json!(-1), json!(2.5), json!("x"), json!(true)] {
        let output = fetch(&client(&sandbox), json!({"Number of Event(s) Fetched": number})).await;
        assert_eq!(
            output.error(),
            "Fetch Event failed.\nStatus Code: 400.\nMessage: The value for parameter (Number of Event(s) Fetched) is invalid."
        );
        let hint = output.errors[0].hint.as_deref().unwrap();
        assert_eq!(hint, "a whole number from 1 to 1000 is expected");
    }
    assert!(asked(&sandbox).is_empty());
}

#[tokio::test]
async fn fe2_fe3_the_window_is_of_updates_and_both_ends_belong_to_it() {
    let sandbox = sandbox(800).await;
    let all = newest_first(truth(&sandbox));
    let tickets = truth(&sandbox);
    let stamp_of = |id: i64| key(tickets.iter().find(|ticket| ticket["id"] == id).unwrap()).0;
    let (late, early) = (stamp_of(all[10]), stamp_of(all[60]));
    let expected: Vec<_> = all
        .iter()
        .copied()
        .filter(|id| (&early..=&late).contains(&&stamp_of(*id)))
        .collect();
    for number in [Value::Null, json!(1000)] {
        let inputs = json!({"Start Time": early, "end_time": late, "number": number});
        let found = records(&fetch(&client(&sandbox), inputs).await);
        assert_eq!(ids(&found), expected);
        // Tickets that were entered before the window and updated in it are there.
        assert!(
            found
                .iter()
                .any(|ticket| ticket["_info"]["dateEntered"].as_str().unwrap() < early.as_str())
        );
    }
    let second = records(&fetch(&client(&sandbox), json!({"Start Time": late, "End Time": late})).await);
    assert!(!second.is_empty() && second.iter().all(|ticket| key(ticket).0 == late));
}

#[tokio::test]
async fn fe4_times_that_are_none_are_refused_before_any_call() {
    let sandbox = sandbox(1).await;
    for (inputs, name) in [
        (json!({"Start Time": "yesterday"}), "Start Time"),
        (json!({"End Time": "2024-13-01 00:00"}), "End Time"),
        (json!({"End Time": 5}), "End Time"),
        (
            json!({"Start Time": "2024-04-16 00:00", "End Time": "2024-04-15 00:00"}),
            "Start Time",
        ),
    ] {
        let output = fetch(&client(&sandbox), inputs).await;
        assert_failed(
            &output,
            400,
            &format!("The value for parameter ({name}) is invalid."),
            "",
        );
        assert!(output.errors[0].hint.is_some());
    }
    assert!(asked(&sandbox).is_empty());
}

#[tokio::test]
async fn a_ticket_updated_past_the_end_while_it_is_read_is_left_out() {
    let server = MockServer::start().await;
    let ticket =
        |id: i64, stamp: &str| json!({"id": id, "recordType": "ServiceTicket", "_info": {"lastUpdated": stamp}});
    let count = ResponseTemplate::new(200).set_body_json(json!({"count": 2}));
    let page = json!([ticket(1, "2024-04-15T10:00:00Z"), ticket(2, "2024-04-15T10:00:01Z")]);
    Mock::given(method("GET"))
        .and(path_regex("/count$"))
        .respond_with(count)
        .mount(&server)
        .await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_json(page))
        .mount(&server)
        .await;
    let client = client_as(&server.uri(), "company", "public", "private");
    for number in [Value::Null, json!(5)] {
        let output = fetch(&client, json!({"End Time": "2024-04-15 10:00", "number": number})).await;
        assert_eq!(ids(&records(&output)), [1]);
    }
}

#[tokio::test]
async fn fe20_a_page_that_fails_leaves_nothing() {
    let sandbox = sandbox(2_500).await;
    let client = client(&sandbox);
    // The first page comes, the second never does.
    sandbox
        .faults()
        .set(vec![Rule::at(FaultKind::ServerError, 2, 1_000).on("pageSize=1000")]);
    let output = fetch(&client, json!({})).await;
    assert_failed(&output, 500, "A timeout has occured. Please try again.", "");
    assert!(output.results.is_empty() && output.key_fields.is_empty());

    // Once is no reason to fail.
    sandbox
        .faults()
        .set(vec![Rule::at(FaultKind::ServerError, 2, 1).on("pageSize=1000")]);
    assert_eq!(records(&fetch(&client, json!({})).await).len(), truth(&sandbox).len());
}

#[tokio::test]
async fn fe23_project_tickets_are_no_service_tickets() {
    let options = Options {
        lists_project_tickets: true,
        ..Options::with_tickets(400)
    };
    let sandbox = deskhand_sandbox::start(options).await.unwrap();
    let all = newest_first(truth(&sandbox));
    assert_eq!(ids(&records(&fetch(&client(&sandbox), json!({})).await)), all);
    let some = fetch(&client(&sandbox), json!({"Number of Event(s) Fetched": 100})).await;
    assert_eq!(ids(&records(&some)), all[..100]);
}
