//! The example playbooks, killed anywhere on their way: what they come to stays the same.
//!
//! A process is killed by dropping everything that it is made of: before and after each append to a journal and each step
//! (the points that a run's observer hears of), before and after each request takes effect (the sandbox holds it up), and
//! after each write was sent that takes effect only when the next process is at work.

mod came_to;
#[path = "../../../tests/database/mod.rs"]
mod database;
mod does;
mod kill;
mod trial;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use deskhand_engine::runs::state::Wish;
use deskhand_engine::runs::{Entry, RunStory, What};
use parking_lot::Mutex;

use self::came_to::CameTo;
use self::does::{Does, EXAMPLES};
use self::kill::Kill;
use self::trial::{On, Trial};
use super::Expectations;

/// Trials at once: most of each is waiting for the disk.
const AT_ONCE: usize = 4;

/// So many trials are made to come to a place.
const TRIALS: usize = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_pl11_examples_on_sqlite_are_killed_anywhere() {
    let mut doubles = 0;
    for example in examples() {
        doubles += killed_anywhere(&example, On::Sqlite, 1).await;
    }
    assert!(doubles > 0, "a letter that was handed over and not noted comes again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_pl11_examples_on_postgres_are_killed_at_every_third_place() {
    for example in examples() {
        killed_anywhere(&example, On::Postgres, 3).await;
    }
}

fn examples() -> Vec<(PathBuf, Does)> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/playbook-tests"));
    let files = std::fs::read_dir(folder).unwrap();
    assert_eq!(files.count(), EXAMPLES.len());
    let file = |does: Does| (folder.join(format!("{}.test.toml", does.example)), does);
    EXAMPLES.into_iter().map(file).collect()
}

/// Returns how many letters came twice.
async fn killed_anywhere((example, does): &(PathBuf, Does), on: On, stride: usize) -> usize {
    let expectations = Arc::new(Expectations::read(example).unwrap());
    let (expected, places) = undisturbed((example, &expectations), does, on).await;
    let points = (1..=places.points).map(Kill::At);
    let requests = (1..=places.requests).flat_map(|n| [Kill::Before(n), Kill::After(n)]);
    let held = Kill::held(&expected.writes);
    let kills: Vec<Kill> = points.chain(requests).chain(held).collect();
    println!("{}: {places:?} and {} writes", does.example, expected.writes.len());
    let waiting = Mutex::new(kills.into_iter().step_by(stride).enumerate());
    let worker = async || {
        let mut doubles = 0;
        while let Some((number, kill)) = next(&waiting) {
            doubles += killed_at(&kill, (example, &expectations), (on, number), &expected).await;
        }
        doubles
    };
    let doubles = futures_util::future::join_all((0..AT_ONCE).map(|_| worker())).await;
    doubles.into_iter().sum()
}

/// How many places a run has at which it can be killed.
#[derive(Debug, Clone, Copy)]
struct Places {
    /// Where the host is.
    points: usize,
    requests: u64,
}

/// Lets an example happen a few times without disturbing it, as many at once as are killed at once.
///
/// Some runs have more places than others: steps that end at the same moment share an append or do not, and on a machine that
/// is slow a claim is renewed in between. What counts is what every one of these runs has; more would be places that a trial
/// waits for in vain.
async fn undisturbed((example, expectations): (&Path, &Arc<Expectations>), does: &Does, on: On) -> (CameTo, Places) {
    let calm = async |number: usize| {
        let mut trial = Trial::new(example, expectations, on, &format!("calm_{number}")).await;
        let played = trial.play(&Kill::Never).await.expect("nobody kills it");
        let came = trial.came_to(&played.story).await;
        trial.end().await;
        (played, came)
    };
    let mut found: Option<(CameTo, Places)> = None;
    for (played, came) in futures_util::future::join_all((0..AT_ONCE * 2).map(calm)).await {
        assert_eq!(came.differences, [""; 0], "{}", does.example);
        does.is_what_came(&came);
        let fewest = fewest_points(&played.story);
        let points = played.points;
        assert!(points >= fewest, "{}: {points} points, and not {fewest}", does.example);
        let before = found.map_or((points, played.requests), |(_, before)| {
            (before.points, before.requests)
        });
        let places = Places {
            points: points.min(before.0),
            requests: played.requests.min(before.1),
        };
        found = Some((came, places));
    }
    found.expect("it happened")
}

/// Kills a run at a place; returns how many letters came twice by it.
///
/// Steps that happen to end together share an append. A trial in which more of them do than in the undisturbed one has fewer
/// points, and comes to its end before the last of them. On a machine that is slow the time of the desk is moved before the next
/// process has asked for anything, so that what is held arrives before that. Such a trial has to come to the same, too, and
/// another one is made.
async fn killed_at(
    kill: &Kill,
    (example, expectations): (&Path, &Arc<Expectations>),
    (on, number): (On, usize),
    expected: &CameTo,
) -> usize {
    let mut doubles = 0;
    for again in 0..TRIALS {
        let mut trial = Trial::new(example, expectations, on, &format!("{number}_{again}")).await;
        let completed = trial.play(kill).await;
        let was_killed = completed.is_none();
        let played = match completed {
            Some(played) => played,
            None => trial.play(&Kill::Never).await.expect("nobody kills it"),
        };
        let came_to = trial.came_to(&played.story).await;
        let differences = came_to.differences_to(expected);
        assert_eq!(differences, [""; 0], "{}, {kill:?}", example.display());
        let is_there = was_killed && (!matches!(kill, Kill::Held { .. }) || trial.arrived_late());
        doubles += trial.doubles();
        trial.end().await;
        if is_there {
            return doubles;
        }
    }
    panic!("{}: none of {TRIALS} runs came to {kill:?}", example.display());
}

/// How many points a run has at the least, by its journal: two for each moment at which the host appended to it, and two for
/// each attempt at a step that is performed.
fn fewest_points(story: &RunStory) -> usize {
    let by_host = |entry: &&Entry| !matches!(entry.what, What::Answered { .. });
    let moments: BTreeSet<_> = story.entries.iter().filter(by_host).map(|entry| entry.at).collect();
    let is_performed = |entry: &&Entry| match &entry.what {
        What::StepBegan { wish, .. } => matches!(
            serde_json::from_value(wish.clone()),
            Ok(Wish::Command(_) | Wish::Mail(_) | Wish::Batch { .. })
        ),
        _ => false,
    };
    (moments.len() + story.entries.iter().filter(is_performed).count()) * 2
}

fn next<T>(waiting: &Mutex<impl Iterator<Item = T>>) -> Option<T> {
    waiting.lock().next()
}
