//! Many calls from a file: killed in the middle and run again, every row takes effect once.
#![expect(clippy::unwrap_used, reason = "test code")]

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use deskhand_sandbox::{FaultKind, Kind, Options, Rule, Running, start};
use serde_json::Value;

async fn sandbox(tickets: u64) -> Running {
    start(Options::with_tickets(tickets)).await.unwrap()
}

fn deskhand(sandbox: &Running, folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deskhand"));
    command
        .env_clear()
        .env("XDG_DATA_HOME", folder)
        .env("DESKHAND_URL", sandbox.url())
        .env("DESKHAND_COMPANY_ID", "sandbox")
        .env("DESKHAND_PUBLIC_KEY", "public")
        .env("DESKHAND_PRIVATE_KEY", "private")
        .env("DESKHAND_CLIENT_ID", "test");
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

fn tickets(sandbox: &Running) -> Vec<i64> {
    let world = sandbox.world();
    let now = world.clock.now_ms();
    world.read(Kind::Ticket, |table| {
        table
            .after(0, now)
            .filter(|ticket| ticket.service)
            .map(|ticket| ticket.id)
            .collect()
    })
}

fn posts(sandbox: &Running) -> usize {
    let seen = sandbox.log().all();
    seen.iter()
        .filter(|seen| seen.method == "POST" && seen.status == 201)
        .count()
}

/// The texts of all notes that were added through the API.
async fn notes(sandbox: &Running, tickets: &[i64]) -> Vec<String> {
    let mut texts = Vec::new();
    for ticket in tickets {
        let url = format!(
            "{}/v4_6_release/apis/3.0/service/tickets/{ticket}/notes?pageSize=1000&conditions=text%20like%20%22row%20*%22",
            sandbox.url()
        );
        let curl = move || {
            let mut curl = Command::new("curl");
            curl.args([
                "--silent",
                "--fail",
                "--noproxy",
                "*",
                "--user",
                "sandbox+public:private",
            ]);
            curl.args(["--header", "clientId: test", &url]).output().unwrap().stdout
        };
        let answer = tokio::task::spawn_blocking(curl).await.unwrap();
        let found: Vec<Value> = serde_json::from_slice(&answer).unwrap();
        texts.extend(found.iter().map(|note| note["text"].as_str().unwrap().to_owned()));
    }
    texts
}

fn start_process(mut command: Command) -> Child {
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_a_thousand_rows_killed_again_and_again_take_effect_once() {
    const ROWS: usize = 1_000;
    let (sandbox, folder) = (sandbox(60).await, tempfile::tempdir().unwrap());
    sandbox.log().keep(100_000);
    let all = tickets(&sandbox);
    let some = &all[..20];
    let row = |row: usize| format!("{},row {row} of a thousand\n", some[row % some.len()]);
    let rows = (0..ROWS).map(row).collect::<Vec<_>>().concat();
    let file = folder.path().join("notes.csv");
    std::fs::write(&file, format!("Ticket IDs,Note Text\n{rows}")).unwrap();
    let command = || {
        let mut command = deskhand(&sandbox, folder.path());
        command
            .args(["add-ticket-notes", "--internal-note", "--from"])
            .arg(&file);
        command
    };
    for killed_at in [40, 130, 131, 400, 650, 900] {
        let mut process = start_process(command());
        let until = Instant::now() + Duration::from_secs(300);
        while posts(&sandbox) < killed_at {
            assert!(Instant::now() < until, "{killed_at} notes do not come");
            assert!(process.try_wait().unwrap().is_none(), "it ended before it was killed");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        process.kill().unwrap();
        process.wait().unwrap();
    }
    let (code, stdout, stderr) = run(command()).await;
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert!(stdout.contains("1000 rows: "), "{stdout}");
    let mut texts = notes(&sandbox, some).await;
    assert_eq!(texts.len(), ROWS);
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), ROWS);

    // Run once more, it has nothing left to do.
    let before = posts(&sandbox);
    let (code, stdout, _) = run(command()).await;
    assert_eq!((code, stdout.trim()), (0, "1000 rows: 1000 had a result already"));
    assert_eq!(posts(&sandbox), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_failed_is_run_again_and_a_mended_row_is_a_new_one() {
    let (sandbox, folder) = (sandbox(20).await, tempfile::tempdir().unwrap());
    let all = tickets(&sandbox);
    let file = folder.path().join("rows.jsonl");
    let row = |id: i64, summary: &str| format!("{{\"Ticket IDs\": [{id}], \"Summary\": \"{summary}\"}}\n");
    let write = |third: i64| {
        let rows = [row(all[0], "one"), row(all[1], "two"), row(third, "three")].concat();
        std::fs::write(&file, rows).unwrap();
    };
    write(999_999);
    let update = |more: &[&str]| {
        let mut command = deskhand(&sandbox, folder.path());
        command.args(["update-tickets", "--from"]).arg(&file).args(more);
        command
    };
    sandbox.faults().set(vec![
        Rule::at(FaultKind::TooManyRequests, 1, 1).method("PATCH").seconds(0.0),
    ]);
    let (code, stdout, _) = run(update(&[])).await;
    assert_eq!(code, 3, "{stdout}");
    assert!(stdout.contains("3 rows: 2 successful, 1 failed"), "{stdout}");
    assert!(stdout.contains("Service Ticket 999999 not found"), "{stdout}");

    let patches = || {
        let seen = sandbox.log().all();
        seen.iter().filter(|seen| seen.method == "PATCH").count()
    };
    let before = patches();
    let (code, stdout, _) = run(update(&["--rerun-failed", "--output", "jsonl"])).await;
    assert_eq!((code, patches() - before), (1, 1), "{stdout}");
    let result: Value = serde_json::from_str(stdout.trim()).unwrap();
    assert_eq!(
        (&result["line"], &result["returnData"]),
        (&Value::from(3), &Value::from("Failed"))
    );

    write(all[2]);
    let (code, stdout, _) = run(update(&[])).await;
    assert_eq!(
        (code, stdout.trim()),
        (0, "3 rows: 1 successful, 2 had a result already")
    );
    assert_eq!(patches() - before, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_a_mistake_sends_nothing_and_a_dry_run_leaves_no_results() {
    let (sandbox, folder) = (sandbox(5).await, tempfile::tempdir().unwrap());
    let first = tickets(&sandbox)[0];
    let file = folder.path().join("rows.csv");
    let command = |more: &[&str]| {
        let mut command = deskhand(&sandbox, folder.path());
        command.args(["update-tickets", "--from"]).arg(&file).args(more);
        command
    };
    let (code, _, stderr) = run(command(&[])).await;
    assert_eq!(code, 2);
    assert!(stderr.contains("cannot read"), "{stderr}");
    std::fs::write(&file, format!("Ticket IDs,Sumary\n{first},x\n")).unwrap();
    let (code, _, stderr) = run(command(&[])).await;
    assert_eq!(code, 2);
    assert!(
        stderr.contains("line 2: There is no parameter (Sumary). did you mean `Summary`?"),
        "{stderr}"
    );
    assert_eq!(sandbox.log().count(), 0);

    std::fs::write(&file, format!("Ticket IDs,Summary\n{first},x\n")).unwrap();
    let (code, stdout, stderr) = run(command(&["--dry-run"])).await;
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains(&format!("PATCH service/tickets/{first}")), "{stdout}");
    assert!(
        stdout.contains("→ x") && stdout.contains("Nothing was changed"),
        "{stdout}"
    );
    assert!(sandbox.log().all().iter().all(|seen| seen.method == "GET"));
    assert!(!folder.path().join("rows.csv.results.jsonl").exists());
}
