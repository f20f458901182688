//! Real input: tickets as a vendor's sandbox sent them are fetched and stored with every member as it was written.
#![expect(clippy::unwrap_used, reason = "test code")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use deskhand_sandbox::{Options, Running, start};

fn deskhand(sandbox: &Running) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deskhand"));
    command
        .env_clear()
        .env("DESKHAND_URL", sandbox.url())
        .env("DESKHAND_COMPANY_ID", "sandbox");
    command
        .env("DESKHAND_PUBLIC_KEY", "public")
        .env("DESKHAND_PRIVATE_KEY", "private")
        .env("DESKHAND_CLIENT_ID", "test");
    command
}

/// Runs it on a thread of its own, because the sandbox answers on this one's runtime.
async fn run(mut command: Command) -> String {
    let output: Output = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Fetches and stores the tickets of a file, and compares both with what is written there.
async fn comes_back_as_written(file: &Path) {
    let sandbox = start(Options {
        data: vec![file.to_owned()],
        ..Options::default()
    })
    .await
    .unwrap();
    // Project tickets are no service tickets, and nobody's events.
    let mut written: Vec<String> = without_space(&std::fs::read_to_string(file).unwrap());
    written.retain(|ticket| ticket.contains("\"recordType\":\"ServiceTicket\""));

    let mut fetch = deskhand(&sandbox);
    fetch.args(["fetch-event", "--output", "jsonl"]);
    let mut fetched: Vec<String> = run(fetch).await.lines().map(str::to_owned).collect();
    fetched.sort();
    assert_eq!(fetched, written, "{}", file.display());

    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("events.sqlite");
    let mut ingest = deskhand(&sandbox);
    ingest.arg("ingest").arg("--store").arg(&store);
    run(ingest).await;
    let mut stored = Vec::new();
    for event in 1..=written.len() {
        let mut show = deskhand(&sandbox);
        show.args(["events", "show", "--json", &event.to_string(), "--store"])
            .arg(&store);
        stored.push(run(show).await);
    }
    for ticket in &written {
        assert!(
            stored.iter().any(|event| event.contains(ticket)),
            "not stored as written: {ticket}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fixture_comes_back_as_it_was_written() {
    comes_back_as_written(Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../deskhand-sandbox/fixtures/tickets.json"
    )))
    .await;
}

/// Runs where the recordings are: in the folder that `DESKHAND_SHARED` names, or beside the repository.
#[tokio::test(flavor = "multi_thread")]
async fn recorded_tickets_come_back_as_they_were_written() {
    let named = std::env::var_os("DESKHAND_SHARED").map(PathBuf::from);
    let shared = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"));
    let recorded = shared.join("psa/recorded");
    if !recorded.exists() {
        println!("skipped: there are no recordings here");
        return;
    }
    for name in [
        "get_tickets_no_parameters.json.resp",
        "get_tickets_many_parameters.json.resp",
    ] {
        comes_back_as_written(&recorded.join(name)).await;
    }
}

/// The records of a JSON array, each on one line, sorted; numbers stay as they are written.
fn without_space(text: &str) -> Vec<String> {
    let records: Vec<Box<serde_json::value::RawValue>> = serde_json::from_str(text).unwrap();
    let mut lines: Vec<String> = records
        .iter()
        .map(|record| {
            let (mut inside, mut escaped) = (false, false);
            record
                .get()
                .chars()
                .filter(|c| {
                    match c {
                        _ if escaped => escaped = false,
                        '\\' if inside => escaped = true,
                        '"' => inside = !inside,
                        _ => {}
                    }
                    inside || !c.is_whitespace()
                })
                .collect()
        })
        .collect();
    lines.sort();
    lines
}
