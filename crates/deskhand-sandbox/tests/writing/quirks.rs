//! Points on which what is known of the vendor disagrees: each of both answers, and an upgrade.

use deskhand_sandbox::{Options, Quirk, Quirks};
use reqwest::Method;
use serde_json::{Value, json};

use crate::desk::{Answered, Desk};

fn only(quirk: Quirk) -> Quirks {
    [quirk].into_iter().collect()
}

/// A request without keys or client id, to any address below the sandbox's own.
async fn bare(desk: &Desk, path: &str, keys: bool) -> (u16, String) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.get(format!("{}/{path}", desk.sandbox.url()));
    let request = if keys {
        request.basic_auth("sandbox+public", Some("private"))
    } else {
        request
    };
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn get(desk: &Desk, path: &str) -> Answered {
    desk.send(Method::GET, path, "").await
}

#[tokio::test]
async fn unknown_fields_are_ignored_or_refused() {
    let desk = Desk::new().await;
    let unknown = [
        "service/tickets?fields=id,assignedTo",
        "service/tickets/1002?fields=id,dateEntered",
        "service/boards?fields=id,colour",
    ];
    for path in unknown {
        assert_eq!(get(&desk, path).await.status, 200, "{path}");
    }
    desk.sandbox.set_quirks(only(Quirk::RefuseUnknownFields));
    for path in unknown {
        let refused = get(&desk, path).await;
        assert_eq!(refused.status, 400, "{path}");
        assert!(refused.text.contains("is not a recognized name."), "{}", refused.text);
    }
    for path in [
        "service/tickets?fields=ID,status/name,customFields,resources,_info/lastUpdated",
        "service/tickets/1002?fields=currency/symbol,mergedParentTicket/id",
        "service/tickets/1002/notes?fields=text,_info",
        "service/boards?fields=name,location/id,_info",
        "company/companies?fields=types/name",
    ] {
        let known = get(&desk, path).await;
        assert_eq!(known.status, 200, "{path}: {}", known.text);
    }
}

#[tokio::test]
async fn system_info_is_closed_or_open() {
    let desk = Desk::new().await;
    let path = "v4_6_release/apis/3.0/system/info";
    assert_eq!(bare(&desk, path, false).await.0, 401);
    desk.sandbox.set_quirks(only(Quirk::OpenSystemInfo));
    let (status, info) = bare(&desk, path, false).await;
    assert_eq!((status, info.contains("v2026.1.10675")), (200, true), "{info}");
    let tickets = "v4_6_release/apis/3.0/service/tickets";
    assert_eq!(bare(&desk, tickets, false).await.0, 401);
}

#[tokio::test]
async fn a_missing_client_id_is_answered_in_each_of_the_ways_that_were_seen() {
    let desk = Desk::new().await;
    let path = "v4_6_release/apis/3.0/service/boards";
    let (status, body) = bare(&desk, path, true).await;
    assert_eq!((status, body.contains("clientId")), (403, true), "{body}");
    desk.sandbox.set_quirks(only(Quirk::ClientIdBadRequest));
    let (status, body) = bare(&desk, path, true).await;
    assert_eq!((status, body.contains("clientId")), (400, true), "{body}");
    desk.sandbox.set_quirks(only(Quirk::ClientIdGateway));
    let (status, body) = bare(&desk, path, true).await;
    assert_eq!((status, body.starts_with("Cannot")), (400, true), "{body}");
    assert_eq!(get(&desk, "service/boards").await.status, 200);
    desk.sandbox.set_quirks(only(Quirk::NoClientIdNeeded));
    assert_eq!(bare(&desk, path, true).await.0, 200);
}

#[tokio::test]
async fn at_or_after_a_date_finds_what_is_there_or_nothing() {
    let desk = Desk::new().await;
    let count = async |conditions: &str| {
        let counted = desk
            .get(&format!("service/tickets/count?conditions={conditions}"))
            .await;
        counted["count"].as_u64().unwrap()
    };
    let from = "lastUpdated >= [2001-01-01T00:00:00Z]";
    let all = count("id > 0").await;
    assert_eq!(count(from).await, all);
    desk.sandbox.set_quirks(only(Quirk::DateAtOrAfterFindsNothing));
    assert_eq!(count(from).await, 0);
    assert_eq!(count(&format!("({from} or id = 1002) and id >= 1000")).await, 1);
    assert_eq!(count("lastUpdated > [2001-01-01T00:00:00Z]").await, all);
}

