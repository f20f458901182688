//! A sandbox, a client for it, and commands run with it.

use std::sync::Arc;
use std::time::Duration;

use connectwise_psa::{Client, Credentials, Patience, ServerUrl};
use deskhand_command::event_source::Path;
use deskhand_command::{Command, CommandOutput, Context, Mode, SystemClock};
use deskhand_connectwise::TicketMark;
use deskhand_sandbox::{Document, FaultKind, Kind, Level, Member, Options, Rule, Running};
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
    run_marked(TicketMark::default(), context, client, slug, inputs).await
}

/// Runs a command by its slug on a connection that marks new tickets there.
pub(crate) async fn run_marked(
    mark: TicketMark,
    context: &Context,
    client: &Client,
    slug: &str,
    inputs: Value,
) -> CommandOutput {
    let catalogue = deskhand_connectwise::catalogue(client, mark);
    run_of(&catalogue, context, slug, inputs).await
}

/// Runs one of these commands by its slug; together they know what each of them has learnt.
pub(crate) async fn run_of(
    catalogue: &[Arc<dyn Command>],
    context: &Context,
    slug: &str,
    inputs: Value,
) -> CommandOutput {
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

/// A client whose security role has these lines and no others.
pub(crate) fn client_with(sandbox: &Running, rights: &[(&str, Level)]) -> Client {
    let member = Member::with_rights("somebody", "private", rights);
    assert_eq!(member.role.unknown_line(), None);
    sandbox.world().set_member(member);
    client_as(&sandbox.url(), "sandbox", "somebody", "private")
}

/// Runs a command dry.
pub(crate) async fn rehearse(client: &Client, slug: &str, inputs: Value) -> CommandOutput {
    let mut context = Context::new(Arc::new(SystemClock), "a rehearsal");
    context.mode = Mode::DryRun;
    run_in(&context, client, slug, inputs).await
}

/// Verb and path below the API's root of every request that was meant to change something.
pub(crate) fn writes(sandbox: &Running) -> Vec<String> {
    let log = sandbox.log().all();
    let writing = log.iter().filter(|seen| seen.method != "GET");
    let below = |path: &str| path.trim_start_matches("/v4_6_release/apis/3.0/").to_owned();
    writing
        .map(|seen| format!("{} {}", seen.method, below(&seen.path)))
        .collect()
}

/// Answers what is asked of this ticket last, so that an order cannot come by itself.
pub(crate) fn delay(sandbox: &Running, ticket: i64) {
    let path = format!("service/tickets/{ticket}");
    let late = Rule::at(FaultKind::Slow, 1, 9).on(&path).seconds(0.1);
    sandbox.faults().set(vec![late]);
}

/// The record as the sandbox has it.
pub(crate) fn record(sandbox: &Running, kind: Kind, id: i64) -> Option<Value> {
    let record = sandbox.world().newest(kind, id)?;
    Some(serde_json::from_slice(&record.raw).unwrap())
}

/// The ticket as the sandbox has it.
pub(crate) fn ticket(sandbox: &Running, id: i64) -> Value {
    record(sandbox, Kind::Ticket, id).unwrap()
}

/// All records of a kind, by id.
pub(crate) fn all(sandbox: &Running, kind: Kind) -> Vec<Value> {
    sandbox.world().read(kind, |table| {
        table
            .newest_after(0)
            .map(|record| serde_json::from_slice(&record.raw).unwrap())
            .collect()
    })
}

/// The notes of a ticket, by id.
pub(crate) fn notes(sandbox: &Running, ticket: i64) -> Vec<Value> {
    let notes = all(sandbox, Kind::Note).into_iter();
    notes.filter(|note| note["ticketId"] == ticket).collect()
}

/// Puts a record into the sandbox; `parent` is the board of a status or a team, else 0.
pub(crate) fn plant(sandbox: &Running, kind: Kind, parent: i64, record: &Value) {
    let document = Document::read(record.to_string().into(), parent).unwrap();
    sandbox.world().seed(kind, document);
}

/// The first so many service tickets of a board that are open, and merged with nothing.
pub(crate) fn open_tickets(sandbox: &Running, board: i64, count: usize) -> Vec<i64> {
    let open = |ticket: &Value| {
        ticket["board"]["id"] == board
            && record(sandbox, Kind::BoardStatus, ticket["status"]["id"].as_i64().unwrap()).unwrap()["closedStatus"]
                == false
            && ticket["closedFlag"] == false
            && ticket.get("mergedParentTicket").is_none()
    };
    let mut found = ids(&truth(sandbox).into_iter().filter(open).collect::<Vec<_>>());
    assert!(found.len() >= count, "only {found:?} are open on board {board}");
    found.truncate(count);
    found
}

/// What a path finds in Raw Data, as a later step of a playbook sees it: one value, or an array of several.
pub(crate) fn at(output: &CommandOutput, path: &str) -> Value {
    let raw = &written(output)["rawData"];
    Path::parse(path, "$").unwrap().find(raw)
}

/// The outcome of each item.
pub(crate) fn items(output: &CommandOutput) -> Vec<Value> {
    written(output)["contextData"].as_array().unwrap().clone()
}

/// Asserts that a value is refused as the page says, with what is allowed, and that nothing was sent.
pub(crate) async fn assert_refused(sandbox: &Running, slug: &str, inputs: Value, parameter: &str) {
    sandbox.log().clear();
    let output = run(&client(sandbox), slug, inputs.clone()).await;
    let message = format!("The value for parameter ({parameter}) is invalid.");
    assert_failed(&output, 400, &message, "");
    assert!(output.errors[0].hint.is_some(), "{inputs}");
    assert_eq!(asked(sandbox), [""; 0], "{inputs}");
}

/// What is no list of ids.
pub(crate) fn no_ids() -> Vec<Value> {
    vec![
        json!([]),
        json!("x"),
        json!(["x"]),
        json!([1.5]),
        json!([0]),
        json!([-1]),
        json!([[1]]),
        json!({"id": 1}),
        json!(true),
        json!(""),
        json!(null),
    ]
}

/// What is no id.
pub(crate) fn no_id() -> Vec<Value> {
    vec![
        json!(0),
        json!(-1),
        json!(1.5),
        json!("abc"),
        json!([1, 2]),
        json!(true),
        json!(""),
        json!(null),
    ]
}

/// Asserts the documented sample for wrong keys.
pub(crate) async fn assert_unauthorized(slug: &str, inputs: Value, title: &str) {
    let sandbox = sandbox(1).await;
    let output = run(&client_as(&sandbox.url(), "sandbox", "public", "wrong"), slug, inputs).await;
    assert_eq!(
        written(&output)["error"],
        format!("{title} failed.\nStatus Code: 401.\nMessage: Unauthorized.")
    );
    assert_failed(
        &output,
        401,
        "Unauthorized.",
        "check Company ID, Public Key and Private Key",
    );
}
