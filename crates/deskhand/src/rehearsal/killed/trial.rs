//! One trial: a desk of its own, and processes on it of which the first is killed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use deskhand_engine::conformance::host::{Killer, reads_as_one_story};
use deskhand_engine::runs::{RunFilter, RunStory, What};
use deskhand_sandbox::Kind;
use deskhand_store::{PostgresStore, SqliteStore, Store};
use serde_json::Value;
use tempfile::TempDir;

use super::super::stage::Stage;
use super::super::{Expectations, act, differ};
use super::came_to::{CameTo, without_clock, without_times};
use super::database::Database;
use super::kill::{ARRIVED, HELD, Kill, is_held};

/// The desk of one trial.
pub(super) struct Trial {
    stage: Stage,
    expectations: Arc<Expectations>,
    place: Place,
    /// The letters that may be handed over twice: a process was killed after it had done so, and before it could note that.
    excused: BTreeSet<String>,
}

/// Makes the desk's store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum On {
    Sqlite,
    Postgres,
}

/// Where the desk's store is. Every process opens it for itself.
enum Place {
    Folder(TempDir),
    Server(Box<Database>),
}

impl Place {
    async fn open(&self) -> Arc<dyn Store> {
        match self {
            Self::Folder(folder) => Arc::new(SqliteStore::open(&folder.path().join("desk.sqlite")).await.unwrap()),
            Self::Server(database) => {
                let address = database.url.parse().unwrap();
                Arc::new(PostgresStore::open(&address).await.unwrap())
            }
        }
    }
}

/// What a process did that was not killed.
pub(super) struct Played {
    pub(super) story: RunStory,
    pub(super) points: usize,
    pub(super) requests: u64,
}

impl Trial {
    pub(super) async fn new(example: &Path, expectations: &Arc<Expectations>, on: On, name: &str) -> Self {
        let place = match on {
            On::Sqlite => Place::Folder(tempfile::tempdir().unwrap()),
            On::Postgres => {
                let stem = example.file_stem().unwrap().to_string_lossy();
                let name = format!("{stem}_{name}").replace(['-', '.'], "_");
                Place::Server(Box::new(Database::empty(&name).await))
            }
        };
        let stage = Stage::set(expectations, example.parent().unwrap(), place.open().await)
            .await
            .unwrap();
        act::start(&stage, expectations).await.unwrap();
        // What is counted is what the run does, and not what happened before.
        stage.sandbox.log().clear();
        Self {
            stage,
            expectations: Arc::clone(expectations),
            place,
            excused: BTreeSet::new(),
        }
    }

    /// Lets a process come to the end, unless it is killed before.
    pub(super) async fn play(&mut self, kill: &Kill) -> Option<Played> {
        let killer = Arc::new(match kill {
            Kill::At(point) => Killer::at(*point),
            _ => Killer::never(),
        });
        let sandbox = Arc::clone(&self.stage.sandbox);
        let requests_before = sandbox.log().count();
        sandbox.faults().set(kill.rule().into_iter().collect());
        let mut process = self.stage.process(&format!("{kill:?}"));
        process.engine.host.observer = Arc::clone(&killer) as _;
        let played = tokio::select! {
            biased;
            () = killer.dies() => None,
            () = self.is_held_up(), if kill.rule().is_some() => None,
            story = act::act(&self.stage, &process, &self.expectations) => match story {
                Ok(story) => Some(story.expect("it has run")),
                Err(_) if killer.is_dead() => None,
                Err(error) => panic!("{kill:?}: {error:#}"),
            },
        };
        drop(process);
        sandbox.faults().set(Vec::new());
        if played.is_none() {
            self.stage.store = self.place.open().await;
            self.excused = self.letters_not_noted().await;
        }
        Some(Played {
            story: played?,
            points: killer.passed(),
            requests: sandbox.log().count() - requests_before,
        })
    }

    /// The letters that were handed over by steps that have not ended.
    async fn letters_not_noted(&self) -> BTreeSet<String> {
        let mut letters = BTreeSet::new();
        let filter = RunFilter {
            limit: 100,
            ..RunFilter::default()
        };
        for run in self.stage.store.find_runs(&filter).await.unwrap() {
            let story = self.stage.store.get_run(&run.id).await.unwrap().unwrap();
            for entry in story.entries {
                match entry.what {
                    What::StepBegan { step, .. } => letters.insert(format!("{}/{step}", run.id)),
                    What::StepEnded { step, .. } => letters.remove(&format!("{}/{step}", run.id)),
                    _ => false,
                };
            }
        }
        let handed_over = self.stage.letters.handed_over();
        letters.retain(|letter| handed_over.contains_key(letter));
        letters
    }

    /// The letters that came twice.
    pub(super) fn doubles(&self) -> usize {
        let handed_over = self.stage.letters.handed_over();
        handed_over.values().filter(|times| **times > 1).count()
    }

    /// The letters that came more often than they may, in lines that a person can read.
    fn too_many(&self) -> Vec<String> {
        let handed_over = self.stage.letters.handed_over().into_iter();
        let too_many = handed_over.filter(|(letter, times)| *times > 1 + u32::from(self.excused.contains(letter)));
        too_many
            .map(|(letter, times)| format!("{letter} was handed over {times} times"))
            .collect()
    }

    /// Whether a write that was held took effect while the next process was at work, and not before.
    pub(super) fn arrived_late(&self) -> bool {
        let fired = self.stage.sandbox.faults().fired();
        assert_eq!(fired.get(ARRIVED), Some(&1), "it arrives: {fired:?}");
        let log = self.stage.sandbox.log().all();
        let sent = log.iter().position(is_held).expect("it was sent");
        let arrived = log[sent].at_ms + i64::try_from(HELD.as_millis()).unwrap();
        log[sent + 1..].iter().any(|seen| seen.at_ms < arrived)
    }

    /// Comes when the sandbox holds a request up.
    async fn is_held_up(&self) {
        while self.stage.sandbox.faults().fired().is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    pub(super) async fn came_to(&self, story: &RunStory) -> CameTo {
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
        let mut differences = differ::differences(&self.stage, &self.expectations, Some(story));
        differences.extend(self.too_many());
        CameTo {
            differences,
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
        // What is held was not answered, and has taken effect nevertheless.
        let done = log
            .into_iter()
            .filter(|seen| (200..300).contains(&seen.status) || is_held(seen));
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

    pub(super) async fn end(self) {
        if let Place::Server(database) = self.place {
            database.end().await;
        }
    }
}
