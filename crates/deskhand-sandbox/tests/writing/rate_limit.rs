//! The rate limit.

use deskhand_sandbox::{Limit, Options};
use reqwest::Method;
use serde_json::{Value, json};

use crate::desk::Desk;

async fn limited(limit: &str) -> Desk {
    let options = Options {
        limit: Some(limit.parse::<Limit>().unwrap()),
        ..Options::with_tickets(10)
    };
    Desk::with(options).await
}

#[tokio::test]
async fn requests_beyond_the_limit_are_told_when_the_window_ends() {
    let desk = limited("3/600s").await;
    for _ in 0..3 {
        desk.get("service/tickets/count").await;
    }
    let refused = desk.send(Method::GET, "service/tickets/count", "").await;
    let seconds: u32 = refused.retry_after.as_deref().unwrap().parse().unwrap();
    assert!(refused.status == 429 && (570..=600).contains(&seconds), "{seconds}");
    let message = format!("Too many requests. Please try again in {seconds} seconds.");
    let expected = json!({"error": "ConnectWiseAPI", "message": message});
    assert_eq!(refused.json(), expected);
    desk.sandbox.world().set_clock(560);
    let refused = desk.send(Method::GET, "service/tickets/count", "").await;
    let seconds: u32 = refused.retry_after.unwrap().parse().unwrap();
    assert!(refused.status == 429 && (10..=40).contains(&seconds), "{seconds}");
    desk.sandbox.world().set_clock(601);
    desk.get("service/tickets/count").await;
    assert_eq!(desk.sandbox.faults().fired().get("rate-limit"), Some(&2));
    let log = desk.sandbox.log().all();
    let statuses: Vec<_> = log.iter().map(|seen| seen.status).collect();
    assert_eq!(statuses, [200, 200, 200, 429, 429, 200]);
    assert_eq!(log[3].fault.as_deref(), Some("rate-limit"));
    assert!(log.is_sorted_by_key(|seen| seen.came_ms) && log[5].came_ms < 60_000);
}

#[tokio::test]
async fn a_write_that_is_refused_does_nothing() {
    let desk = limited("1/600s").await;
    desk.ticket().await;
    let body = json!({"summary": "x", "company": {"id": 19_000}});
    assert_eq!(desk.post("service/tickets", body).await.status, 429);
    desk.sandbox.set_limit(None);
    assert_eq!(desk.get("service/tickets/count?conditions=id>1009").await["count"], 1);
}

#[tokio::test]
async fn the_limit_is_set_and_lifted_through_the_control_interface() {
    let desk = Desk::new().await;
    assert_eq!(
        desk.control(Method::GET, "limit", Value::Null).await.json(),
        Value::Null
    );
    let limit = json!({"requests": 0, "window_ms": 60_000});
    assert_eq!(desk.control(Method::PUT, "limit", limit.clone()).await.status, 200);
    assert_eq!(desk.control(Method::GET, "limit", Value::Null).await.json(), limit);
    assert_eq!(desk.send(Method::GET, "service/tickets", "").await.status, 429);
    assert_eq!(
        desk.control(Method::PUT, "limit", json!({"requests": 1, "window_ms": 0}))
            .await
            .status,
        400
    );
    assert_eq!(desk.control(Method::DELETE, "limit", Value::Null).await.status, 200);
    assert_eq!(desk.send(Method::GET, "service/tickets", "").await.status, 200);
}
