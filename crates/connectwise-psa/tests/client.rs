//! The client against servers that answer oddly.
#![expect(clippy::unwrap_used, reason = "test code")]

use std::time::Duration;

use connectwise_psa::{
    Client, Condition, Credentials, Error, ErrorKind, IdRange, ListRequest, Patience, ScanRequest, ServerUrl,
};
use wiremock::matchers::{header, header_exists, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

const IMPATIENT: Patience = Patience {
    retries: 2,
    first_delay: Duration::from_millis(5),
    longest_delay: Duration::from_millis(20),
    refusals: 2,
};

fn client(server: &MockServer) -> Client {
    client_waiting(server, Duration::from_secs(20))
}

fn client_waiting(server: &MockServer, timeout: Duration) -> Client {
    let credentials = Credentials::new("company", "public", "pr1vate", Some("app".to_owned())).unwrap();
    Client::builder(ServerUrl::parse(&server.uri()).unwrap(), credentials)
        .patience(IMPATIENT)
        .timeout(timeout)
        .build()
        .unwrap()
}

async fn answering(template: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(path("/v4_6_release/apis/3.0/service/tickets"))
        .respond_with(template)
        .mount(&server)
        .await;
    server
}

async fn failing(template: ResponseTemplate) -> (Error, usize) {
    failing_within(Duration::from_secs(20), template).await
}

async fn failing_within(timeout: Duration, template: ResponseTemplate) -> (Error, usize) {
    let server = answering(template).await;
    let error = client_waiting(&server, timeout)
        .list(&ListRequest::new("service/tickets"))
        .await
        .unwrap_err();
    (error, server.received_requests().await.unwrap().len())
}

#[tokio::test]
async fn c4_every_request_carries_the_keys_and_the_client_id() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/v4_6_release/apis/3.0/service/tickets"))
        .and(header("authorization", "Basic Y29tcGFueStwdWJsaWM6cHIxdmF0ZQ=="))
        .and(header("clientid", "app"))
        .and(header_exists("user-agent"))
        .respond_with(ResponseTemplate::new(200).set_body_raw("[]", "application/json"))
        .expect(1)
        .mount(&server)
        .await;
    assert!(
        client(&server)
            .list(&ListRequest::new("service/tickets"))
            .await
            .unwrap()
            .records
            .is_empty()
    );
}

#[tokio::test]
async fn what_the_vendor_said_is_kept() {
    let body = "{\r\n  \"code\": \"ApiFindCondition\",\r\n  \"message\": \"ticket is not a recognized name.\"\r\n}";
    let template = ResponseTemplate::new(400)
        .set_body_string(body)
        .insert_header("x-cw-request-id", "abc");
    let (error, tries) = failing(template).await;
    assert_eq!(
        (error.kind(), error.status(), tries),
        (ErrorKind::Rejected, Some(400), 1)
    );
    assert_eq!(error.vendor().unwrap().code, "ApiFindCondition");
    assert_eq!(error.message(), "ticket is not a recognized name.");
    assert_eq!(error.request_id(), Some("abc"));
}

#[tokio::test]
async fn odd_bodies_are_ordinary_errors() {
    let page = || "<!DOCTYPE html><html><title>Sign in</title></html>";
    let (html, tries) = failing(ResponseTemplate::new(200).set_body_string(page())).await;
    assert_eq!((html.kind(), tries), (ErrorKind::BadBody, 1));
    assert_eq!(html.message(), "the server sent a web page instead of data: Sign in");
    let (empty, tries) = failing(ResponseTemplate::new(200)).await;
    assert_eq!((empty.kind(), tries), (ErrorKind::BadBody, 3));
    let (cut, tries) = failing(ResponseTemplate::new(200).set_body_string("[{\"id\":1},{\"id\"")).await;
    assert_eq!((cut.kind(), tries), (ErrorKind::BadBody, 3));
    let (plain, _) =
        failing(ResponseTemplate::new(400).set_body_string("Cannot route. Codebase/company is invalid")).await;
    assert_eq!(plain.message(), "Cannot route. Codebase/company is invalid");
    let (down, tries) = failing(ResponseTemplate::new(503).set_body_string(page())).await;
    assert_eq!((down.kind(), tries), (ErrorKind::Server, 3));
}

