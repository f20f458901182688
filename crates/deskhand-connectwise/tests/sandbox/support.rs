//! A sandbox, a client for it, and commands run with it.

use std::sync::Arc;
use std::time::Duration;

use connectwise_psa::{Client, Credentials, Patience, ServerUrl};
use deskhand_command::{CommandOutput, Context, SystemClock};
use deskhand_sandbox::{Kind, Options, Running};
use serde_json::{Value, json};

/// Tries again twice, at once.
pub(crate) const IMPATIENT: Patience = Patience {
    retries: 2,
    first_delay: Duration::from_millis(1),
    longest_delay: Duration::from_millis(2),
    refusals: 2,
};

pub(crate) async fn sandbox(tickets: u64) -> Running {
    deskhand_sandbox::start(Options::with_tickets(tickets)).await.unwrap()
}

pub(crate) fn client(sandbox: &Running) -> Client {
    client_as(&sandbox.url(), "sandbox", "public", "private")
}

pub(crate) fn client_as(url: &str, company: &str, public_key: &str, private_key: &str) -> Client {
    let credentials = Credentials::new(company, public_key, private_key, Some("client-id".to_owned())).unwrap();
    Client::builder(ServerUrl::parse(url).unwrap(), credentials)
        .patience(IMPATIENT)
        .timeout(Duration::from_secs(10))
        .build()
        .unwrap()
}

/// Runs a command by its slug.
pub(crate) async fn run(client: &Client, slug: &str, inputs: Value) -> CommandOutput {
    run_in(&Context::new(Arc::new(SystemClock), "a run"), client, slug, inputs).await
}

/// Runs a command by its slug in a context of the caller's.
pub(crate) async fn run_in(context: &Context, client: &Client, slug: &str, inputs: Value) -> CommandOutput {
    let catalogue = deskhand_connectwise::catalogue(client);
    let command = catalogue
        .iter()
        .find(|command| command.declaration().slug == slug)
        .unwrap();
    command.run(context, inputs.as_object().unwrap().clone()).await
}

pub(crate) async fn fetch(client: &Client, inputs: Value) -> CommandOutput {
    run(client, "fetch-event", inputs).await
}

/// The records of an output that has to be successful.
pub(crate) fn records(output: &CommandOutput) -> Vec<Value> {
    assert_eq!(output.error(), "");
    output
        .results
        .records()
        .map(|record| serde_json::from_slice(&record.unwrap()).unwrap())
        .collect()
}

pub(crate) fn ids(records: &[Value]) -> Vec<i64> {
    records.iter().map(|record| record["id"].as_i64().unwrap()).collect()
}

pub(crate) fn written(output: &CommandOutput) -> Value {
    let mut json = Vec::new();
    output.write_json(&mut json).unwrap();
    serde_json::from_slice(&json).unwrap()
}

/// The service tickets that are there, by id.
pub(crate) fn truth(sandbox: &Running) -> Vec<Value> {
    let world = sandbox.world();
    let now = world.clock.now_ms();
    world.read(Kind::Ticket, |table| {
        table
            .after(0, now)
            .filter(|ticket| ticket.service)
            .map(|ticket| serde_json::from_slice(&ticket.raw).unwrap())
            .collect()
    })
}

/// Stamp and id, as they are sorted by.
pub(crate) fn key(ticket: &Value) -> (String, i64) {
    let stamp = ticket["_info"]["lastUpdated"].as_str().unwrap().to_owned();
    (stamp, ticket["id"].as_i64().unwrap())
}

/// Asserts the three lines of a failure, its hint, and that nothing came of the command.
pub(crate) fn assert_failed(output: &CommandOutput, status: u16, message: &str, hint: &str) {
    let json = written(output);
    assert_eq!(json["returnData"], "Failed");
    let title = output.errors[0].failure_indicator.clone();
    assert_eq!(
        json["error"],
        format!("{title}\nStatus Code: {status}.\nMessage: {message}")
    );
    let said = output.errors[0].hint.as_deref().unwrap_or_default();
    assert!(said.contains(hint), "{said}");
    assert_eq!(json["rawData"], json!({"Results": []}));
    assert!(!json.to_string().contains("private\""), "{json}");
}

/// Path and query of every request that the sandbox has seen.
pub(crate) fn asked(sandbox: &Running) -> Vec<String> {
    sandbox.log().all().into_iter().map(|seen| seen.path).collect()
}
