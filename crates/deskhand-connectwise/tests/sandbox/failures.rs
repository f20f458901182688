//! How the vendor's answers become failures: the rows G6 to G9, against a server that says exactly what it is told.

use deskhand_command::{CommandOutput, Retry};
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{client_as, fetch};

async fn answered(answer: ResponseTemplate) -> CommandOutput {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let client = client_as(&server.uri(), "company", "public", "private");
    fetch(&client, json!({"Number of Event(s) Fetched": 1})).await
}

fn vendor(status: u16, code: &str, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({"code": code, "message": message}))
}

#[tokio::test]
async fn g8_the_status_code_is_the_servers() {
    for status in [400_u16, 401, 403, 404, 405, 409, 414, 429, 500, 502, 503, 504] {
        let answer = vendor(status, "ConnectWiseApi", "Said so.").insert_header("retry-after", "0");
        let output = answered(answer).await;
        let message = if status == 401 { "Unauthorized." } else { "Said so." };
        assert_eq!(
            output.error(),
            format!("Fetch Event failed.\nStatus Code: {status}.\nMessage: {message}")
        );
        let retry = if status == 429 || status >= 500 {
            Retry::Later
        } else {
            Retry::Never
        };
        assert_eq!(output.errors[0].retry, retry, "{status}");
    }
}

#[tokio::test]
async fn g8_the_vendors_words_about_a_401_are_in_the_hint() {
    let output = answered(vendor(401, "Unauthorized", "Key is inactive")).await;
    assert!(
        output.errors[0]
            .hint
            .as_deref()
            .unwrap()
            .ends_with("the PSA said: Key is inactive")
    );
}

#[tokio::test]
async fn g9_what_is_wrong_with_members_is_part_of_the_message() {
    let body = json!({"code": "InvalidObject", "message": "ticket object is invalid",
        "errors": [{"code": "X", "message": "company 9 not found", "field": "company/id"}, {"message": "no board"}]});
    let output = answered(ResponseTemplate::new(400).set_body_json(body)).await;
    assert_eq!(
        output.errors[0].message,
        "ticket object is invalid: company 9 not found: no board"
    );
}

#[tokio::test]
async fn g9_other_bodies_are_described_and_cut() {
    let text = |status, body: &str| answered(ResponseTemplate::new(status).set_body_string(body.to_owned()));
    let long = text(500, &"x".repeat(5_000)).await.errors.remove(0);
    assert!(long.message.starts_with("xxx") && long.message.chars().count() < 300);
    let page = text(404, "<html><head><title>404 - Not found</title></head></html>")
        .await
        .errors
        .remove(0);
    assert_eq!(page.message, "a web page instead of data: 404 - Not found");
    assert!(page.hint.unwrap().contains("check the Server URL"));
    let page = text(200, "<!DOCTYPE html><title>Sign in</title>")
        .await
        .errors
        .remove(0);
    assert_eq!(page.status_code, 502);
    assert!(page.message.contains("web page") && page.hint.unwrap().contains("check the Server URL"));
    let empty = text(503, "").await.errors.remove(0);
    assert_eq!((empty.status_code, empty.message.as_str()), (503, "an empty answer"));
}

#[tokio::test]
async fn the_clouds_gateway_is_understood() {
    let answer = ResponseTemplate::new(400).set_body_string("Cannot route. Codebase/company is invalid");
    let output = answered(answer).await;
    assert_eq!(output.errors[0].message, "Cannot route. Codebase/company is invalid");
    assert!(
        output.errors[0]
            .hint
            .as_deref()
            .unwrap()
            .contains("check the Company ID")
    );
}

#[tokio::test]
async fn a_firewalls_refusal_is_not_taken_for_the_roles() {
    let output = answered(ResponseTemplate::new(403).set_body_string("<html>Blocked</html>")).await;
    assert!(
        output.errors[0]
            .hint
            .as_deref()
            .unwrap()
            .starts_with("something before the PSA refused")
    );
}

#[tokio::test]
async fn a_server_that_points_elsewhere_is_not_followed() {
    let output = answered(ResponseTemplate::new(302).insert_header("location", "https://elsewhere.example/")).await;
    assert_eq!(
        (output.errors[0].status_code, output.errors[0].message.as_str()),
        (302, "The server points elsewhere, to https://elsewhere.example/.")
    );
}

#[tokio::test]
async fn the_requests_id_is_there_for_what_nobody_can_explain() {
    let answer = vendor(500, "ConnectWiseApi", "An error").insert_header("x-cw-request-id", "abc-1");
    assert!(
        answered(answer).await.errors[0]
            .hint
            .as_deref()
            .unwrap()
            .contains("abc-1")
    );
}
