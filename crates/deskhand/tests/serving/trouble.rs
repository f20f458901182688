//! A store that cannot be written for a while: it is shown, nothing is lost, nothing is done twice, and all goes on by itself.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::sync::Arc;

use deskhand_engine::EventStore as _;
use deskhand_engine::events::EventFilter;
use deskhand_engine::runs::{RunFilter, RunOutcome, RunStore as _};
use deskhand_sandbox::Kind;
use parking_lot::Mutex;
use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqliteLockingMode};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, SqliteConnection};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::place::{Place, TICKET, asked_to_end, until};

/// Another ticket, which gets a note every second.
const NOTED: i64 = 1_005;
const NOTE: &str = "Looked at";

/// The program at work, and what it has said.
struct Serving {
    child: Child,
    log: Arc<Mutex<String>>,
}

impl Serving {
    /// A limit on the size of files is an error to it, as a full disk is, and not its end.
    fn begin(place: &Place) -> Self {
        let usual = place.deskhand(&["serve"]);
        let usual = usual.as_std();
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", "trap '' XFSZ; exec \"$0\" serve"])
            .arg(usual.get_program())
            .env_clear()
            .envs(usual.get_envs().filter_map(|(name, value)| Some((name, value?))))
            .current_dir(place.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (heard, said) = (Arc::clone(&log), child.stderr.take().unwrap());
        tokio::spawn(async move {
            let mut lines = BufReader::new(said).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                let mut heard = heard.lock();
                heard.push_str(&line);
                heard.push('\n');
            }
        });
        Self { child, log }
    }

    /// Limits the size of files that it writes, and lifts the limit.
    async fn limit(&self, bytes: &str) {
        let id = self.child.id().unwrap();
        let mut prlimit = Command::new("prlimit");
        prlimit.args([format!("--pid={id}"), format!("--fsize={bytes}:")]);
        assert!(prlimit.status().await.unwrap().success());
    }

    async fn said(&mut self, words: &str) {
        let log = Arc::clone(&self.log);
        until(words, async || log.lock().contains(words)).await;
        assert!(
            self.child.try_wait().unwrap().is_none(),
            "it goes on: {}",
            self.log.lock()
        );
    }

    /// The line with these words.
    fn line(&self, words: &str) -> String {
        let log = self.log.lock();
        let line = log.lines().find(|line| line.contains(words));
        line.unwrap_or_else(|| panic!("`{words}` was not said: {log}"))
            .to_owned()
    }
}

/// A desk that reads tickets and writes a note every second.
async fn busy() -> Place {
    let place = Place::set().await;
    let desk = std::fs::read_to_string(place.folder.path().join("desk.toml")).unwrap();
    let desk = desk.replace("every = \"24h\"", "cron = \"* * * * * *\"\nfrom = \"2000-01-01 00:00\"");
    let notes = format!(
        "[[schedule]]\nname = \"Notes\"\ncommand = \"add-ticket-notes\"\nconnection = \"acme\"\ncron = \"* * * * * *\"\n\
         inputs = {{ \"Ticket IDs\" = [{NOTED}], \"Note Text\" = \"{NOTE}\" }}\n"
    );
    place.write("desk.toml", &format!("{desk}{notes}"));
    let (code, _, stderr) = place.run(&["apply", "-f", "desk.toml"]).await;
    assert_eq!(code, 0, "{stderr}");
    place
}

/// How many notes the PSA has of the schedule.
fn notes(place: &Place) -> usize {
    let is_ours = |raw: &[u8]| {
        let note: Value = serde_json::from_slice(raw).unwrap();
        note["text"] == NOTE
    };
    place.sandbox.world().read(Kind::Note, |table| {
        table.newest_after(0).filter(|record| is_ours(&record.raw)).count()
    })
}

async fn events_of_ticket(place: &Place) -> usize {
    let filter = EventFilter {
        record_id: Some(TICKET),
        limit: 9,
        ..EventFilter::default()
    };
    place.open().await.list_events(&filter).await.unwrap().len()
}

async fn goes_on(place: &Place, mut serving: Serving) {
    serving.said("schedules are fired again").await;
    let before = notes(place);
    until("the notes that are due", async || notes(place) > before + 1).await;
    until("the event", async || events_of_ticket(place).await == 2).await;
    let (code, _) = asked_to_end(serving.child).await;
    assert_eq!(code, 0);

    // Each run that wrote its note wrote it once; and no run has failed for want of the store.
    let filter = RunFilter {
        schedule: Some("Notes".to_owned()),
        limit: 10_000,
        ..RunFilter::default()
    };
    let runs = place.open().await.find_runs(&filter).await.unwrap();
    let bad: BTreeSet<_> = runs.iter().filter_map(|run| run.reason.clone()).collect();
    assert!(bad.is_empty(), "{bad:?}");
    let good = runs.iter().filter(|run| run.outcome == Some(RunOutcome::Successful));
    assert_eq!(notes(place), good.count());
    assert_eq!(events_of_ticket(place).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_without_room_is_told_with_what_to_do_and_all_goes_on_when_there_is_some() {
    let place = busy().await;
    let mut serving = Serving::begin(&place);
    until("work", async || {
        notes(&place) > 1 && events_of_ticket(&place).await == 1
    })
    .await;
    serving.limit("1").await;
    serving.said("schedules cannot be fired; trying again").await;
    let line = serving.line("schedules cannot be fired");
    assert!(line.contains("the store cannot be written"), "{line}");
    assert!(line.contains("hint=") && line.contains("has room"), "{line}");
    assert!(place.sandbox.touch(TICKET));
    serving.limit("unlimited").await;
    goes_on(&place, serving).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_another_program_locks_is_told_and_all_goes_on_when_it_lets_go() {
    let place = busy().await;
    let mut serving = Serving::begin(&place);
    until("work", async || {
        notes(&place) > 1 && events_of_ticket(&place).await == 1
    })
    .await;
    let mut other = SqliteConnectOptions::new()
        .filename(place.store())
        .connect()
        .await
        .unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    assert!(place.sandbox.touch(TICKET));
    serving.said("schedules cannot be fired; trying again").await;
    let line = serving.line("schedules cannot be fired");
    assert!(line.contains("the store is locked by another program"), "{line}");
    assert!(
        line.contains("hint=") && line.contains("close the program that holds it"),
        "{line}"
    );
    other.execute("ROLLBACK").await.unwrap();
    goes_on(&place, serving).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_is_locked_at_the_start_is_told_and_waited_for() {
    let place = busy().await;
    let other = locked(&place).await;
    let mut serving = Serving::begin(&place);
    serving.said("this cannot begin; trying again").await;
    let line = serving.line("this cannot begin");
    assert!(line.contains("the store is locked by another program"), "{line}");
    assert!(
        line.contains("desk.sqlite") && line.contains("close the program that holds it"),
        "{line}"
    );
    assert_eq!(notes(&place), 0);
    other.close().await.unwrap();
    serving.said("Deskhand is at work").await;
    until("work", async || notes(&place) > 1).await;
    let (code, _) = asked_to_end(serving.child).await;
    assert_eq!(code, 0);
}

/// Locks a store, for those who read as well.
async fn locked(place: &Place) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(place.store());
    let options = options.locking_mode(SqliteLockingMode::Exclusive);
    let mut other = options.connect().await.unwrap();
    other.execute("BEGIN EXCLUSIVE").await.unwrap();
    other
}
