//! `deskhand serve` killed by the operating system in the middle of a write: the next one goes on, and nothing is done twice.

use deskhand_sandbox::{FaultKind, Kind, Rule};
use serde_json::Value;

use crate::database::Database;
use crate::place::{Place, TICKET, asked_to_end, until};

/// Notes each event of one ticket on another, so that no note sets it off again.
const NOTES: &str = r#"
[playbook]
name = "Notes"
summary = "Notes each change of a ticket on another."
[[trigger]]
event = { search = '{$.id} contains "1003"' }
[[step]]
name = "Note"
command = "add-ticket-notes"
connection = "acme"
inputs = { "Ticket IDs" = [1005], "Note Text" = "Event {{ event.id }}" }
"#;

fn notes(place: &Place) -> Vec<String> {
    let text = |raw: &[u8]| {
        let note: Value = serde_json::from_slice(raw).unwrap();
        note["text"].as_str().unwrap_or_default().to_owned()
    };
    let mut notes: Vec<_> = place.sandbox.world().read(Kind::Note, |table| {
        table.newest_after(0).map(|record| text(&record.raw)).collect()
    });
    notes.retain(|note| note.starts_with("Event "));
    notes.sort();
    notes
}

/// How many there are in a list.
async fn listed(place: &Place, arguments: &[&str]) -> usize {
    let (code, list, said) = place.run(arguments).await;
    assert_eq!(code, 0, "{said}");
    serde_json::from_str::<Vec<Value>>(&list).unwrap().len()
}

/// On a store; in the place's file when none is named.
async fn killed_while_it_writes(store: Option<&str>) {
    let place = Place::set().await;
    let edit = |name: &str, from: &str, to: &str| {
        let text = std::fs::read_to_string(place.folder.path().join(name)).unwrap();
        assert!(text.contains(from), "{text}");
        place.write(name, &text.replace(from, to));
    };
    edit("desk.toml", "every = \"24h\"", "cron = \"* * * * * *\"");
    if let Some(url) = store {
        edit("deskhand.toml", &place.store().display().to_string(), url);
    }
    place.write("notes.toml", NOTES);
    for file in ["desk.toml", "notes.toml"] {
        let (code, _, stderr) = place.run(&["apply", "-f", file]).await;
        assert_eq!(code, 0, "{stderr}");
    }
    let serve = || place.deskhand(&["serve"]).spawn().unwrap();

    let mut first = serve();
    // It takes effect, and its answer would come long after the process is dead.
    let late = Rule::at(FaultKind::LateAnswer, 1, 1).method("POST").on("/notes");
    place.sandbox.faults().set(vec![late.seconds(600.0)]);
    until("a first pass", async || place.sandbox.log().count() > 1).await;
    assert!(place.sandbox.touch(TICKET));
    until("the note", async || !notes(&place).is_empty()).await;
    first.kill().await.unwrap();
    place.sandbox.faults().set(Vec::new());
    assert!(place.sandbox.touch(TICKET));

    let second = serve();
    until("what was changed meanwhile", async || notes(&place).len() > 1).await;
    let successful = [
        "runs",
        "list",
        "--playbook",
        "Notes",
        "--outcome",
        "successful",
        "--json",
    ];
    until("the end of both runs", async || listed(&place, &successful).await == 2).await;
    let written = notes(&place);
    assert_eq!(written.len(), 2, "each event has one note: {written:?}");
    assert_ne!(written[0], written[1]);
    assert_eq!(
        listed(&place, &["writes", "list", "--json"]).await,
        0,
        "nothing is open"
    );
    let (code, said) = asked_to_end(second).await;
    assert_eq!(code, 0, "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_a_serve_that_is_killed_is_gone_on_with_in_a_file() {
    killed_while_it_writes(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_a_serve_that_is_killed_is_gone_on_with_in_postgres() {
    let database = Database::empty("serving").await;
    killed_while_it_writes(Some(&database.url)).await;
    database.end().await;
}
