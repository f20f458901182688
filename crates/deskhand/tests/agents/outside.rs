//! Agents that others wrote; `cargo xtask test` starts them, and says where they are.

use deskhand_sandbox::{Options, start};

use crate::desk::test_through;

#[expect(clippy::disallowed_methods, reason = "the proxies are named by the environment")]
fn named(variable: &str) -> String {
    std::env::var(variable).expect("`cargo xtask test` names the proxies")
}

/// `DESKHAND_TEST_AGENTS` has agents with the user `someone`, whose password is in `DESKHAND_TEST_AGENT_PASSWORD`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the proxies that `cargo xtask test` starts"]
async fn agents_that_others_wrote_carry_a_connection_and_refuse_a_wrong_password() {
    let sandbox = start(Options::with_tickets(5)).await.unwrap();
    let password = named("DESKHAND_TEST_AGENT_PASSWORD");
    for agent in named("DESKHAND_TEST_AGENTS").split_whitespace() {
        let output = test_through(agent, &password, &sandbox.url()).await;
        assert_eq!(output.error(), "", "{agent}");
        let refused = test_through(agent, "wrong", &sandbox.url()).await;
        let message = &refused.errors[0].message;
        assert!(
            message.ends_with("It was sent through the agent `branch`."),
            "{agent}: {message}"
        );
    }
}
