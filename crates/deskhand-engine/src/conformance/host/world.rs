//! The world of toy runs: a PSA that remembers everything that was done to it, and playbooks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use deskhand_command::journal::MemoryJournal;
use deskhand_command::{BoxFuture, Clock, Command, Context, Failure, Retry};
use parking_lot::Mutex;
use serde_json::{Map, Value, json};

use super::clock::ToyClock;
use super::commands::{ToyCommand, ToyDoes, declaration};
use super::every::CLOSING;
use super::killer::Killer;
use super::steps::run_of;
use crate::desk::{EventChange, Turned};
use crate::playbooks::Playbook;
use crate::runs::state::{Letter, Wanted};
use crate::runs::world::{Done, Follows, Ready};
use crate::runs::{Cause, Known, NewRun, RunOutcome, RunSummary, World};
use crate::schedules::ScheduleAfter;

/// What outlives processes: everything that was done, the journal of writes, and what is going to fail.
#[derive(Debug, Default)]
pub(crate) struct Psa {
    state: Mutex<State>,
    pub(crate) journal: Arc<MemoryJournal>,
}

#[derive(Debug, Default)]
struct State {
    /// By key and text; how often each was written.
    notes: BTreeMap<(String, String), u32>,
    /// By key, which is what those who get one twice can tell by.
    letters: BTreeMap<String, Handed>,
    /// The jobs of which passes were done, with their run and step.
    passes: BTreeSet<(String, String)>,
    /// How often a key still fails; those that are not here fail twice.
    failing: BTreeMap<String, u32>,
    lost: bool,
    /// The keys whose request was lost once.
    lost_requests: BTreeSet<String>,
    /// What cannot be asked for now.
    away: bool,
    ended: Vec<(String, RunOutcome)>,
}

/// A letter, and how often it was handed over.
#[derive(Debug)]
struct Handed {
    letter: Letter,
    times: u32,
}

impl Psa {
    /// Every note with how often it was written, whoever wrote it.
    pub(crate) fn notes(&self) -> Vec<(String, u32)> {
        let state = self.state.lock();
        let notes = state.notes.iter().map(|((_, note), times)| (note.clone(), *times));
        let mut notes: Vec<_> = notes.collect();
        notes.sort();
        notes
    }

    /// The subjects of letters.
    pub(crate) fn letters(&self) -> Vec<String> {
        self.state
            .lock()
            .letters
            .values()
            .map(|handed| handed.letter.subject.clone())
            .collect()
    }

    /// How often each letter was handed over, by key.
    pub(crate) fn handed_over(&self) -> BTreeMap<String, u32> {
        let state = self.state.lock();
        let times = state.letters.iter().map(|(key, handed)| (key.clone(), handed.times));
        times.collect()
    }

    fn hand_over(&self, key: &str, letter: &Letter) {
        let mut state = self.state.lock();
        let handed = state.letters.entry(key.to_owned()).or_insert_with(|| Handed {
            letter: letter.clone(),
            times: 0,
        });
        handed.times += 1;
    }

    pub(super) fn is_lost(&self) -> bool {
        self.state.lock().lost
    }

    pub(super) fn has_note(&self, key: &str, note: &str) -> bool {
        self.state.lock().notes.contains_key(&(key.to_owned(), note.to_owned()))
    }

    pub(super) fn add_note(&self, key: &str, note: &str) {
        *self
            .state
            .lock()
            .notes
            .entry((key.to_owned(), note.to_owned()))
            .or_default() += 1;
    }

    /// Whether a request under this key is lost: the first one is.
    pub(super) fn loses(&self, key: &str) -> bool {
        self.state.lock().lost_requests.insert(key.to_owned())
    }

    /// Whether this key fails once more; that is a read, so a process that is killed may have had it for nothing.
    pub(super) fn fails(&self, key: &str) -> bool {
        let mut state = self.state.lock();
        let left = state.failing.entry(key.to_owned()).or_insert(2);
        let fails = *left > 0;
        *left = left.saturating_sub(1);
        fails
    }
}

/// What tests of runs want to know beside, and what they make happen.
#[cfg(test)]
impl Psa {
    pub(crate) fn letter(&self, key: &str) -> Option<Letter> {
        self.state.lock().letters.get(key).map(|handed| handed.letter.clone())
    }

    pub(crate) fn passes(&self) -> Vec<(String, String)> {
        self.state.lock().passes.iter().cloned().collect()
    }

    pub(crate) fn lose(&self, lost: bool) {
        self.state.lock().lost = lost;
    }

    pub(crate) fn go_away(&self, away: bool) {
        self.state.lock().away = away;
    }

    /// What the world was told of runs that ended.
    pub(crate) fn ended(&self) -> Vec<(String, RunOutcome)> {
        self.state.lock().ended.clone()
    }

    /// How often a key is going to fail.
    pub(crate) fn fail(&self, key: &str, times: u32) {
        self.state.lock().failing.insert(key.to_owned(), times);
    }
}

