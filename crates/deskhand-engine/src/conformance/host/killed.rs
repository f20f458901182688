//! Runs that are killed, and what they come to.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::sync::Arc;

use deskhand_command::Clock;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::super::desk::Desk;
use super::super::sample::{batch, claim, event, everything};
use super::every::{every_kind, fails_twice};
use super::slow::Slow;
use super::steps::run_of;
use super::{FreshPlace, Killer, Outcome, Place, Toy, reads_as_one_story};
use crate::desk::EventState;
use crate::playbooks::Playbook;
use crate::runs::state::{Phase, Wish};
use crate::runs::{Cause, DriveError, NewRun, RunFilter, RunHost, RunOutcome, RunState, RunStory, What};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// So many trials are made to come to a point.
const TRIALS: usize = 20;

/// What a run came to, without times.
#[derive(Debug, PartialEq)]
struct CameTo {
    /// By run and step: how it ended; without a step, how the run did.
    runs: BTreeMap<(String, String), String>,
    notes: Vec<(String, u32)>,
    letters: Vec<String>,
    event: (EventState, usize),
}

/// A desk with a run of every kind of step on it.
#[derive(Clone)]
struct Trial {
    place: Place,
    /// As the process that is at work has opened it.
    desk: Desk,
    toy: Toy,
    playbook: &'static str,
    event: i64,
    processes: usize,
    /// How often letters may be handed over again, by key: so often has a process ended before that was noted.
    excused: BTreeMap<String, u32>,
}

pub(super) async fn a_run_that_is_killed_anywhere_comes_to_the_same(fresh: &FreshPlace<'_>, stride: usize) -> Outcome {
    let (undisturbed, points) = undisturbed(fresh).await?;
    assert!(points > 100, "there are {points} points to be killed at");
    for point in (1..=points).step_by(stride) {
        killed_at(point, fresh, ("Every", every_kind), &undisturbed).await?;
    }
    Ok(())
}

