//! The example playbooks, killed anywhere on their way: what they come to stays the same.
//!
//! A process is killed by dropping everything that it is made of: before and after each append to a journal and each step
//! (the points that a run's observer hears of), and before and after each request takes effect (the sandbox holds it up).

#[path = "../../tests/database/mod.rs"]
mod database;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use deskhand_engine::conformance::host::{Killer, reads_as_one_story};
use deskhand_engine::runs::{RunFilter, RunStory};
use deskhand_sandbox::{FaultKind, Kind, Rule};
use deskhand_store::{PostgresStore, SqliteStore, Store};
use jiff::Timestamp;
use jiff::civil::Time;
use parking_lot::Mutex;
use serde_json::{Map, Value};
use tempfile::TempDir;

use self::database::Database;
use super::stage::Stage;
use super::{Expectations, act, differ};

/// Trials at once: most of each is waiting for the disk.
const AT_ONCE: usize = 4;

/// Longer than any trial.
const FOR_EVER: f64 = 600.0;

/// Where a process is killed; both are counted from 1.
#[derive(Debug, Clone, Copy)]
enum Kill {
    Never,
    /// Where the host is.
    At(usize),
    /// When a request has arrived, and before it takes effect.
    Before(u64),
    /// When a request has taken effect, and before it is answered.
    After(u64),
}

/// What a trial came to, without times.
#[derive(Debug)]
struct CameTo {
    differences: Vec<String>,
    /// How often the playbook ran for the same cause.
    runs: usize,
    /// How steps ended.
    steps: BTreeMap<String, String>,
    tickets: BTreeMap<i64, Value>,
    /// Every write that took effect, in any order.
    writes: Vec<(String, String)>,
    /// By ticket, in any order: what was added.
    notes: Vec<(i64, String)>,
    letters: Vec<(Vec<String>, String, String)>,
}

impl CameTo {
    /// What is different, in lines that a person can read.
    fn differences_to(&self, other: &Self) -> Vec<String> {
        let mut differences = self.differences.clone();
        let mut compare = |what: &str, one: String, another: String| {
            if one != another {
                differences.push(format!("{what}: {one}, not {another}"));
            }
        };
        compare("runs", self.runs.to_string(), other.runs.to_string());
        compare("steps", format!("{:?}", self.steps), format!("{:?}", other.steps));
        compare("writes", format!("{:?}", self.writes), format!("{:?}", other.writes));
        compare("notes", format!("{:?}", self.notes), format!("{:?}", other.notes));
        compare("letters", format!("{:?}", self.letters), format!("{:?}", other.letters));
        let ids: BTreeSet<_> = self.tickets.keys().chain(other.tickets.keys()).collect();
        for id in ids {
            let (one, another) = (self.tickets.get(id), other.tickets.get(id));
            for name in names(one).chain(names(another)).collect::<BTreeSet<_>>() {
                let member = |ticket: Option<&Value>| ticket.map(|ticket| ticket[name].to_string()).unwrap_or_default();
                compare(&format!("ticket {id}, {name}"), member(one), member(another));
            }
        }
        differences
    }
}

fn names(ticket: Option<&Value>) -> impl Iterator<Item = &String> {
    let members = ticket.and_then(Value::as_object).into_iter();
    members.flat_map(Map::keys)
}

/// The desk of one trial.
struct Trial {
    stage: Stage,
    expectations: Arc<Expectations>,
    database: Option<Database>,
    _place: TempDir,
}