#[tokio::test]
async fn notes_are_read_with_two_more_flags_or_without_them() {
    let desk = Desk::new().await;
    let note = json!({"text": "x", "resolutionFlag": true});
    let id = desk.post("service/tickets/1002/notes", note.clone()).await.json()["id"].clone();
    let flags = async || {
        let list = desk.get("service/tickets/1002/notes").await;
        let one = desk.get(&format!("service/tickets/1002/notes/{id}")).await;
        [list[0].clone(), one].map(|note| (note["internalFlag"].clone(), note["externalFlag"].clone()))
    };
    let (yes, none) = (json!(true), Value::Null);
    assert_eq!(flags().await, [(yes.clone(), yes.clone()), (yes.clone(), yes.clone())]);
    desk.sandbox.set_quirks(only(Quirk::NotesWithoutFlags));
    assert_eq!(flags().await, [(none.clone(), none.clone()), (none.clone(), none)]);
    let answered = desk.post("service/tickets/1002/notes", note).await.json();
    assert_eq!(answered["internalFlag"], yes);
}

#[tokio::test]
async fn project_tickets_are_listed_where_that_is_asked_for() {
    let desk = Desk::new().await;
    let count = async || desk.get("service/tickets/count").await["count"].clone();
    assert_eq!(count().await, 195);
    let set = desk
        .control(Method::PUT, "quirks", json!(["list-project-tickets"]))
        .await;
    assert_eq!(set.status, 200, "{}", set.text);
    assert_eq!(count().await, 200);
    let kept = desk.control(Method::GET, "quirks", json!(null)).await;
    assert_eq!(kept.json(), json!(["list-project-tickets"]));
    let refused = desk.control(Method::PUT, "quirks", json!(["earthquakes"])).await;
    assert_eq!(refused.status, 400);
    assert!(
        refused.text.contains("unknown variant `earthquakes`"),
        "{}",
        refused.text
    );
}

#[tokio::test]
async fn after_an_upgrade_the_old_codebase_is_gone() {
    let desk = Desk::with(Options {
        codebase: "v2025_1/".to_owned(),
        site_url: Some("desk.example.com".to_owned()),
        ..Options::with_tickets(10)
    })
    .await;
    let info = async || {
        let (_, info) = bare(&desk, "login/companyinfo/sandbox", false).await;
        serde_json::from_str::<Value>(&info).unwrap()
    };
    desk.sandbox.set_quirks(only(Quirk::NoClientIdNeeded));
    let status = async |codebase: &str| {
        bare(&desk, &format!("{codebase}/apis/3.0/service/boards"), true)
            .await
            .0
    };
    assert_eq!(info().await["SiteUrl"], "desk.example.com");
    assert_eq!(info().await["Codebase"], "v2025_1/");
    assert_eq!(status("v2025_1").await, 200);
    let upgraded = desk
        .control(Method::POST, "upgrade", json!({"codebase": "v2026_2"}))
        .await;
    assert_eq!(upgraded.status, 200, "{}", upgraded.text);
    assert_eq!(
        (&info().await["Codebase"], &info().await["VersionCode"]),
        (&json!("v2026_2/"), &json!("v2026.2"))
    );
    assert_eq!(status("v2025_1").await, 404);
    assert_eq!((status("v2026_2").await, status("v4_6_release").await), (200, 200));
    let board = desk.get("service/tickets/1002").await["board"]["_info"]["board_href"].clone();
    assert!(board.as_str().unwrap().contains("/v2026_2/"), "{board}");
    for wrong in ["", "/", "a/b", "v4_6_release/"] {
        let refused = desk.control(Method::POST, "upgrade", json!({"codebase": wrong})).await;
        assert_eq!(refused.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn company_info_names_no_site_by_itself() {
    let desk = Desk::new().await;
    let (_, info) = bare(&desk, "login/companyinfo/sandbox", false).await;
    assert!(!info.contains("SiteUrl"), "{info}");
}