/// Kills a run at a point.
///
/// Steps that happen to end together share an append. A trial in which more of them do than in the undisturbed one has fewer
/// points, and comes to its end before the last of them: it has to come to the same, too, and another one is made.
async fn killed_at(
    point: usize,
    fresh: &FreshPlace<'_>,
    (name, playbooks): (&'static str, fn() -> Vec<Playbook>),
    undisturbed: &CameTo,
) -> Result<()> {
    for _ in 0..TRIALS {
        let mut trial = Trial::new(fresh, name, playbooks()).await?;
        let was_killed = trial.play(Killer::at(point)).await?;
        if was_killed {
            trial.play(Killer::never()).await?;
        }
        let came_to = trial.came_to().await?;
        assert_eq!(came_to, *undisturbed, "killed at point {point}");
        if was_killed {
            return Ok(());
        }
    }
    panic!("none of {TRIALS} runs came to point {point}");
}

pub(super) async fn a_run_that_is_killed_again_and_again_comes_to_the_same(fresh: &FreshPlace<'_>) -> Outcome {
    let (undisturbed, _) = undisturbed(fresh).await?;
    for points in [37, 50, 64] {
        let mut trial = Trial::new(fresh, "Every", every_kind()).await?;
        while trial.play(Killer::at(points)).await? {
            assert!(trial.processes < 500, "every process comes a little further");
        }
        assert_eq!(
            trial.came_to().await?,
            undisturbed,
            "killed after every {points} points"
        );
    }
    Ok(())
}

/// A run inside a run fails, and somebody wants it to be tried again until it works.
pub(super) async fn a_retry_that_is_killed_anywhere_comes_to_the_same(
    fresh: &FreshPlace<'_>,
    stride: usize,
) -> Outcome {
    let (undisturbed, points) = calm(fresh, ("Again", fails_twice)).await?;
    assert_eq!((undisturbed.notes.len(), undisturbed.letters.len()), (4, 2));
    assert!(undisturbed.notes.iter().all(|(_, times)| *times == 1));
    for point in (1..=points).step_by(stride) {
        killed_at(point, fresh, ("Again", fails_twice), &undisturbed).await?;
    }
    Ok(())
}

/// The first process stands still at an append, long enough for another one to take over, and then goes on.
pub(super) async fn a_host_that_stood_still_does_no_harm(fresh: &FreshPlace<'_>, stride: usize) -> Outcome {
    let (undisturbed, _) = undisturbed(fresh).await?;
    for point in (1..).step_by(stride) {
        let mut trial = Trial::new(fresh, "Every", every_kind()).await?;
        let slow = Arc::new(Slow::new(Arc::clone(&trial.desk.runs), point));
        let first = trial.spawn(Arc::clone(&slow));
        tokio::select! {
            biased;
            () = slow.stands_still() => {}
            ended = first => {
                assert!(point > 40, "there are {point} points to stand still at");
                return Ok(ended??);
            }
        }
        trial.reopen().await;
        // Its works go on, and so a letter of a step that is open may be on its way.
        let open = trial.open_letters().await?;
        trial.excuse(open);
        assert!(!trial.play(Killer::never()).await?);
        let came_to = trial.came_to().await?;
        assert_eq!(came_to, undisturbed, "stood still at point {point}");
        slow.go_on();
        while Arc::strong_count(&slow) > 1 {
            tokio::task::yield_now().await;
        }
        assert_eq!(trial.came_to().await?, undisturbed, "went on at point {point}");
    }
    Ok(())
}

/// Lets a run happen a few times without disturbing it: what each comes to, and how many points it has at least.
///
/// Some runs have more points than others, because steps that end at the same moment share an append or do not. What counts is
/// what every one of these has; more would be points that a trial waits for in vain.
async fn calm(
    fresh: &FreshPlace<'_>,
    (name, playbooks): (&'static str, fn() -> Vec<Playbook>),
) -> Result<(CameTo, usize)> {
    let mut found: Option<(CameTo, usize)> = None;
    for _ in 0..3 {
        let mut trial = Trial::new(fresh, name, playbooks()).await?;
        assert!(!trial.play(Killer::never()).await?);
        let (came, mut points) = (trial.came_to().await?, trial.toy.killer.passed());
        if let Some((before, fewest)) = found {
            assert_eq!(came, before, "undisturbed runs come to the same");
            points = points.min(fewest);
        }
        found = Some((came, points));
    }
    found.ok_or_else(|| "it happened".into())
}

async fn undisturbed(fresh: &FreshPlace<'_>) -> Result<(CameTo, usize)> {
    let (came_to, points) = calm(fresh, ("Every", every_kind)).await?;
    let every_effect_once = came_to.notes.iter().all(|(_, times)| *times == 1);
    assert!(every_effect_once, "{:?}", came_to.notes);
    assert_eq!((came_to.notes.len(), came_to.letters.len()), (22, 4));
    let set_off = came_to
        .runs
        .keys()
        .filter(|(run, step)| run.starts_with("dismissal:") && step.is_empty());
    let set_off: Vec<_> = set_off.map(|(run, _)| run.clone()).collect();
    assert!(
        matches!(&set_off[..], [once] if once.ends_with(":Closing:2")),
        "once, by the second change: {set_off:?}"
    );
    let expected = [
        ("Refused", "Failed None"),
        ("Excuse", "Successful None"),
        ("Rehearsed", "Successful Some(\"true\")"),
        ("Answer lost", "Successful None"),
        ("Request lost", "Successful None"),
    ];
    for (step, ended) in expected {
        let came = came_to.runs.get(&("run".to_owned(), step.to_owned()));
        assert_eq!(came.map(String::as_str), Some(ended), "{step}");
    }
    assert_eq!(
        came_to.event,
        (EventState::Dismissed, 2),
        "escalated and dismissed, once each"
    );
    Ok((came_to, points))
}

impl Trial {
    async fn new(fresh: &FreshPlace<'_>, playbook: &'static str, playbooks: Vec<Playbook>) -> Result<Self> {
        let place = fresh().await;
        let desk = place().await;
        let lease = claim(&*desk.ingested, "A").await?;
        desk.ingested
            .commit(&lease, batch(&lease, vec![event(1, 5, 1)]))
            .await?;
        let events = desk.ingested.list_events(&everything()).await?;
        let event = events.first().ok_or("one was committed")?.id;
        let mut toy = Toy::new(playbooks);
        toy.roots.insert("event".to_owned(), json!({"id": event}));
        let run = NewRun {
            cause: Cause::Event { id: event },
            ..run_of("run", playbook)
        };
        desk.runs.start(&run).await?;
        Ok(Self {
            place,
            desk,
            toy,
            playbook,
            event,
            processes: 0,
            excused: BTreeMap::new(),
        })
    }

    fn host(&mut self) -> RunHost {
        self.processes += 1;
        let toy = Arc::new(self.toy.clone());
        let holder = format!("process {}", self.processes);
        RunHost::new(
            Arc::clone(&self.desk.runs),
            Arc::clone(&toy) as _,
            Arc::clone(&toy.clock) as _,
            holder,
        )
    }

    /// Lets a process drive everything to its end; true when it was killed on the way.
    async fn play(&mut self, killer: Killer) -> Result<bool> {
        self.toy.killer = Arc::new(killer);
        let killer = Arc::clone(&self.toy.killer);
        let mut host = self.host();
        host.observer = Arc::clone(&killer) as _;
        loop {
            tokio::select! {
                biased;
                () = killer.dies() => break,
                driven = self.round(&host) => match driven {
                    Ok(true) => {}
                    Ok(false) => return Ok(false),
                    Err(DriveError::Stopped) => break,
                    Err(DriveError::Store(error)) => return Err(error.into()),
                },
            }
        }
        // What was spawned is dropped before anything else goes on.
        for _ in 0..16 {
            tokio::task::yield_now().await;
        }
        self.reopen().await;
        let mut open = self.open_letters().await?;
        let handed = self.toy.psa.handed_over();
        open.retain(|key| handed.contains_key(key));
        self.excuse(open);
        Ok(true)
    }

    /// Opens the desk for another process, which has nothing of those before.
    async fn reopen(&mut self) {
        self.desk = (self.place)().await;
    }

    /// The letters of steps that have begun and not ended.
    async fn open_letters(&self) -> Result<BTreeSet<String>> {
        let mut open = BTreeSet::new();
        for story in self.stories().await? {
            let key = |step: &str| format!("{}/{step}", story.summary.id);
            for entry in &story.entries {
                match &entry.what {
                    What::StepBegan { step, wish, .. } if is_letter(wish) => drop(open.insert(key(step))),
                    What::StepEnded { step, .. } => drop(open.remove(&key(step))),
                    _ => {}
                }
            }
        }
        Ok(open)
    }

    fn excuse(&mut self, letters: BTreeSet<String>) {
        for key in letters {
            *self.excused.entry(key).or_default() += 1;
        }
    }

    /// Asserts that letters were handed over once, and again only where nobody could know that they had been.
    fn no_letter_too_many(&self) {
        for (key, times) in self.toy.psa.handed_over() {
            let excused = self.excused.get(&key).copied().unwrap_or(0);
            assert!(times <= 1 + excused, "{key} was handed over {times} times");
        }
    }

    /// Drives what is due, else moves the clock, else answers; false when there is nothing left.
    async fn round(&self, host: &RunHost) -> std::result::Result<bool, DriveError> {
        let now = self.toy.clock.now();
        if host.drive_due(now).await? > 0 {
            return Ok(true);
        }
        if self.answer().await? || self.retry().await? {
            return Ok(true);
        }
        let next = host.next_due().await?;
        if let Some(next) = next {
            self.toy.clock.set(next.max(now));
        }
        Ok(next.is_some())
    }

    /// Answers what is asked; true when something was.
    async fn answer(&self) -> std::result::Result<bool, crate::StoreError> {
        let story = self.desk.runs.get_run("run").await?;
        let Some(story) = story.filter(|story| story.summary.state == RunState::Waiting) else {
            return Ok(false);
        };
        let playbook = Arc::clone(&self.toy.playbooks[self.playbook]);
        let history = crate::runs::state::History::of(playbook, &story.entries);
        let asked = history.nodes().find(|(_, node)| {
            let asks = matches!(node.wish, Some(Wish::Approval { .. }));
            asks && node.phase == Phase::Running && node.answer.is_none()
        });
        let Some((step, _)) = asked else { return Ok(false) };
        let answer = What::Answered {
            step: step.to_owned(),
            answer: "approved".to_owned(),
            by: "bob".to_owned(),
            group: None,
            words: "go on".to_owned(),
        };
        self.desk.runs.signal("run", &answer, self.toy.clock.now()).await?;
        Ok(true)
    }

    /// Wants a failed run to be tried again; true when there was one.
    async fn retry(&self) -> std::result::Result<bool, crate::StoreError> {
        let story = self.desk.runs.get_run("run").await?;
        if story.is_none_or(|story| story.summary.outcome != Some(RunOutcome::Failed)) {
            return Ok(false);
        }
        let retry = What::RetryAsked { by: "bob".to_owned() };
        self.desk.runs.signal("run", &retry, self.toy.clock.now()).await?;
        Ok(true)
    }

    /// Drives everything to its end on a slow store, in a task of its own.
    fn spawn(&mut self, slow: Arc<Slow>) -> JoinHandle<std::result::Result<(), DriveError>> {
        let mut host = self.host();
        host.store = slow;
        let trial = self.clone();
        tokio::spawn(async move {
            while trial.round(&host).await? {}
            Ok(())
        })
    }

    async fn stories(&self) -> Result<Vec<RunStory>> {
        let all = RunFilter {
            limit: 100,
            ..RunFilter::default()
        };
        let mut stories = Vec::new();
        for summary in self.desk.runs.find_runs(&all).await? {
            stories.push(self.desk.runs.get_run(&summary.id).await?.ok_or("it was listed")?);
        }
        Ok(stories)
    }

    async fn came_to(&self) -> Result<CameTo> {
        self.no_letter_too_many();
        let mut runs = BTreeMap::new();
        for story in self.stories().await? {
            reads_as_one_story(&story);
            runs.extend(told(&story));
        }
        let story = self.desk.events.event_story(self.event).await?.ok_or("it was taken")?;
        Ok(CameTo {
            runs,
            notes: self.toy.psa.notes(),
            letters: self.toy.psa.letters(),
            event: (story.state, story.changes.len()),
        })
    }
}

fn is_letter(wish: &Value) -> bool {
    matches!(serde_json::from_value(wish.clone()), Ok(Wish::Mail(_)))
}

/// What a story tells, without times, the order of what goes on side by side, and how often something was tried.
fn told(story: &RunStory) -> BTreeMap<(String, String), String> {
    let id = story.summary.id.clone();
    let ended = format!("{:?} {:?}", story.summary.outcome, story.summary.reason);
    let mut told = BTreeMap::from([((id.clone(), String::new()), ended)]);
    for entry in &story.entries {
        let (step, words) = match &entry.what {
            What::StepEnded {
                step, ending, branch, ..
            } => (step, format!("{ending:?} {branch:?}")),
            What::StepSkipped { step } => (step, "skipped".to_owned()),
            _ => continue,
        };
        told.insert((id.clone(), step.clone()), words);
    }
    told
}
