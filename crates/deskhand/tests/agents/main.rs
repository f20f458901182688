//! Connections through agents: a desk, the integration, a proxy that asks for a password, and a sandbox behind it.
#![expect(clippy::unwrap_used, reason = "test code")]

mod desk;
mod outside;
mod socks;

use desk::test_through;
use deskhand_sandbox::{Options, start};
use socks::Socks;

const PASSWORD: &str = "s3cret:p@ss/w%rd";

#[tokio::test(flavor = "multi_thread")]
async fn c10_a_connection_goes_through_its_agent_with_the_agents_password() {
    let sandbox = start(Options::with_tickets(5)).await.unwrap();
    let proxy = Socks::start("desk", PASSWORD).await;
    let agent = format!("socks5h://desk@{}", proxy.address);
    let output = test_through(&agent, PASSWORD, &sandbox.url()).await;
    assert_eq!(output.error(), "");
    assert_eq!(proxy.carried(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn c10_an_agent_that_refuses_or_is_away_is_named_and_nothing_goes_around_it() {
    let sandbox = start(Options::with_tickets(5)).await.unwrap();
    let proxy = Socks::start("desk", PASSWORD).await;
    let agent = format!("socks5h://desk@{}", proxy.address);
    let refused = test_through(&agent, "another", &sandbox.url()).await;
    let nowhere = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("socks5h://desk@{}", listener.local_addr().unwrap())
    };
    let away = test_through(&nowhere, PASSWORD, &sandbox.url()).await;
    for output in [refused, away] {
        let failure = &output.errors[0];
        assert_eq!(failure.status_code, 502);
        assert!(
            failure.message.ends_with("It was sent through the agent `branch`."),
            "{}",
            failure.message
        );
        let hint = failure.hint.as_deref().unwrap();
        assert!(
            hint.contains("see whether the agent `branch` at socks5h://127.0.0.1:"),
            "{hint}"
        );
        assert!(!format!("{output:?}").contains(PASSWORD) && !format!("{output:?}").contains("another"));
    }
    assert_eq!(proxy.carried(), 0);
}