/// Makes the desk's store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum On {
    Sqlite,
    Postgres,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_pl11_examples_on_sqlite_are_killed_anywhere() {
    for example in examples() {
        killed_anywhere(&example, On::Sqlite, 1).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_pl11_examples_on_postgres_are_killed_at_every_third_place() {
    for example in examples() {
        killed_anywhere(&example, On::Postgres, 3).await;
    }
}

fn examples() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/playbook-tests");
    let files = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    assert_eq!(files.len(), 5);
    files
}

async fn killed_anywhere(example: &Path, on: On, stride: usize) {
    let expectations = Arc::new(Expectations::read(example).unwrap());
    let trial = Trial::new(example, &expectations, on, "undisturbed").await;
    let undisturbed = trial.play(Kill::Never).await.unwrap();
    let expected = trial.came_to(&undisturbed.story).await;
    assert_eq!(expected.differences, [] as [String; 0], "{}", example.display());
    trial.end().await;

    let points = (1..=undisturbed.points).map(Kill::At);
    let requests = (1..=undisturbed.requests).flat_map(|n| [Kill::Before(n), Kill::After(n)]);
    let kills: Vec<Kill> = points.chain(requests).step_by(stride).collect();
    println!(
        "{}: {} points and {} requests, killed at {} places",
        example.file_stem().unwrap().display(),
        undisturbed.points,
        undisturbed.requests,
        kills.len()
    );
    let waiting = Mutex::new(kills.clone().into_iter().enumerate());
    let reached = Mutex::new(0);
    let worker = async || {
        while let Some((number, kill)) = next(&waiting) {
            let trial = Trial::new(example, &expectations, on, &number.to_string()).await;
            let was_killed = trial.play(kill).await.is_none();
            *reached.lock() += usize::from(was_killed);
            let story = match trial.play(Kill::Never).await {
                Some(played) => played.story,
                None => unreachable!("nobody kills it"),
            };
            let came_to = trial.came_to(&story).await;
            let differences = came_to.differences_to(&expected);
            assert_eq!(differences, [""; 0], "{}, {kill:?}", example.display());
            trial.end().await;
        }
    };
    futures_util::future::join_all((0..AT_ONCE).map(|_| worker())).await;
    // Steps that happen to end together share an append, so that the last few points are not reached each time.
    let reached = reached.into_inner();
    assert!(
        reached * 10 >= kills.len() * 9,
        "killed at {reached} places of {}",
        kills.len()
    );
}

fn next<T>(waiting: &Mutex<impl Iterator<Item = T>>) -> Option<T> {
    waiting.lock().next()
}

/// What a process did that was not killed.
struct Played {
    story: RunStory,
    points: usize,
    requests: u64,
}

impl Trial {
    async fn new(example: &Path, expectations: &Arc<Expectations>, on: On, name: &str) -> Self {
        let place = tempfile::tempdir().unwrap();
        let (store, database): (Arc<dyn Store>, _) = match on {
            On::Sqlite => (
                Arc::new(SqliteStore::open(&place.path().join("desk.sqlite")).await.unwrap()),
                None,
            ),
            On::Postgres => {
                let stem = example.file_stem().unwrap().to_string_lossy();
                let database = Database::empty(&format!("{stem}_{name}").replace(['-', '.'], "_")).await;
                let store = PostgresStore::open(&database.url.parse().unwrap()).await.unwrap();
                (Arc::new(store), Some(database))
            }
        };
        let stage = Stage::set(expectations, example.parent().unwrap(), store)
            .await
            .unwrap();
        act::start(&stage, expectations).await.unwrap();
        Self {
            stage,
            expectations: Arc::clone(expectations),
            database,
            _place: place,
        }
    }

    /// Lets a process come to the end, unless it is killed before.
    async fn play(&self, kill: Kill) -> Option<Played> {
        let (killer, rules) = match kill {
            Kill::Never => (Killer::never(), Vec::new()),
            Kill::At(point) => (Killer::at(point), Vec::new()),
            Kill::Before(n) => (Killer::never(), vec![Rule::at(FaultKind::Slow, n, 1).seconds(FOR_EVER)]),
            Kill::After(n) => (
                Killer::never(),
                vec![Rule::at(FaultKind::LateAnswer, n, 1).seconds(FOR_EVER)],
            ),
        };
        let killer = Arc::new(killer);
        let sandbox = &self.stage.sandbox;
        let requests_before = sandbox.log().count();
        sandbox.faults().set(rules);
        let mut process = self.stage.process(&format!("{kill:?}"));
        process.engine.host.observer = Arc::clone(&killer) as _;
        let played = tokio::select! {
            biased;
            () = killer.dies() => None,
            () = self.is_held_up() => None,
            story = act::act(&self.stage, &process, &self.expectations) => match story {
                Ok(story) => Some(story.expect("it has run")),
                Err(_) if killer.is_dead() => None,
                Err(error) => panic!("{kill:?}: {error:#}"),
            },
        };
        drop(process);
        sandbox.faults().set(Vec::new());
        sandbox.faults().forget_fired();
        Some(Played {
            story: played?,
            points: killer.passed(),
            requests: sandbox.log().count() - requests_before,
        })
    }

    /// Comes when the sandbox holds a request up.
    async fn is_held_up(&self) {
        while self.stage.sandbox.faults().fired().is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    async fn came_to(&self, story: &RunStory) -> CameTo {
        reads_as_one_story(story);
        let filter = RunFilter {
            playbook: Some(self.stage.playbook.clone()),
            limit: 100,
            ..RunFilter::default()
        };
        let mut runs = self.stage.store.find_runs(&filter).await.unwrap();
        runs.retain(|run| run.cause == story.summary.cause);
        let mut letters: Vec<_> = self.stage.letters.all();
        letters.sort_by(|one, other| one.text.cmp(&other.text));
        CameTo {
            differences: differ::differences(&self.stage, &self.expectations, Some(story)),
            runs: runs.len(),
            steps: differ::endings(story).into_iter().collect(),
            tickets: self.tickets(),
            writes: self.writes(),
            notes: self.notes(),
            letters: letters
                .into_iter()
                .map(|letter| (letter.to, letter.subject, without_clock(&letter.text)))
                .collect(),
        }
    }

    fn tickets(&self) -> BTreeMap<i64, Value> {
        self.stage.sandbox.world().read(Kind::Ticket, |tickets| {
            let all = tickets.newest_after(0);
            all.map(|ticket| {
                let read = serde_json::from_slice(&ticket.raw).unwrap();
                (ticket.id, without_times(read))
            })
            .collect()
        })
    }

    /// By method and path.
    fn writes(&self) -> Vec<(String, String)> {
        let log = self.stage.sandbox.log().all();
        let done = log.into_iter().filter(|seen| (200..300).contains(&seen.status));
        let writes = done.filter(|seen| seen.method != "GET" && !seen.path.contains("/search"));
        let mut writes: Vec<_> = writes.map(|seen| (seen.method, seen.path)).collect();
        writes.sort();
        writes
    }

    fn notes(&self) -> Vec<(i64, String)> {
        let mut notes: Vec<_> = self.stage.sandbox.world().read(Kind::Note, |notes| {
            let added = notes.newest_after(self.stage.notes_before);
            added
                .map(|note| {
                    let read: Value = serde_json::from_slice(&note.raw).unwrap();
                    (note.parent, without_clock(read["text"].as_str().unwrap_or_default()))
                })
                .collect()
        });
        notes.sort();
        notes
    }

    async fn end(self) {
        if let Some(database) = self.database {
            database.end().await;
        }
    }
}

/// What is the same whenever it happens: every time is left out, and what is reckoned from the time.
fn without_times(value: Value) -> Value {
    match value {
        Value::String(text) if text.parse::<Timestamp>().is_ok() => Value::Null,
        Value::Array(items) => items.into_iter().map(without_times).collect(),
        Value::Object(members) => {
            let lasting = members
                .into_iter()
                .filter(|(name, _)| !name.contains("Minutes") && name != "slaStatus");
            lasting.map(|(name, value)| (name, without_times(value))).collect()
        }
        other => other,
    }
}

/// The words of a text, less the times of the day.
fn without_clock(text: &str) -> String {
    let words = text.split_whitespace();
    let lasting = words.filter(|word| word.parse::<Time>().is_err());
    lasting.collect::<Vec<_>>().join(" ")
}
