//! Writes whose answers do not come, come late, or are wrong.

use std::time::{Duration, Instant};

use deskhand_sandbox::{FaultKind, Kind, Rule};
use reqwest::Method;
use serde_json::{Value, json};

use crate::desk::{Answered, Desk};

const NEW: &str = r#"{"summary":"Lost","company":{"id":19000}}"#;

/// The first `POST` goes wrong in this way.
fn goes_wrong(desk: &Desk, fault: FaultKind, seconds: f64) {
    let rule = Rule::at(fault, 1, 1)
        .on("service/tickets")
        .method("POST")
        .seconds(seconds);
    desk.sandbox.faults().set(vec![rule]);
}

async fn create(desk: &Desk) -> reqwest::Result<Answered> {
    desk.try_send(Method::POST, "service/tickets", NEW).await
}

/// How many tickets there are that such a request makes.
async fn made(desk: &Desk) -> Value {
    desk.get("service/tickets/count?conditions=summary='Lost'").await["count"].clone()
}

#[tokio::test]
async fn an_answer_is_lost_and_the_write_has_taken_effect() {
    for fault in [FaultKind::LostAnswer, FaultKind::Reset] {
        let desk = Desk::new().await;
        goes_wrong(&desk, fault, 1.0);
        assert!(create(&desk).await.is_err(), "{fault:?}");
        assert_eq!(made(&desk).await, 1, "{fault:?}");
        assert_eq!(create(&desk).await.unwrap().status, 201);
    }
    let desk = Desk::new().await;
    goes_wrong(&desk, FaultKind::BadGateway, 1.0);
    let answered = create(&desk).await.unwrap();
    assert_eq!(answered.status, 502);
    assert!(answered.text.starts_with("<!DOCTYPE html>"), "{}", answered.text);
    assert_eq!(made(&desk).await, 1);
}

#[tokio::test]
async fn a_deletion_has_no_body_to_be_cut_and_is_lost_whole() {
    let desk = Desk::new().await;
    let rule = Rule::at(FaultKind::Reset, 1, 1).method("DELETE");
    desk.sandbox.faults().set(vec![rule]);
    assert!(desk.try_send(Method::DELETE, "service/tickets/1003", "").await.is_err());
    assert!(desk.sandbox.world().newest(Kind::Ticket, 1_003).is_none());
}

#[tokio::test]
async fn an_answer_comes_late_and_the_write_has_taken_effect_at_once() {
    let desk = Desk::new().await;
    goes_wrong(&desk, FaultKind::LateAnswer, 600.0);
    let begun = Instant::now();
    tokio::select! {
        answered = create(&desk) => panic!("{answered:?}"),
        () = async {
            while made(&desk).await == 0 {
                assert!(begun.elapsed() < Duration::from_secs(10));
            }
        } => {}
    }
    goes_wrong(&desk, FaultKind::LateAnswer, 0.05);
    let begun = Instant::now();
    assert_eq!(create(&desk).await.unwrap().status, 201);
    assert!(begun.elapsed() >= Duration::from_millis(50));
}

#[tokio::test]
async fn a_lost_request_takes_effect_later_by_the_sandboxs_clock() {
    for fault in [FaultKind::LostThenDone, FaultKind::BadGatewayThenDone] {
        let desk = Desk::new().await;
        goes_wrong(&desk, fault, 600.0);
        let answered = create(&desk).await;
        let expected = (fault == FaultKind::BadGatewayThenDone).then_some(502);
        assert_eq!(answered.ok().map(|answered| answered.status), expected);
        assert_eq!(made(&desk).await, 0);
        desk.sandbox.world().set_clock(599);
        assert_eq!(made(&desk).await, 0);
        desk.sandbox.world().set_clock(601);
        assert_eq!(made(&desk).await, 1, "the first to ask finds it done");
        assert_eq!(made(&desk).await, 1);
        assert_eq!(desk.sandbox.faults().fired().get("done-later"), Some(&1));
    }
}

#[tokio::test]
async fn what_is_due_is_done_without_anybody_asking() {
    let desk = Desk::new().await;
    goes_wrong(&desk, FaultKind::LostThenDone, 0.05);
    assert!(create(&desk).await.is_err());
    let begun = Instant::now();
    while !desk.sandbox.faults().fired().contains_key("done-later") {
        assert!(begun.elapsed() < Duration::from_secs(10));
        tokio::task::yield_now().await;
    }
    assert_eq!(made(&desk).await, 1);
}

#[tokio::test]
async fn a_lost_request_can_be_lost_for_good() {
    let desk = Desk::new().await;
    goes_wrong(&desk, FaultKind::LostRequest, 1.0);
    assert!(create(&desk).await.is_err());
    desk.sandbox.world().set_clock(100_000);
    assert_eq!(made(&desk).await, 0);
    let log = desk.sandbox.log().all();
    assert_eq!((log[0].status, log[0].fault.as_deref()), (0, Some("lost-request")));
}

#[tokio::test]
async fn a_false_success_leaves_the_ticket_as_it_was() {
    let desk = Desk::new().await;
    let before = desk.get("service/tickets/1003").await;
    desk.sandbox
        .faults()
        .set(vec![Rule::at(FaultKind::FalseOk, 1, 1).method("PATCH")]);
    let body = json!([{"op": "replace", "path": "summary", "value": "new"}]);
    let answered = desk.patch("service/tickets/1003", body.clone()).await;
    assert_eq!((answered.status, answered.json()), (200, before.clone()));
    assert_eq!(desk.get("service/tickets/1003").await, before);
    assert_eq!(desk.patch("service/tickets/1003", body).await.json()["summary"], "new");
}

#[tokio::test]
async fn other_verbs_and_the_control_interface_are_spared() {
    let desk = Desk::new().await;
    let rule = json!([{"fault": "lost-answer", "from": 1, "times": 9, "method": "PUT"}]);
    assert_eq!(desk.control(Method::PUT, "faults", rule.clone()).await.status, 200);
    let rules = desk.control(Method::GET, "faults", Value::Null).await.json();
    assert_eq!(rules[0]["method"], "PUT");
    desk.ticket().await;
    assert!(desk.try_send(Method::PUT, "service/tickets/1003", "{}").await.is_err());
}