#[tokio::test]
async fn a_500_about_a_type_is_not_tried_again_and_a_mislabelled_page_is_read() {
    let body = r#"{"code":"ConnectWiseApi","message":"String was not recognized as a valid Boolean."}"#;
    let (error, tries) = failing(ResponseTemplate::new(500).set_body_string(body)).await;
    assert_eq!((error.kind(), tries), (ErrorKind::Server, 1));
    let server = answering(ResponseTemplate::new(200).set_body_raw("[{\"id\":1}]", "text/html")).await;
    assert_eq!(
        client(&server)
            .list(&ListRequest::new("service/tickets"))
            .await
            .unwrap()
            .last_id(),
        Some(1)
    );
}

#[tokio::test]
async fn being_asked_to_wait_is_obeyed_and_bounded() {
    let template = ResponseTemplate::new(429)
        .insert_header("retry-after", "0")
        .set_body_string("{}");
    let (error, tries) = failing(template).await;
    assert_eq!((error.kind(), tries), (ErrorKind::RateLimited, 3));
}

#[tokio::test]
async fn a_slow_answer_times_out_and_a_redirect_is_not_followed() {
    let template = ResponseTemplate::new(200).set_delay(Duration::from_secs(2));
    let (slow, tries) = failing_within(Duration::from_millis(400), template).await;
    assert_eq!((slow.kind(), tries), (ErrorKind::TimedOut, 3));
    let template = ResponseTemplate::new(302).insert_header("location", "https://evil.example.com/");
    let (redirect, tries) = failing(template).await;
    assert_eq!((redirect.kind(), tries), (ErrorKind::Redirected, 1));
    assert!(redirect.message().contains("evil.example.com"));
}

