//! The sandbox as a client sees it.
#![expect(clippy::unwrap_used, reason = "test code")]

use deskhand_sandbox::{FaultKind, Kind, Level, Member, Members, Options, Priorities, Rule, Running, Seed, start};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

async fn sandbox(tickets: u64) -> Running {
    start(Options {
        control: true,
        ..Options::with_tickets(tickets)
    })
    .await
    .unwrap()
}

fn client() -> reqwest::Client {
    let _already = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn get_as(sandbox: &Running, keys: (&str, &str), path: &str) -> Response {
    let url = format!("{}/v4_6_release/apis/3.0/{path}", sandbox.url());
    client()
        .get(url)
        .basic_auth(format!("sandbox+{}", keys.0), Some(keys.1))
        .header("clientID", "x")
        .send()
        .await
        .unwrap()
}

async fn get(sandbox: &Running, path: &str) -> Response {
    get_as(sandbox, ("public", "private"), path).await
}

async fn json_of(response: Response) -> Value {
    let body = response.bytes().await.unwrap();
    serde_json::from_slice(&body).unwrap_or_else(|error| panic!("{error}: {body:?}"))
}

async fn list(sandbox: &Running, path: &str) -> Vec<Value> {
    json_of(get(sandbox, path).await).await.as_array().unwrap().clone()
}

#[tokio::test]
async fn company_info_is_open_and_null_for_strangers() {
    let sandbox = sandbox(1).await;
    let info = |company: &str| {
        client()
            .get(format!("{}/login/companyinfo/{company}", sandbox.url()))
            .send()
    };
    assert_eq!(
        json_of(info("sandbox").await.unwrap()).await["Codebase"],
        "v4_6_release/"
    );
    assert_eq!(json_of(info("nobody").await.unwrap()).await, Value::Null);
}

#[tokio::test]
async fn keys_client_id_and_rights_are_asked_for() {
    let sandbox = sandbox(1).await;
    assert_eq!(
        get_as(&sandbox, ("public", "wrong"), "service/tickets").await.status(),
        StatusCode::UNAUTHORIZED
    );
    let url = format!("{}/v4_6_release/apis/3.0/service/tickets", sandbox.url());
    let without = client()
        .get(&url)
        .basic_auth("sandbox+public", Some("private"))
        .send()
        .await
        .unwrap();
    assert_eq!(without.status(), StatusCode::FORBIDDEN);
    let inquire = [("Service Desk > Service Tickets", Level::Inquire)];
    sandbox.world().set_member(Member::with_rights("desk", "key", &inquire));
    assert_eq!(
        get_as(&sandbox, ("desk", "key"), "service/tickets").await.status(),
        StatusCode::OK
    );
    let refused = get_as(&sandbox, ("desk", "key"), "service/boards").await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert_eq!(json_of(refused).await["code"], "Security");
}

#[tokio::test]
async fn errors_are_pretty_and_success_is_compact() {
    let sandbox = sandbox(30).await;
    let text = |path: &'static str| {
        let sandbox = &sandbox;
        async move { get(sandbox, path).await.text().await.unwrap() }
    };
    assert_eq!(
        text("service/tickets/404").await,
        "{\r\n  \"code\": \"NotFound\",\r\n  \"message\": \"Service Ticket 404 not found\"\r\n}"
    );
    assert!(
        text("company/companies/404")
            .await
            .contains("\"company 404 not found\"")
    );
    assert!(
        text("service/tickets?conditions=ticket='x'")
            .await
            .contains("ticket is not a recognized name.")
    );
    assert!(text("service/nothing").await.contains("The endpoint does not exist."));
    assert!(!text("service/tickets/1000/").await.contains('\n'));
    // The 40th of the seeds would be a project ticket.
    assert_eq!(
        get(&sandbox, "service/tickets/1039").await.status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn pages_follow_links_and_sizes_are_capped() {
    let sandbox = sandbox(2_100).await;
    assert_eq!(list(&sandbox, "service/tickets").await.len(), 25);
    assert_eq!(
        list(&sandbox, "service/tickets?PAGESIZE=5000&junk=%00%ff").await.len(),
        1000
    );
    assert!(list(&sandbox, "service/tickets?page=99").await.is_empty());
    let count = json_of(get(&sandbox, "service/tickets/count").await).await["count"]
        .as_u64()
        .unwrap();
    let (mut path, mut seen) = ("service/tickets?pageSize=500".to_owned(), 0);
    loop {
        let response = get(&sandbox, &path).await;
        let link = response
            .headers()
            .get("link")
            .map(|link| link.to_str().unwrap().to_owned());
        seen += json_of(response).await.as_array().unwrap().len();
        let Some(next) = link
            .iter()
            .flat_map(|link| link.split(", "))
            .find(|link| link.contains("rel=\"next\""))
        else {
            break;
        };
        path = next.split_once("3.0/").unwrap().1.split_once('>').unwrap().0.to_owned();
    }
    assert_eq!(seen as u64, count);
}

#[tokio::test]
async fn forward_only_ends_with_an_empty_link() {
    let sandbox = sandbox(30).await;
    let page = |id: i64| {
        let url = format!(
            "{}/v2025_1/apis/3.0/service/tickets/?pageSize=20&pageId={id}",
            sandbox.url()
        );
        client()
            .get(url)
            .basic_auth("sandbox+public", Some("private"))
            .header("clientId", "x")
            .header("pagination-type", "forward-only")
            .send()
    };
    let first = page(1).await.unwrap();
    assert!(
        first.headers()["link"]
            .to_str()
            .unwrap()
            .ends_with("pageId=1019>; rel=\"next\"")
    );
    assert_eq!(page(1019).await.unwrap().headers()["link"], "");
}

#[tokio::test]
async fn conditions_order_and_fields_work_together() {
    let sandbox = sandbox(400).await;
    let closed = list(&sandbox, "service/tickets?conditions=closedFlag=true and id>1100&orderBy=lastUpdated desc,id desc&fields=id,status/name,_info/lastUpdated&pageSize=1000").await;
    let stamps: Vec<_> = closed
        .iter()
        .map(|ticket| ticket["_info"]["lastUpdated"].as_str().unwrap())
        .collect();
    assert!(!stamps.is_empty() && stamps.is_sorted_by(|a, b| a >= b));
    assert!(
        closed
            .iter()
            .all(|ticket| ticket["id"].as_i64() > Some(1100) && ticket.get("summary").is_none())
    );
    let customers = list(
        &sandbox,
        "company/companies?childConditions=types/name='Customer'&pageSize=1000",
    )
    .await;
    assert_eq!(customers.len(), 300);
    let by_mail = list(&sandbox, "company/contacts?childConditions=communicationItems/value like 'person7@*' and communicationItems/communicationType='Email'").await;
    assert_eq!(by_mail.len(), 1);
    let counted = list(
        &sandbox,
        "service/tickets?customFieldConditions=caption='Edit Count' and value=0&pageSize=1",
    )
    .await;
    assert_eq!(counted.len(), 1);
}

#[tokio::test]
async fn a_search_by_post_is_strict() {
    let sandbox = sandbox(30).await;
    let search = |body: Value| {
        client()
            .post(format!(
                "{}/v4_6_release/apis/3.0/service/tickets/search?pageSize=3",
                sandbox.url()
            ))
            .basic_auth("sandbox+public", Some("private"))
            .header("clientId", "x")
            .json(&body)
            .send()
    };
    let found = json_of(
        search(json!({"Conditions": "id > 1010", "orderBy": "id desc"}))
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(
        (found.as_array().unwrap().len(), found[0]["id"].as_i64()),
        (3, Some(1029))
    );
    let refused = search(json!({"page": 2})).await.unwrap();
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    assert!(
        refused
            .text()
            .await
            .unwrap()
            .contains("Could not find member 'page' on object of type 'FilterValues'.")
    );
}

#[tokio::test]
async fn every_reading_list_is_there() {
    let sandbox = sandbox(10).await;
    for path in [
        "service/boards",
        "service/boards/1/statuses",
        "service/boards/1/types",
        "service/boards/1/subtypes",
        "service/boards/1/items",
        "service/boards/1/teams",
        "service/priorities",
        "service/severities",
        "service/impacts",
        "service/sources",
        "service/locations",
        "system/locations",
        "system/departments",
        "system/members",
        "company/companies",
        "company/companies/statuses",
        "company/companies/types",
        "company/contacts",
    ] {
        let all = list(&sandbox, &format!("{path}?pageSize=1000")).await;
        let count = json_of(get(&sandbox, &format!("{path}/count")).await).await["count"].as_u64();
        assert!(
            !all.is_empty() && count.unwrap().min(1000) == all.len() as u64,
            "{path}"
        );
        let one = get(&sandbox, &format!("{path}/{}", all[0]["id"])).await;
        assert_eq!(json_of(one).await, all[0], "{path}");
    }
    assert_eq!(
        get(&sandbox, "service/boards/77/statuses").await.status(),
        StatusCode::NOT_FOUND
    );
    assert!(json_of(get(&sandbox, "system/info").await).await["version"].is_string());
}

#[tokio::test]
async fn faults_happen_as_they_are_asked_for_and_are_logged() {
    let sandbox = sandbox(30).await;
    let kinds = [
        FaultKind::TooManyRequests,
        FaultKind::ServerError,
        FaultKind::Unavailable,
        FaultKind::Reset,
        FaultKind::Truncate,
        FaultKind::Html,
        FaultKind::Empty,
        FaultKind::Mislabel,
        FaultKind::Slow,
    ];
    sandbox.faults().set(
        (1..)
            .zip(kinds)
            .map(|(at, kind)| Rule::at(kind, at, 1).seconds(0.1))
            .collect(),
    );
    let refused = get(&sandbox, "service/tickets").await;
    assert_eq!(
        (refused.status(), &refused.headers()["retry-after"]),
        (StatusCode::TOO_MANY_REQUESTS, &"1".parse().unwrap())
    );
    assert_eq!(
        get(&sandbox, "service/tickets").await.status(),
        StatusCode::INTERNAL_SERVER_ERROR
    );
    assert!(
        get(&sandbox, "service/tickets")
            .await
            .text()
            .await
            .unwrap()
            .starts_with("<!DOCTYPE")
    );
    assert!(get(&sandbox, "service/tickets").await.bytes().await.is_err());
    let cut = get(&sandbox, "service/tickets").await.text().await.unwrap();
    assert!(serde_json::from_str::<Value>(&cut).is_err() && cut.starts_with('['));
    assert!(
        get(&sandbox, "service/tickets")
            .await
            .text()
            .await
            .unwrap()
            .contains("Sign in")
    );
    assert!(get(&sandbox, "service/tickets").await.bytes().await.unwrap().is_empty());
    assert_eq!(
        get(&sandbox, "service/tickets").await.headers()["content-type"],
        "text/html"
    );
    assert_eq!(list(&sandbox, "service/tickets").await.len(), 25);
    assert_eq!(sandbox.faults().fired().values().sum::<u64>(), 9);
    assert_eq!(
        sandbox.log().all().iter().filter(|seen| seen.fault.is_some()).count(),
        9
    );
}

#[tokio::test]
async fn the_world_plays_tricks_without_touching_stamps() {
    let sandbox = sandbox(60).await;
    let stamp = |ticket: &Value| ticket["_info"]["lastUpdated"].clone();
    let before = json_of(get(&sandbox, "service/tickets/1001").await).await;
    sandbox.world().set_codebase("v2026_1");
    sandbox.world().set_volatile(true);
    let after = json_of(get(&sandbox, "service/tickets/1001").await).await;
    assert_eq!(stamp(&before), stamp(&after));
    assert_ne!(before["minutesWaiting"], after["minutesWaiting"]);
    assert!(
        after["board"]["_info"]["board_href"]
            .as_str()
            .unwrap()
            .contains("/v2026_1/")
    );
    sandbox.world().set_poison(1001);
    assert_eq!(
        get(&sandbox, "service/tickets?pageSize=50").await.status(),
        StatusCode::INTERNAL_SERVER_ERROR
    );
    assert_eq!(
        get(&sandbox, "service/tickets?pageSize=50&conditions=id>1001")
            .await
            .status(),
        StatusCode::OK
    );
    sandbox.world().remove(Kind::Ticket, 1002);
    assert_eq!(
        get(&sandbox, "service/tickets/1002").await.status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn the_date_follows_the_sandbox_clock_and_control_is_strict() {
    let sandbox = sandbox(1).await;
    let put = |what: &str, body: Value| {
        client()
            .put(format!("{}/_sandbox/{what}", sandbox.url()))
            .json(&body)
            .send()
    };
    assert_eq!(
        put("clock", json!({"offset_seconds": 86_400})).await.unwrap().status(),
        StatusCode::OK
    );
    let before = jiff::Timestamp::now().as_second();
    let date = get(&sandbox, "system/info").await.headers()["date"]
        .to_str()
        .unwrap()
        .to_owned();
    let date = jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(&date)
        .unwrap();
    let after = jiff::Timestamp::now().as_second();
    assert!((before..=after + 1).contains(&(date.as_second() - 86_400)), "{date}");
    let refused = put("clock", json!({"offset": 1})).await.unwrap();
    assert!(refused.text().await.unwrap().contains("unknown field `offset`"));
}

#[tokio::test]
async fn tls_is_trusted_by_the_authority_it_wrote() {
    let folder = std::env::temp_dir().join(format!("deskhand-tls-{}", std::process::id()));
    let sandbox = start(Options {
        tls: Some(folder.clone()),
        ..Options::with_tickets(1)
    })
    .await
    .unwrap();
    let _already = rustls::crypto::ring::default_provider().install_default();
    let ca = reqwest::Certificate::from_pem(&std::fs::read(sandbox.ca().unwrap()).unwrap()).unwrap();
    let trusting = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_merge([ca])
        .build()
        .unwrap();
    let url = format!("{}/login/companyinfo/sandbox", sandbox.url());
    assert!(trusting.get(&url).send().await.unwrap().status().is_success());
    assert!(client().get(&url).send().await.is_err());
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn fields_leave_every_member_as_the_whole_record_has_it_written() {
    let sandbox = sandbox(120).await;
    sandbox.world().set_codebase("v2026_1");
    let fields =
        "id,summary,company,estimatedTimeCost,actualHours,budgetHours,hourlyRate,billingAmount,customFields,_info";
    let conditions = "pageSize=1000&orderBy=summary";
    let whole = text_of(&sandbox, &format!("service/tickets?{conditions}")).await;
    let short = text_of(&sandbox, &format!("service/tickets?{conditions}&fields={fields}")).await;
    let whole: Vec<Members> = serde_json::from_str(&whole).unwrap();
    let short: Vec<Members> = serde_json::from_str(&short).unwrap();
    assert_eq!(whole.len(), short.len());
    let mut trailing_zeros = 0;
    for (whole, short) in whole.iter().zip(&short) {
        for name in fields.split(',').filter(|name| *name != "company") {
            assert_eq!(short.get(name), whole.get(name), "{name}");
            trailing_zeros += usize::from(short.get(name).is_some_and(|json| json.ends_with(".00")));
        }
        let company = whole.get("company").unwrap();
        let without_info = company.split(",\"_info\"").next().unwrap();
        assert_eq!(short.get("company").unwrap(), format!("{without_info}}}"));
    }
    assert!(trailing_zeros > 0, "no decimal that could have lost its zeros");
    let id = whole[0].get("id").unwrap();
    let one = text_of(&sandbox, &format!("service/tickets/{id}?fields={fields}")).await;
    assert_eq!(one, short[0].to_json());
}

async fn text_of(sandbox: &Running, path: &str) -> String {
    get(sandbox, path).await.text().await.unwrap()
}

#[tokio::test]
async fn stock_priorities_have_one_without_a_number_and_change_nothing_else() {
    let seed = |priorities| Options {
        seed: Seed {
            tickets: 60,
            priorities,
            ..Seed::default()
        },
        ..Options::default()
    };
    let stock = start(seed(Priorities::Stock)).await.unwrap();
    let documented = start(seed(Priorities::Documented)).await.unwrap();
    let names = |list: Vec<Value>| {
        list.iter()
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let (ours, theirs) = (
        list(&stock, "service/priorities").await,
        list(&documented, "service/priorities").await,
    );
    assert_eq!((ours.len(), theirs.len()), (5, 4));
    assert_eq!(names(ours)[4], "Do Not Respond");
    let path = "service/tickets?pageSize=1000";
    let (ours, theirs) = (list(&stock, path).await, list(&documented, path).await);
    for (mut ours, theirs) in ours.into_iter().zip(theirs) {
        ours["priority"]["name"] = theirs["priority"]["name"].clone();
        assert_eq!(ours, theirs);
    }
}
