//! The program with a mistake or two: each is answered by a message that says what to do, and nothing is stored.
#![expect(clippy::unwrap_used, reason = "test code")]

use std::process::{Command, Output};

use deskhand_sandbox::{FaultKind, Member, Options, Rule, Running, start};

async fn sandbox() -> Running {
    start(Options::with_tickets(60)).await.unwrap()
}

fn deskhand(sandbox: &Running) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deskhand"));
    command
        .env_clear()
        .env("DESKHAND_URL", sandbox.url())
        .env("DESKHAND_COMPANY_ID", "sandbox");
    command
        .env("DESKHAND_PUBLIC_KEY", "public")
        .env("DESKHAND_CLIENT_ID", "test");
    command.env("DESKHAND_PRIVATE_KEY", "private");
    command
}

/// Runs it on a thread of its own, because the sandbox answers on this one's runtime.
async fn run(mut command: Command) -> (i32, String, String) {
    let output: Output = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap_or(-1),
        text(output.stdout),
        text(output.stderr),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn fe5_fe21_a_number_out_of_range_is_the_pages_sentence_and_sends_nothing() {
    let sandbox = sandbox().await;
    for number in ["0", "1001", "-1", "2.5", "x"] {
        let mut command = deskhand(&sandbox);
        command.args(["fetch-event", "--number", number]);
        let (code, stdout, stderr) = run(command).await;
        assert_eq!((code, stdout.as_str()), (2, ""));
        assert!(stderr.starts_with(
            "Fetch Event failed.\nStatus Code: 400.\nMessage: The value for parameter (Number of Event(s) Fetched) is invalid.\n"
        ));
        assert!(stderr.contains("hint: a whole number from 1 to 1000"), "{stderr}");
    }
    assert_eq!(sandbox.log().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_reached_signed_in_or_allowed_says_what_to_do() {
    let sandbox = sandbox().await;
    sandbox.world().set_member(Member::with_rights("weak", "key", &[]));
    let cases: [(&str, &str, i32, &str); 6] = [
        ("DESKHAND_URL", "http://127.0.0.1:9", 1, "check the Server URL"),
        ("DESKHAND_URL", "https://user:hunter2@psa.example.com", 2, "take it out"),
        ("DESKHAND_URL", "http://psa.example.com", 2, "write https:"),
        (
            "DESKHAND_PRIVATE_KEY",
            "wr0ng",
            1,
            "Message: Unauthorized.\n\nhint: check Company ID, Public Key and Private Key",
        ),
        ("DESKHAND_COMPANY_ID", "nobody", 1, "Message: Unauthorized."),
        ("DESKHAND_CLIENT_ID", "", 1, "make one on the vendor's developer site"),
    ];
    for (variable, value, expected, words) in cases {
        let mut command = deskhand(&sandbox);
        command.env(variable, value).arg("test-connection");
        let (code, stdout, stderr) = run(command).await;
        assert_eq!(code, expected, "{variable}={value}: {stderr}");
        assert!(
            stderr.contains(words) && !stderr.contains("hunter2") && !stderr.contains("wr0ng"),
            "{stderr}"
        );
        assert_eq!(stdout, "");
    }
    let mut command = deskhand(&sandbox);
    command
        .env("DESKHAND_PUBLIC_KEY", "weak")
        .env("DESKHAND_PRIVATE_KEY", "key")
        .arg("fetch-event");
    let (code, _, stderr) = run(command).await;
    assert_eq!(code, 1);
    assert!(
        stderr.contains("Service Desk > Service Tickets > Inquire Level: All"),
        "{stderr}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ingestion_that_cannot_begin_stores_nothing() {
    let sandbox = sandbox().await;
    sandbox.world().set_member(Member::with_rights("weak", "private", &[]));
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("events.sqlite");
    for (variable, value, words) in [
        ("DESKHAND_URL", "http://127.0.0.1:9", "check the Server URL"),
        (
            "DESKHAND_PRIVATE_KEY",
            "wrong",
            "check Company ID, Public Key and Private Key",
        ),
        (
            "DESKHAND_COMPANY_ID",
            "nobody",
            "check Company ID, Public Key and Private Key",
        ),
        ("DESKHAND_CLIENT_ID", "", "make one on the vendor's developer site"),
        (
            "DESKHAND_PUBLIC_KEY",
            "weak",
            "Service Desk > Service Tickets > Inquire Level: All",
        ),
    ] {
        let mut command = deskhand(&sandbox);
        command.env(variable, value).arg("ingest").arg("--store").arg(&store);
        let (code, _, stderr) = run(command).await;
        assert_eq!(code, 1, "{variable}={value}: {stderr}");
        assert!(stderr.contains(words), "{variable}={value}: {stderr}");
        let mut list = deskhand(&sandbox);
        list.args(["events", "list", "--output", "jsonl", "--store"])
            .arg(&store);
        assert_eq!(run(list).await.1, "", "{variable}={value}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ingestion_of_what_cannot_be_meant_makes_no_store_and_sends_nothing() {
    let sandbox = sandbox().await;
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("events.sqlite");
    let ingest = |more: &[&str]| {
        let mut command = deskhand(&sandbox);
        command.arg("ingest").arg("--store").arg(&store).args(more);
        command
    };
    let by_source = |name: &str, fetch: &str| {
        let sources = folder.path().join(name);
        std::fs::write(&sources, format!("[[source]]\nname = \"S\"\nfetch = {{ {fetch} }}\n")).unwrap();
        ingest(&["--sources", sources.to_str().unwrap(), "--source", "S"])
    };
    let mut with_password = ingest(&[]);
    with_password.env("DESKHAND_URL", "https://user:hunter2@psa.example.com");
    for (command, words) in [
        (with_password, "take it out"),
        (
            ingest(&["--from", "soon"]),
            "`soon` is no time; type it as yyyy-MM-dd HH:mm:ss (2026-12-24 16:30:00), or as 2026-12-24T16:30:00Z",
        ),
        (
            by_source("open.toml", "\"Search Condition\" = \"(id > 5\""),
            "`(` at character 1 is not closed",
        ),
        (by_source("number.toml", "Number = 5"), "Number"),
        (
            by_source("impact.toml", "Impact = \"Huge\""),
            "one of these is expected: High, Medium, Low",
        ),
    ] {
        let (code, _, stderr) = run(command).await;
        assert_eq!(code, 2, "{words}: {stderr}");
        assert!(
            stderr.contains(words) && !stderr.contains("hunter2"),
            "{words}: {stderr}"
        );
        assert!(!store.exists(), "{words}");
    }
    assert_eq!(sandbox.log().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn fe20_a_page_that_fails_prints_nothing() {
    let sandbox = sandbox().await;
    sandbox.faults().set(vec![Rule::at(FaultKind::ServerError, 2, 1_000)]);
    let mut command = deskhand(&sandbox);
    command.args(["fetch-event", "--output", "jsonl"]);
    let (code, stdout, stderr) = run(command).await;
    assert_eq!((code, stdout.as_str()), (1, ""));
    assert!(stderr.contains("Status Code: 500."), "{stderr}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_that_could_escape_is_refused_and_one_that_the_psa_refuses_fails() {
    let sandbox = sandbox().await;
    for (condition, expected, words) in [
        ("id = 1) or (id > 0", 2, "`)` at character 7 closes nothing"),
        ("summary = \"x", 2, "has no end"),
        ("nothing_like_it = 1", 1, "nothing_like_it is not a recognized name."),
        (
            "borad/name = 'x'",
            1,
            "hint: Search Condition: a ticket has no `borad/name` to search by; did you mean `board/name`?",
        ),
        (
            "id == 5",
            1,
            "hint: Search Condition: `==` at character 4 is not an operator",
        ),
    ] {
        let mut command = deskhand(&sandbox);
        command.args(["fetch-event", "--search-condition", condition]);
        let (code, _, stderr) = run(command).await;
        assert_eq!(code, expected, "{stderr}");
        assert!(stderr.contains(words), "{stderr}");
    }
}
