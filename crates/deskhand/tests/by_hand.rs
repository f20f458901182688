//! The program as people use it: every form of output, profiles, event sources tried out, events looked at, and following.
#![expect(clippy::unwrap_used, reason = "test code")]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use deskhand_sandbox::{Options, Running, start};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::ChildStderr;

/// What a run of the program left behind.
struct Ended {
    code: i32,
    stdout: String,
    stderr: String,
}

/// A sandbox, and a folder for whatever the program is given or makes.
struct Place {
    sandbox: Running,
    folder: tempfile::TempDir,
}

const ALERTS: &str = r#"
[[source]]
name = "Alerts"
search = '{$.type.name} = "Alert"'
unique_event_key = ".id"
default_fields = false
[[source.field]]
name = "Title"
path = ".summary"
[[source.field]]
name = "Hours"
path = ".city"
kind = "number"
"#;

impl Place {
    async fn with_tickets(tickets: u64) -> Self {
        Self {
            sandbox: start(Options::with_tickets(tickets)).await.unwrap(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// The program without a connection.
    fn bare(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_deskhand"));
        command.env_clear().env("HOME", self.folder.path());
        command
    }

    fn deskhand(&self, arguments: &[&str]) -> Command {
        let mut command = self.bare();
        command
            .env("DESKHAND_URL", self.sandbox.url())
            .env("DESKHAND_COMPANY_ID", "sandbox")
            .env("DESKHAND_PUBLIC_KEY", "public")
            .env("DESKHAND_PRIVATE_KEY", "private")
            .env("DESKHAND_CLIENT_ID", "test")
            .args(arguments);
        command
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

/// Runs it on a thread of its own, because the sandbox answers on this one's runtime.
async fn run(mut command: Command) -> Ended {
    let output: Output = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

async fn succeed(command: Command) -> String {
    let ended = run(command).await;
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    ended.stdout
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn text_of(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn fetched_tickets_come_in_every_form_and_nothing_else_on_standard_output() {
    let place = Place::with_tickets(60).await;
    let fetch = |form: &'static str| succeed(place.deskhand(&["fetch-event", "--number", "7", "--output", form]));
    let tickets = lines(&fetch("jsonl").await);
    assert_eq!(tickets.len(), 7);
    let whole: Value = serde_json::from_str(&fetch("json").await).unwrap();
    assert_eq!(whole["rawData"]["Results"], json!(tickets));
    assert_eq!(whole["contextData"][0]["Document ID"], tickets[0]["id"]);
    let csv = fetch("csv").await;
    let mut rows = csv::Reader::from_reader(csv.as_bytes());
    assert_eq!(rows.headers().unwrap().len(), 26);
    let first: Vec<String> = rows.records().map(|row| row.unwrap()[0].to_owned()).collect();
    assert_eq!(
        first,
        tickets
            .iter()
            .map(|ticket| ticket["id"].to_string())
            .collect::<Vec<_>>()
    );
    let table = fetch("table").await;
    assert!(table.ends_with("Successful: 7 records\n"), "{table}");
    assert!(tickets.iter().all(|ticket| table.contains(&ticket["id"].to_string())));
}

#[tokio::test(flavor = "multi_thread")]
async fn fe4_times_are_utc_wherever_the_machine_is() {
    let place = Place::with_tickets(60).await;
    for zone in ["Asia/Tokyo", "America/New_York"] {
        let mut fetch = place.deskhand(&["fetch-event", "--start-time", "2024-04-15 00:00", "--number", "1"]);
        fetch.env("TZ", zone);
        succeed(fetch).await;
        let asked = place.sandbox.log().all().pop().unwrap().path;
        assert!(
            asked.contains("lastUpdated%20%3E%20%5B2024-04-14T23%3A59%3A59Z%5D"),
            "{zone}: {asked}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_prints_no_rows_and_no_headings() {
    let place = Place::with_tickets(1).await;
    for (form, printed) in [("csv", ""), ("jsonl", ""), ("table", "")] {
        let mut command = place.deskhand(&["fetch-event", "--output", form]);
        command.env("DESKHAND_PRIVATE_KEY", "wrong");
        let ended = run(command).await;
        assert_eq!((ended.code, ended.stdout.as_str()), (1, printed), "{form}");
    }
    // What worked has its columns, whatever the command.
    let passed = succeed(place.deskhand(&["test-connection", "--output", "csv"])).await;
    assert_eq!(passed, "Connection\nPassed\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_holds_a_connection_and_its_private_key_is_never_printed() {
    let place = Place::with_tickets(1).await;
    let profile = format!(
        "[desk]\nurl = \"{}\"\ncompany_id = \"sandbox\"\npublic_key = \"public\"\nprivate_key = \"private\"\nclient_id = \"c\"\n",
        place.sandbox.url()
    );
    let file = place.write("profiles.toml", &profile);
    let with = |name: &str| {
        let mut command = place.bare();
        command.args(["test-connection", "--profile", name, "--profiles", text_of(&file)]);
        run(command)
    };
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
    let passed = with("desk").await;
    assert_eq!((passed.code, passed.stderr.as_str()), (0, ""), "{}", passed.stderr);
    let unknown = with("dask").await;
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("the file has: `desk`"), "{}", unknown.stderr);
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    assert!(with("desk").await.stderr.contains("chmod 600"));

    // A line that cannot be read may be the one with the key.
    place.write("profiles.toml", "[desk]\nprivate_key = hunter2\n");
    let malformed = with("desk").await;
    assert_eq!(malformed.code, 2);
    assert!(
        malformed.stderr.contains("line 2") && !malformed.stderr.contains("hunter2"),
        "{}",
        malformed.stderr
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn c1_c15_a_connection_that_lacks_a_parameter_is_refused_by_its_name() {
    let place = Place::with_tickets(1).await;
    for (variable, what) in [
        ("DESKHAND_URL", "address"),
        ("DESKHAND_COMPANY_ID", "company id"),
        ("DESKHAND_PUBLIC_KEY", "public key"),
        ("DESKHAND_PRIVATE_KEY", "private key"),
    ] {
        let mut command = place.deskhand(&["test-connection"]);
        command.env_remove(variable);
        let ended = run(command).await;
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{variable}");
        assert!(
            ended.stderr.starts_with(&format!(
                "error: the connection has no {what}\n\nhint: set `{variable}`"
            )),
            "{}",
            ended.stderr
        );
    }
    assert_eq!(place.sandbox.log().count(), 0);
    // Five parameters make a connection, and the version has a default.
    let mut other_version = place.deskhand(&["test-connection"]);
    other_version.env("DESKHAND_API_VERSION", "3.1");
    assert_eq!(run(other_version).await.code, 1);
    succeed(place.deskhand(&["test-connection"])).await;
    let asked: Vec<_> = place.sandbox.log().all().into_iter().map(|seen| seen.path).collect();
    assert!(
        asked[0].contains("/apis/3.1/") && asked[1].contains("/apis/3.0/"),
        "{asked:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_there_is_bad_input_with_its_name() {
    let place = Place::with_tickets(1).await;
    let missing = place.folder.path().join("missing");
    let missing = text_of(&missing);
    for arguments in [
        ["test-connection", "--ca-certificate", missing].as_slice(),
        &["test-connection", "--profile", "desk", "--profiles", missing],
        &["ingest", "--sources", missing],
        &["sources", "show", "--sources", missing],
        &["sources", "preview", missing],
        &["events", "list", "--store", missing],
    ] {
        let ended = run(place.deskhand(arguments)).await;
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(
            ended.stderr.contains(missing) && ended.stderr.contains("\nhint: "),
            "{arguments:?}: {}",
            ended.stderr
        );
    }
    assert_eq!(place.sandbox.log().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn sources_preview_shows_what_a_mapping_makes_of_a_record_before_it_is_used() {
    let place = Place::with_tickets(1).await;
    let sources = place.write("sources.toml", ALERTS);
    let alert = json!({"id": 5, "summary": "Disk\u{1b}[31m full", "type": {"name": "Alert"}, "city": "Ulm"});
    let other = json!({"id": 6, "summary": "Mail", "type": {"name": "Mail"}});
    let records = place.write("records.json", &json!([alert, other]).to_string());
    let preview = |more: &'static [&'static str]| {
        let mut command = place.bare();
        command.args(["sources", "preview", text_of(&records), "--sources", text_of(&sources)]);
        command.args(more);
        succeed(command)
    };
    let mapped = lines(&preview(&["--json"]).await);
    assert_eq!(
        mapped[0],
        json!({"source": "Alerts", "uniqueEventKey": "5", "fields": {"Title": "Disk\u{1b}[31m full", "Hours": "Ulm"},
               "unconverted": ["Hours"], "artifacts": []})
    );
    assert_eq!(mapped[1]["source"], "Default Event Source");
    assert_eq!(mapped[1]["fields"].as_object().unwrap().len(), 26);

    let shown = preview(&[]).await;
    assert!(
        shown.starts_with("Event source: Alerts\nUnique Event Key: 5\n`Hours` stays as it is"),
        "{shown}"
    );
    assert!(
        !shown.contains('\u{1b}') && shown.contains("Event source: Default Event Source"),
        "{shown}"
    );
    // Named, a source is tried whatever its search says.
    assert_eq!(
        lines(&preview(&["--source", "alerts", "--json"]).await)[1]["source"],
        "Alerts"
    );
    assert_eq!(place.sandbox.log().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn sources_preview_takes_what_fetch_event_printed() {
    let place = Place::with_tickets(20).await;
    let fetched = succeed(place.deskhand(&["fetch-event", "--output", "json"])).await;
    let whole: Value = serde_json::from_str(&fetched).unwrap();
    let file = place.write("fetched.json", &fetched);
    let mut command = place.bare();
    command
        .args(["sources", "preview", "--json", "-"])
        .stdin(std::fs::File::open(file).unwrap());
    let mapped: Vec<_> = lines(&succeed(command).await)
        .into_iter()
        .map(|one| one["fields"].clone())
        .collect();
    assert_eq!(json!(mapped), whole["contextData"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_shown_as_a_file_is_one() {
    let place = Place::with_tickets(1).await;
    let show = |arguments: Vec<String>| {
        let mut command = place.bare();
        command.args(["sources", "show"]).args(arguments);
        succeed(command)
    };
    let written = place.write("alerts.toml", ALERTS);
    let named = |file: &Path| vec!["Alerts".to_owned(), "--sources".to_owned(), text_of(file).to_owned()];
    let as_file = show([named(&written), vec!["--toml".to_owned()]].concat()).await;
    let again = place.write("again.toml", &as_file);
    let shown = show(named(&again)).await;
    assert_eq!(shown, show(named(&written)).await);
    assert!(
        shown.contains("Unique Event Key: $.id") && shown.contains("Title"),
        "{shown}"
    );
    assert!(
        show(Vec::new())
            .await
            .starts_with("Default Event Source\nMain Event JSON Path: $.Results\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn events_show_tells_fields_revisions_and_why_later_readings_were_dismissed() {
    let place = Place::with_tickets(30).await;
    let store = place.folder.path().join("events.sqlite");
    let store = text_of(&store);
    let ingest = || succeed(place.deskhand(&["ingest", "--store", store]));
    assert!(place.sandbox.touch(1_005));
    ingest().await;
    // Read again by the overlap, and dismissed.
    ingest().await;
    // In another second than before.
    place.sandbox.world().clock.set_offset(60);
    assert!(place.sandbox.touch(1_005));
    ingest().await;

    let list = |form: &'static str| {
        succeed(place.deskhand(&["events", "list", "--ticket", "1005", "--output", form, "--store", store]))
    };
    let events = lines(&list("jsonl").await);
    let ids: Vec<_> = events.iter().map(|event| event["id"].to_string()).collect();
    assert_eq!(ids.len(), 2);
    let array: Value = serde_json::from_str(&list("json").await).unwrap();
    assert_eq!(array, json!(events));
    assert_eq!(list("csv").await.lines().count(), 3);
    assert!(list("table").await.contains("1005"));

    let shown = succeed(place.deskhand(&["events", "show", &ids[1], "--store", store])).await;
    assert!(shown.starts_with(&format!(
        "Event {} of ticket 1005, from 127.0.0.1 by `Default Event Source`",
        ids[1]
    )));
    for words in [
        "because the record was seen for the first time\n",
        "Document ID",
        "Company Name",
        "Revisions of this ticket: event",
        "Read again 1 time, no new event: the same revision was ingested before",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let whole: Value =
        serde_json::from_str(&succeed(place.deskhand(&["events", "show", &ids[0], "--json", "--store", store])).await)
            .unwrap();
    assert_eq!(whole["record"]["id"], 1005);
    assert_eq!(whole["because"], "the record was updated since it was last seen");
    assert_eq!(whole["revisions"].as_array().unwrap().len(), 2);
    let unknown = run(place.deskhand(&["events", "show", "999", "--store", store])).await;
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("`deskhand events list` shows them"));
}

/// One pass with the sources of this text, and the events there are after it.
async fn ingested(place: &Place, sources: &str, more: &[&str]) -> Vec<Value> {
    let sources = place.write("sources.toml", sources);
    let store = place.folder.path().join("events.sqlite");
    let pass = ["ingest", "--store", text_of(&store), "--sources", text_of(&sources)];
    succeed(place.deskhand(&[&pass, more].concat())).await;
    let list = ["events", "list", "--output", "jsonl", "--limit", "1000", "--store"];
    lines(&succeed(place.deskhand(&[&list[..], &[text_of(&store)]].concat())).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn fe13_of_several_sources_the_first_whose_search_holds_maps_a_ticket() {
    let place = Place::with_tickets(60).await;
    let sources = "[[source]]\nname = \"High\"\nsearch = '{$.impact} = High'\n\
                   [[source]]\nname = \"Not Low\"\nsearch = '{$.impact} != Low'\n";
    let events = ingested(&place, sources, &[]).await;
    for (impact, source) in [("High", "High"), ("Medium", "Not Low"), ("Low", "Default Event Source")] {
        let mut taken_by = events
            .iter()
            .filter(|event| event["fields"]["Impact"] == impact)
            .map(|event| &event["source"]);
        assert!(taken_by.clone().next().is_some(), "no ticket has impact {impact}");
        assert!(taken_by.all(|by| by == source), "{impact}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fe17_fe19_an_updated_ticket_is_another_event_except_where_its_id_is_the_key() {
    for (source, events) in [
        ("[[source]]\nname = \"S\"\nunique_event_key = \".id\"\n", 1),
        ("[[source]]\nname = \"S\"\n", 2),
    ] {
        let place = Place::with_tickets(30).await;
        let of_ticket = |events: Vec<Value>| events.iter().filter(|event| event["recordId"] == 1_005).count();
        assert_eq!(of_ticket(ingested(&place, source, &["--source", "S"]).await), 1);
        assert!(place.sandbox.touch(1_005));
        assert_eq!(of_ticket(ingested(&place, source, &["--source", "S"]).await), events);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn demo_once_ends_by_itself_with_what_arrived_and_why_the_rest_was_dismissed() {
    let place = Place::with_tickets(1).await;
    let mut demo = place.bare();
    demo.args(["demo", "--once", "--tickets", "300"]);
    let ended = run(demo).await;
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    for words in [
        "First pass: everything is new.",
        "Second pass: only what changed is new",
        "The newest events:",
    ] {
        assert!(ended.stdout.contains(words), "{words}: {}", ended.stdout);
    }
    let passes: Vec<_> = ended
        .stderr
        .lines()
        .filter(|line| line.starts_with("Ingest: "))
        .collect();
    assert!(
        passes.len() == 2 && passes.iter().all(|pass| !pass.ends_with(" 0 new events")),
        "{}",
        ended.stderr
    );
    assert!(
        ended
            .stderr
            .contains("dismissed: the same revision was ingested before"),
        "{}",
        ended.stderr
    );
}

/// The report of the next pass.
async fn next_pass(said: &mut Lines<BufReader<ChildStderr>>) -> String {
    let passed = async {
        loop {
            let line = said.next_line().await.unwrap().expect("it goes on");
            if line.starts_with("Ingest: ") {
                return line;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), passed).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn ingest_follow_brings_what_changes_until_it_is_asked_to_stop() {
    let place = Place::with_tickets(30).await;
    let store = place.folder.path().join("events.sqlite");
    let follow = place.deskhand(&["ingest", "--follow", "--every", "1", "--store", text_of(&store)]);
    let mut follow = tokio::process::Command::from(follow);
    follow.stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = follow.spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    let first = next_pass(&mut said).await;
    assert!(
        first.ends_with("new events") && !first.ends_with(" 0 new events"),
        "{first}"
    );

    assert!(place.sandbox.touch(1_005));
    let mut brought = next_pass(&mut said).await;
    for _ in 0..10 {
        if brought.ends_with(" 1 new events") {
            break;
        }
        brought = next_pass(&mut said).await;
    }
    assert!(brought.ends_with(" 1 new events"), "{brought}");

    let asked = Command::new("kill").arg(child.id().unwrap().to_string()).status();
    assert!(asked.unwrap().success());
    let ended = tokio::time::timeout(Duration::from_secs(30), child.wait())
        .await
        .unwrap();
    assert_eq!(ended.unwrap().code(), Some(130));
}

#[tokio::test(flavor = "multi_thread")]
async fn c18_parameters_are_tested_before_they_are_kept_and_pass_once_they_are_mended() {
    let place = Place::with_tickets(1).await;
    let mut wrong = place.deskhand(&["test-connection"]);
    wrong.env("DESKHAND_PRIVATE_KEY", "mistyped");
    let failed = run(wrong).await;
    assert_eq!((failed.code, failed.stdout.as_str()), (1, ""));
    let lines = "Test Connection failed.\nStatus Code: 401.\nMessage: Unauthorized.\n";
    assert!(failed.stderr.starts_with(lines), "{}", failed.stderr);
    let passed = succeed(place.deskhand(&["test-connection"])).await;
    assert!(passed.contains("Passed") && passed.contains("Successful"), "{passed}");
    // Neither left a store, or a key, behind.
    let folder = place.folder.path().to_owned();
    let grep = Command::new("grep")
        .args(["--recursive", "--quiet", "private"])
        .arg(&folder)
        .status()
        .unwrap();
    assert_eq!(grep.code(), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_may_follow_and_be_named_with_commas_or_without() {
    let place = Place::with_tickets(5).await;
    let get = place.deskhand(&[
        "get-tickets",
        "1000",
        "1001",
        "--ticket-ids",
        "1002,1000",
        "--output",
        "jsonl",
    ]);
    let ended = run(get).await;
    let ids: Vec<_> = ended
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].as_i64().unwrap())
        .collect();
    assert_eq!(ids, [1002, 1000, 1001], "{}", ended.stderr);
}