#[tokio::test]
async fn nobody_there_is_said_without_the_keys() {
    let server = MockServer::start().await;
    let credentials = Credentials::new("company", "public", "pr1vate", None).unwrap();
    let url = ServerUrl::parse("http://127.0.0.1:9").unwrap();
    let client = Client::builder(url, credentials).patience(IMPATIENT).build().unwrap();
    let error = client.list(&ListRequest::new("service/tickets")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(!format!("{error:?} {client:?}").contains("pr1vate"));
    drop(server);
}

#[tokio::test]
async fn c5_a_server_that_echoes_the_private_key_does_not_get_it_into_an_error() {
    let echo = serde_json::json!({"code": "pr1vate", "message": "no pr1vate here",
        "errors": [{"code": "pr1vate", "message": "pr1vate?", "resource": "pr1vate", "field": "pr1vate"}]});
    for template in [
        ResponseTemplate::new(400).set_body_json(echo),
        ResponseTemplate::new(403).set_body_string("<html><title>pr1vate</title></html>"),
        ResponseTemplate::new(400).set_body_string("pr1vate"),
        ResponseTemplate::new(200).set_body_string("pr1vate"),
    ] {
        let (error, _) = failing(template).await;
        assert!(
            !format!("{error} {error:?} {:?}", error.vendor()).contains("pr1vate"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn an_unknown_company_is_told_apart() {
    let server = MockServer::start().await;
    Mock::given(path("/login/companyinfo/company"))
        .respond_with(ResponseTemplate::new(200).set_body_raw("null", "application/json"))
        .mount(&server)
        .await;
    assert_eq!(
        client(&server).discover().await.unwrap_err().kind(),
        ErrorKind::NotFound
    );
}

#[tokio::test]
async fn a_discovered_codebase_is_used_from_then_on() {
    let server = MockServer::start().await;
    let info =
        r#"{"CompanyName":"A","Codebase":"v2026_1/","VersionCode":"v2026.1","CompanyID":"company","IsCloud":"True"}"#;
    Mock::given(path("/login/companyinfo/company"))
        .respond_with(ResponseTemplate::new(200).set_body_raw(info, "application/json"))
        .mount(&server)
        .await;
    Mock::given(path("/v2026_1/apis/3.0/service/tickets"))
        .respond_with(ResponseTemplate::new(200).set_body_raw("[]", "application/json"))
        .mount(&server)
        .await;
    let client = client(&server);
    assert_eq!(
        client.discover().await.unwrap().version_code.as_deref(),
        Some("v2026.1")
    );
    assert!(client.list(&ListRequest::new("service/tickets")).await.is_ok());
}

/// A PSA whose codebase is dated, and becomes a later one after the first time that it was asked for.
async fn upgraded(gone: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    for (codebase, times) in [("v2026_1/", 1), ("v2026_2/", 100)] {
        let info = serde_json::json!({"Codebase": codebase, "CompanyID": "company"});
        Mock::given(path("/login/companyinfo/company"))
            .respond_with(ResponseTemplate::new(200).set_body_json(info))
            .up_to_n_times(times)
            .mount(&server)
            .await;
    }
    Mock::given(path("/v2026_2/apis/3.0/service/tickets"))
        .respond_with(ResponseTemplate::new(200).set_body_raw("[{\"id\":7}]", "application/json"))
        .mount(&server)
        .await;
    Mock::given(path("/v2026_1/apis/3.0/service/tickets"))
        .respond_with(gone)
        .mount(&server)
        .await;
    server
}

fn asked_for(requests: &[wiremock::Request], beginning: &str) -> usize {
    requests
        .iter()
        .filter(|request| request.url.path().starts_with(beginning))
        .count()
}

#[tokio::test]
async fn a_dated_codebase_that_is_gone_after_an_upgrade_is_asked_for_again() {
    let html =
        ResponseTemplate::new(404).set_body_string("<html><title>404 - File or directory not found.</title></html>");
    let routed = ResponseTemplate::new(400).set_body_string("Cannot route. Codebase/company is invalid");
    for gone in [html, routed] {
        let server = upgraded(gone).await;
        let client = client(&server);
        client.discover().await.unwrap();
        let list = ListRequest::new("service/tickets");
        for _ in 0..2 {
            assert_eq!(client.list(&list).await.unwrap().last_id(), Some(7));
        }
        let requests = server.received_requests().await.unwrap();
        assert_eq!(asked_for(&requests, "/v2026_1/"), 1);
        assert_eq!(asked_for(&requests, "/login/"), 2);
    }
}

#[tokio::test]
async fn several_reads_that_find_the_codebase_gone_ask_for_it_once() {
    let server = upgraded(ResponseTemplate::new(404).set_delay(Duration::from_millis(50))).await;
    let client = client(&server);
    client.discover().await.unwrap();
    let list = ListRequest::new("service/tickets");
    let (one, other) = tokio::join!(client.list(&list), client.list(&list));
    assert_eq!((one.unwrap().last_id(), other.unwrap().last_id()), (Some(7), Some(7)));
    let requests = server.received_requests().await.unwrap();
    assert_eq!(asked_for(&requests, "/v2026_1/"), 2);
    assert_eq!(asked_for(&requests, "/login/"), 2);
}

#[tokio::test]
async fn a_404_that_is_about_a_record_or_never_ends_is_handed_on() {
    let body = r#"{"code":"NotFound","message":"Service Ticket 404 not found"}"#;
    let server = upgraded(ResponseTemplate::new(404).set_body_raw(body, "application/json")).await;
    let discovered = client(&server);
    discovered.discover().await.unwrap();
    let list = ListRequest::new("service/tickets");
    assert_eq!(discovered.list(&list).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(asked_for(&server.received_requests().await.unwrap(), "/login/"), 1);

    // The root by rule routes to the current version: asking would not help.
    let by_rule = client(&server);
    assert_eq!(by_rule.list(&list).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(asked_for(&server.received_requests().await.unwrap(), "/login/"), 1);

    // The codebase is the same as before: the 404 stands.
    let server = MockServer::start().await;
    Mock::given(path("/login/companyinfo/company"))
        .respond_with(ResponseTemplate::new(200).set_body_raw(r#"{"Codebase":"v2026_1/"}"#, "application/json"))
        .mount(&server)
        .await;
    let unmoved = client(&server);
    unmoved.discover().await.unwrap();
    assert_eq!(unmoved.list(&list).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(asked_for(&server.received_requests().await.unwrap(), "/login/"), 2);
}

#[tokio::test]
async fn a_scan_reads_every_range_once_and_hands_failures_back() {
    let server = MockServer::start().await;
    let page = |conditions: &str, ids: &[i64]| {
        let records: Vec<_> = ids.iter().map(|id| format!("{{\"id\":{id}}}")).collect();
        let body = format!("[{}]", records.join(","));
        Mock::given(query_param("conditions", conditions))
            .respond_with(ResponseTemplate::new(200).set_body_raw(body, "application/json"))
    };
    page("a = 1 and id > 0 and id <= 4", &[1, 2]).mount(&server).await;
    page("a = 1 and id > 2 and id <= 4", &[4]).mount(&server).await;
    page("a = 1 and id > 4", &[5]).up_to_n_times(1).mount(&server).await;
    let mut request = ScanRequest::new("service/tickets", 2).conditions(Condition::equals("a", 1));
    request.ranges = vec![
        IdRange {
            after: 0,
            upto: Some(4),
        },
        IdRange { after: 4, upto: None },
        IdRange { after: 90, upto: None },
    ];
    let mut scan = client(&server).scan(request);
    let (mut ids, mut failed) = (Vec::new(), Vec::new());
    while let Some(arrived) = scan.next_page().await {
        match arrived {
            Ok(page) => ids.extend(page.page.records.iter().filter_map(|record| record.id)),
            Err(error) => failed.push((error.index, error.range.after)),
        }
    }
    ids.sort_unstable();
    assert_eq!((ids, failed), (vec![1, 2, 4, 5], vec![(2, 90)]));
}

#[tokio::test]
async fn another_process_on_the_connection_keeps_to_what_the_server_asked_of_this_one() {
    let server = MockServer::start().await;
    let refusal = ResponseTemplate::new(429).insert_header("retry-after", "1");
    Mock::given(method("GET"))
        .respond_with(refusal)
        .up_to_n_times(1)
        .mount(&server)
        .await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_raw("[]", "application/json"))
        .mount(&server)
        .await;
    let file = std::env::temp_dir().join(format!("limits-{}", std::process::id()));
    let sharing = |patience| {
        let credentials = Credentials::new("company", "public", "pr1vate", Some("app".to_owned())).unwrap();
        Client::builder(ServerUrl::parse(&server.uri()).unwrap(), credentials)
            .share_limits(&file)
            .patience(patience)
            .build()
            .unwrap()
    };
    let once = Patience {
        retries: 0,
        refusals: 0,
        ..IMPATIENT
    };
    let list = ListRequest::new("service/tickets");
    let begun = std::time::Instant::now();
    let refused = sharing(once).list(&list).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::RateLimited);
    sharing(IMPATIENT).list(&list).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(900), "{:?}", begun.elapsed());
    std::fs::remove_file(file).unwrap();
}

async fn callback_key(server: &MockServer) -> Result<String, Error> {
    let client = client(server);
    let url = format!(
        "{}/v4_6_release//system/callbackkey/index.rails?companyName=company&id=1",
        server.uri()
    );
    client.callback_key(&client.callback_key_url(&url).unwrap()).await
}

#[tokio::test]
async fn a_callback_key_is_fetched_with_credentials_only_when_they_are_asked_for() {
    let server = MockServer::start().await;
    Mock::given(header_exists("authorization"))
        .and(header("clientId", "app"))
        .respond_with(ResponseTemplate::new(200).set_body_string(r#"{"signing_key":"signed in"}"#))
        .mount(&server)
        .await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_string(r#"{"signing_key":"k"}"#))
        .up_to_n_times(1)
        .with_priority(1)
        .mount(&server)
        .await;
    assert_eq!(callback_key(&server).await.unwrap(), "k");
    let asked = server.received_requests().await.unwrap();
    assert!(asked.len() == 1 && !asked[0].headers.contains_key("authorization"));
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(401))
        .up_to_n_times(1)
        .with_priority(1)
        .mount(&server)
        .await;
    assert_eq!(callback_key(&server).await.unwrap(), "signed in");
}

#[tokio::test]
async fn a_callback_key_is_not_followed_elsewhere_and_never_quoted() {
    let redirect = ResponseTemplate::new(302).insert_header("location", "https://evil.example.com/");
    for (answer, kind) in [
        (redirect, ErrorKind::Redirected),
        (
            ResponseTemplate::new(200).set_body_string(r#"{"signing_key":"s3cret""#),
            ErrorKind::BadBody,
        ),
        (
            ResponseTemplate::new(200).set_body_string(r#"{"signing_key":""}"#),
            ErrorKind::BadBody,
        ),
        (ResponseTemplate::new(200).set_body_string("<html>"), ErrorKind::BadBody),
    ] {
        let server = MockServer::start().await;
        Mock::given(method("GET")).respond_with(answer).mount(&server).await;
        let error = callback_key(&server).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(!format!("{error:?} {error}").contains("s3cret"));
        assert_eq!(server.received_requests().await.unwrap().len(), 1);
    }
}