/// The world of one process.
#[derive(Clone)]
pub(crate) struct Toy {
    pub(crate) psa: Arc<Psa>,
    pub(crate) clock: Arc<ToyClock>,
    pub(crate) killer: Arc<Killer>,
    pub(crate) playbooks: Arc<BTreeMap<String, Arc<Playbook>>>,
    /// What templates see of every run's cause.
    pub(crate) roots: Map<String, Value>,
}

impl Toy {
    pub(crate) fn new(playbooks: Vec<Playbook>) -> Self {
        let by_name = playbooks
            .into_iter()
            .map(|playbook| (playbook.name.clone(), Arc::new(playbook)));
        Self {
            psa: Arc::new(Psa::default()),
            clock: Arc::new(ToyClock::new(1_000)),
            killer: Arc::new(Killer::never()),
            playbooks: Arc::new(by_name.collect()),
            roots: Map::new(),
        }
    }

    fn there(&self) -> Result<(), Failure> {
        if self.psa.state.lock().away {
            return Err(Failure::new(502, "The toy is away.").with_retry(Retry::Later));
        }
        Ok(())
    }

    async fn pass(&self, job: &str, pass_id: &str) -> Done {
        self.killer.point().await;
        let run = pass_id.split('@').next().unwrap_or_default().to_owned();
        self.psa.state.lock().passes.insert((job.to_owned(), run));
        self.killer.point().await;
        Done {
            output: json!({"taken": 3}),
            failure: None,
        }
    }
}

impl Known for Toy {
    fn takes_list(&self, _command: &str, input: &str) -> bool {
        input == "Ticket IDs"
    }

    fn newest_playbook(&self, name: &str) -> Option<i64> {
        self.playbooks.contains_key(name).then_some(1)
    }
}

impl World for Toy {
    fn playbook<'a>(&'a self, name: &'a str, _version: i64) -> BoxFuture<'a, Result<Arc<Playbook>, Failure>> {
        let found = self.playbooks.get(name).cloned();
        let found = found.ok_or_else(|| Failure::new(404, format!("There is no playbook `{name}`.")));
        Box::pin(std::future::ready(self.there().and(found)))
    }

    fn roots<'a>(&'a self, _run: &'a NewRun) -> BoxFuture<'a, Result<Map<String, Value>, Failure>> {
        Box::pin(std::future::ready(Ok(self.roots.clone())))
    }

    fn command<'a>(&'a self, _run: &'a NewRun, wanted: &'a Wanted) -> BoxFuture<'a, Result<Ready, Failure>> {
        let found = ToyDoes::of(&wanted.command).map(|does| {
            let command = ToyCommand {
                does,
                declaration: declaration(),
                psa: Arc::clone(&self.psa),
                killer: Arc::clone(&self.killer),
            };
            let mut context = Context::new(Arc::clone(&self.clock) as Arc<dyn Clock>, "");
            context.journal = Arc::clone(&self.psa.journal) as _;
            (Arc::new(command) as Arc<dyn Command>, context)
        });
        let found = found.ok_or_else(|| Failure::new(404, "There is no such toy."));
        Box::pin(std::future::ready(found))
    }

    fn mail<'a>(&'a self, letter: &'a Letter, key: &'a str) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            self.killer.point().await;
            self.psa.hand_over(key, letter);
            self.killer.point().await;
            Ok(())
        })
    }

    fn ingest<'a>(&'a self, job: &'a str, pass_id: &'a str) -> BoxFuture<'a, Done> {
        Box::pin(self.pass(job, pass_id))
    }

    fn check<'a>(&'a self, connection: &'a str, run_id: &'a str) -> BoxFuture<'a, Done> {
        let failure = (connection == "gone").then(|| Failure::new(502, "Nobody is there."));
        Box::pin(std::future::ready(Done {
            output: json!({"checked": run_id}),
            failure,
        }))
    }

    fn turned<'a>(&'a self, change: &'a EventChange, by: &'a NewRun) -> BoxFuture<'a, Result<Vec<NewRun>, Failure>> {
        let waits = self.playbooks.contains_key(CLOSING) && matches!(change.to, Turned::Dismissed { .. });
        let closing = waits.then(|| NewRun {
            id: format!("dismissal:{}:{CLOSING}", change.event),
            cause: Cause::Dismissal {
                id: change.event,
                run: Some(by.id.clone()),
            },
            ..run_of("", CLOSING)
        });
        Box::pin(std::future::ready(self.there().map(|()| closing.into_iter().collect())))
    }

    fn after<'a>(&'a self, ended: &'a RunSummary, _ending: u32) -> BoxFuture<'a, Result<Follows, Failure>> {
        let outcome = ended.outcome.unwrap_or(RunOutcome::Failed);
        let mut follows = Follows::default();
        if let Cause::Schedule { name, .. } = &ended.cause {
            follows.schedule = Some(ScheduleAfter {
                schedule: name.clone(),
                failures: u32::from(!outcome.is_good()),
                alerted: false,
            });
        }
        if let Err(failure) = self.there() {
            return Box::pin(std::future::ready(Err(failure)));
        }
        self.psa.state.lock().ended.push((ended.id.clone(), outcome));
        Box::pin(std::future::ready(Ok(follows)))
    }
}
