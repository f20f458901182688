//! Callbacks received by the program itself, and mistakes told at its start.

use std::net::TcpListener;

use deskhand_engine::EventStore as _;
use deskhand_engine::callbacks::CallbackInbox as _;
use deskhand_engine::events::EventFilter;

use crate::place::{Place, TICKET, asked_to_end, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_that_changes_becomes_an_event_at_once_and_the_callback_can_be_taken_away() {
    let place = Place::set().await;
    let child = place.serve().await;
    until("registering", async || place.registered() == 1).await;
    assert!(place.sandbox.touch(TICKET));
    let store = place.open().await;
    let filter = EventFilter {
        record_id: Some(TICKET),
        limit: 9,
        ..EventFilter::default()
    };
    until("the event", async || {
        store.list_events(&filter).await.unwrap().len() == 1
    })
    .await;

    let (code, stdout, stderr) = place.run(&["callbacks", "list", "--json"]).await;
    assert_eq!(code, 0, "{stderr}");
    let listed: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(
        (&listed[0]["connection"], &listed[0]["received"]),
        (&"acme".into(), &1.into())
    );
    assert_eq!(listed[0]["callbacks"][0]["ours"], true);
    let secret = store.secret("acme", "none was kept").await.unwrap();
    assert!(secret.len() == 64 && !stdout.contains(&secret), "{stdout}");

    let (code, stderr) = asked_to_end(child).await;
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains("Callbacks are received at 127.0.0.1:"), "{stderr}");
    assert!(
        stderr.contains("Callbacks are registered") && stderr.contains("Deskhand has ended"),
        "{stderr}"
    );
    assert!(!stderr.contains(&secret), "{stderr}");
    assert_eq!(place.registered(), 1, "it is there after the next start as well");

    let (code, _, stderr) = place.run(&["callbacks", "remove", "acne"]).await;
    assert!(code == 2 && stderr.contains("did you mean `acme`?"), "{stderr}");
    for expected in ["is taken away", "has no callback of ours"] {
        let (code, _, stderr) = place.run(&["callbacks", "remove", "acme"]).await;
        assert!(code == 0 && stderr.contains(expected), "{stderr}");
        assert_eq!(place.registered(), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_is_applied_or_deactivated_meanwhile_takes_part_or_leaves() {
    let place = Place::set().await;
    let desk = std::fs::read_to_string(place.folder.path().join("desk.toml")).unwrap();
    place.write("desk.toml", "[[site]]\nname = \"Main\"\nkind = \"internal\"\n");
    let child = place.serve().await;
    place.write("desk.toml", &desk);
    let (code, _, stderr) = place.run(&["apply", "-f", "desk.toml"]).await;
    assert_eq!(code, 0, "{stderr}");
    until("registering", async || place.registered() == 1).await;
    assert!(place.sandbox.touch(TICKET));
    until("the first delivery", async || place.sandbox.deliveries().len() == 1).await;
    assert_eq!(place.sandbox.deliveries()[0].status, Some(200));

    place.write("desk.toml", &desk.replace("client_id", "active = false\nclient_id"));
    let (code, _, stderr) = place.run(&["apply", "-f", "desk.toml"]).await;
    assert_eq!(code, 0, "{stderr}");
    until("leaving", async || {
        assert!(place.sandbox.touch(TICKET));
        place.sandbox.deliveries().iter().any(|one| one.status == Some(404))
    })
    .await;
    asked_to_end(child).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_received_is_said_at_the_start() {
    let place = Place::set().await;
    let taken = TcpListener::bind(("127.0.0.1", place.port)).unwrap();
    let (code, _, stderr) = place.run(&["serve"]).await;
    assert_eq!(code, 1, "{stderr}");
    assert!(
        stderr.contains("callbacks cannot be received at 127.0.0.1:"),
        "{stderr}"
    );
    assert!(
        stderr.contains("give `listen` of `[callbacks]` another address"),
        "{stderr}"
    );
    drop(taken);
    for (public_url, expected) in [
        (
            "public_url = \"http://desk.example.com\"",
            "it has to begin with https://",
        ),
        (
            "public_url = \"https://desk.example.com\"\nmail_to = [\"noc@example.com\"]",
            "add `[mail]` to the configuration",
        ),
    ] {
        place.configure(public_url);
        let (code, _, stderr) = place.run(&["serve"]).await;
        assert!(code == 2 && stderr.contains(expected), "{stderr}");
    }
    place.configure("public_url = \"http://desk.example.com\"");
    let (_, _, stderr) = place.run(&["serve"]).await;
    assert!(stderr.contains("deskhand.toml`, line 6"), "{stderr}");
}
