//! Test Connection: the rows TC1 to TC5 and C20.

use std::time::Duration;

use connectwise_psa::{Client, Credentials, ServerUrl};
use deskhand_sandbox::{FaultKind, Level, Member, Options, Rule};
use serde_json::json;

use crate::support::{asked, assert_failed, client, client_as, run, sandbox, written};

#[tokio::test]
async fn tc1_tc5_a_valid_connection_passes_with_one_small_request() {
    let sandbox = sandbox(30).await;
    let output = run(&client(&sandbox), "test-connection", json!({})).await;
    let json = written(&output);
    assert_eq!(
        (json["returnData"].as_str(), json["error"].as_str()),
        (Some("Successful"), Some(""))
    );
    assert!(json["result"].as_str().unwrap().contains("Passed"));
    assert_eq!(json["run"]["vendorCalls"], 1);
    assert_eq!(
        asked(&sandbox),
        ["/v4_6_release/apis/3.0/service/tickets?fields=id&pageSize=1"]
    );
}

#[tokio::test]
async fn tc1_it_has_no_inputs() {
    let sandbox = sandbox(1).await;
    let output = run(&client(&sandbox), "test-connection", json!({"Number": 1})).await;
    assert_failed(
        &output,
        400,
        "There is no parameter (Number).",
        "this command has no inputs",
    );
    assert!(asked(&sandbox).is_empty());
}

#[tokio::test]
async fn tc3_c20_the_right_to_inquire_tickets_is_what_it_takes() {
    let sandbox = sandbox(1).await;
    let inquire = [("Service Desk > Service Tickets", Level::Inquire)];
    sandbox.world().set_member(Member::with_rights("with", "key", &inquire));
    sandbox.world().set_member(Member::with_rights("without", "key", &[]));
    let test = |public_key| {
        let client = client_as(&sandbox.url(), "sandbox", public_key, "key");
        async move { run(&client, "test-connection", json!({})).await }
    };
    assert!(test("with").await.errors.is_empty());
    assert_failed(
        &test("without").await,
        403,
        "You do not have security permission to perform this action.",
        "Service Desk > Service Tickets > Inquire Level: All",
    );
}

#[tokio::test]
async fn tc2_c4_wrong_keys_and_a_wrong_company_are_unauthorized() {
    let sandbox = sandbox(1).await;
    for (company, private_key) in [("sandbox", "wrong"), ("nobody", "private")] {
        let client = client_as(&sandbox.url(), company, "public", private_key);
        let output = run(&client, "test-connection", json!({})).await;
        assert_failed(
            &output,
            401,
            "Unauthorized.",
            "check Company ID, Public Key and Private Key",
        );
    }
}

#[tokio::test]
async fn tc2_a_missing_client_id_is_named() {
    let sandbox = sandbox(1).await;
    let credentials = Credentials::new("sandbox", "public", "private", None).unwrap();
    let client = Client::builder(ServerUrl::parse(&sandbox.url()).unwrap(), credentials)
        .build()
        .unwrap();
    let output = run(&client, "test-connection", json!({})).await;
    assert_failed(
        &output,
        403,
        "A valid clientId header is required.",
        "DESKHAND_CLIENT_ID",
    );
}

#[tokio::test]
async fn tc2_a_host_that_nobody_answers_at() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let output = run(
        &client_as(&url, "sandbox", "public", "private"),
        "test-connection",
        json!({}),
    )
    .await;
    let failure = &output.errors[0];
    assert_eq!(failure.status_code, 502);
    assert!(
        failure
            .message
            .starts_with("Cannot reach 127.0.0.1: Connection refused"),
        "{}",
        failure.message
    );
    assert!(failure.hint.as_deref().unwrap().contains("check the Server URL"));
}

#[tokio::test]
async fn tc2_a_certificate_that_is_not_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        tls: Some(folder.path().to_owned()),
        ..Options::with_tickets(1)
    };
    let sandbox = deskhand_sandbox::start(options).await.unwrap();
    let output = run(&client(&sandbox), "test-connection", json!({})).await;
    let failure = &output.errors[0];
    assert_eq!(failure.status_code, 502);
    assert!(failure.message.contains("certificate"), "{}", failure.message);
    assert!(failure.hint.as_deref().unwrap().contains("--ca-certificate"));

    let credentials = Credentials::new("sandbox", "public", "private", Some("id".to_owned())).unwrap();
    let trusting = Client::builder(ServerUrl::parse(&sandbox.url()).unwrap(), credentials)
        .ca_certificate(&std::fs::read(sandbox.ca().unwrap()).unwrap())
        .build()
        .unwrap();
    assert!(run(&trusting, "test-connection", json!({})).await.errors.is_empty());
}

#[tokio::test]
async fn tc2_a_server_that_takes_too_long() {
    let sandbox = sandbox(1).await;
    sandbox.faults().set(vec![Rule::at(FaultKind::Slow, 1, 9).seconds(5.0)]);
    let credentials = Credentials::new("sandbox", "public", "private", Some("id".to_owned())).unwrap();
    let client = Client::builder(ServerUrl::parse(&sandbox.url()).unwrap(), credentials)
        .timeout(Duration::from_millis(200))
        .build()
        .unwrap();
    let output = run(&client, "test-connection", json!({})).await;
    assert_failed(&output, 504, "No answer from 127.0.0.1 in time.", "--timeout");
}

#[tokio::test]
async fn tc5_it_is_never_tried_again() {
    for (fault, status) in [
        (FaultKind::ServerError, 500),
        (FaultKind::TooManyRequests, 429),
        (FaultKind::Unavailable, 503),
        (FaultKind::Truncate, 502),
        (FaultKind::Html, 502),
    ] {
        let sandbox = sandbox(1).await;
        sandbox.faults().set(vec![Rule::at(fault, 1, 1)]);
        let output = run(&client(&sandbox), "test-connection", json!({})).await;
        assert_eq!(output.errors[0].status_code, status, "{fault:?}");
        assert_eq!(sandbox.log().count(), 1, "{fault:?}");
    }
}
