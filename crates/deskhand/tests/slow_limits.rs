//! A limit that nobody told us about: it is kept to, used to the full, and shared between processes.
#![expect(clippy::unwrap_used, reason = "test code")]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use deskhand_sandbox::{Kind, Limit, Options, Running, Seen, start};

const UPDATES: usize = 1_000;
const REQUESTS: u64 = 250;
const WINDOW: Duration = Duration::from_secs(10);
/// More than this is never under way in one process.
const CEILING: usize = 16;

async fn sandbox() -> Running {
    let options = Options {
        limit: Some(format!("{REQUESTS}/10s").parse::<Limit>().unwrap()),
        ..Options::with_tickets(2_400)
    };
    let sandbox = start(options).await.unwrap();
    sandbox.log().keep(100_000);
    sandbox
}

fn tickets(sandbox: &Running) -> Vec<String> {
    let world = sandbox.world();
    let now = world.clock.now_ms();
    let ids = world.read(Kind::Ticket, |table| {
        let service = table.after(0, now).filter(|ticket| ticket.service);
        service.map(|ticket| ticket.id.to_string()).collect::<Vec<_>>()
    });
    assert!(ids.len() >= UPDATES, "{}", ids.len());
    ids.into_iter().take(UPDATES).collect()
}

fn update(sandbox: &Running, folder: &Path, tickets: &[String], store: &str) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deskhand"));
    command
        .env_clear()
        .env("XDG_DATA_HOME", folder)
        .env("DESKHAND_URL", sandbox.url())
        .env("DESKHAND_COMPANY_ID", "sandbox")
        .env("DESKHAND_PUBLIC_KEY", "public")
        .env("DESKHAND_PRIVATE_KEY", "private")
        .env("DESKHAND_CLIENT_ID", "test");
    command.args([
        "update-tickets",
        "--additional-fields",
        "{\"city\": \"Tampa\"}",
        "--output",
        "jsonl",
        "--store",
    ]);
    command.arg(folder.join(store)).args(tickets);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

async fn ended(mut process: Child) {
    let status = tokio::task::spawn_blocking(move || process.wait().unwrap())
        .await
        .unwrap();
    assert!(status.success(), "{status}");
}

/// The least time that so many requests can take: whole windows, and nothing for what fits into the last one.
fn ideal(answered: u64) -> Duration {
    WINDOW * u32::try_from(answered.div_ceil(REQUESTS) - 1).unwrap()
}

/// Refusals stand together between two windows; each group is what was under way when the limit was reached.
fn groups_of_refusals(seen: &[Seen]) -> Vec<Vec<&Seen>> {
    let mut groups: Vec<Vec<&Seen>> = Vec::new();
    for refusal in seen.iter().filter(|seen| seen.status == 429) {
        match groups.last_mut() {
            Some(group) if refusal.came_ms < group[0].came_ms + 5_000 => group.push(refusal),
            _ => groups.push(vec![refusal]),
        }
    }
    groups
}

fn judge(seen: &[Seen], processes: usize, took: Duration, most: f64) {
    let answered = seen.iter().filter(|seen| seen.status != 429).count() as u64;
    let ratio = took.as_secs_f64() / ideal(answered).as_secs_f64();
    assert!(
        ratio <= most,
        "{answered} requests took {took:?}, {ratio:.2} times the ideal"
    );
    let groups = groups_of_refusals(seen);
    assert!(!groups.is_empty(), "the limit was never reached");
    for group in groups {
        assert!(
            group.len() <= CEILING * processes,
            "{} refusals in one window",
            group.len()
        );
        let (first, last) = (group[0].came_ms, group[group.len() - 1].came_ms);
        // They were all under way when the first of them was refused: nobody sends while asked to wait.
        assert!(
            last - first < 1_000,
            "a request was refused {} ms after the first",
            last - first
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_an_unknown_limit_is_used_to_the_full_and_never_run_against() {
    let (sandbox, folder) = (sandbox().await, tempfile::tempdir().unwrap());
    let tickets = tickets(&sandbox);
    let begun = Instant::now();
    ended(update(&sandbox, folder.path(), &tickets, "one.sqlite")).await;
    judge(&sandbox.log().all(), 1, begun.elapsed(), 1.25);
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_two_processes_share_what_the_server_asked_them_to_wait_for() {
    let (sandbox, folder) = (sandbox().await, tempfile::tempdir().unwrap());
    let tickets = tickets(&sandbox);
    let (one, other) = tickets.split_at(UPDATES / 2);
    let begun = Instant::now();
    let one = update(&sandbox, folder.path(), one, "one.sqlite");
    let other = update(&sandbox, folder.path(), other, "other.sqlite");
    ended(one).await;
    ended(other).await;
    judge(&sandbox.log().all(), 2, begun.elapsed(), 1.4);
}
