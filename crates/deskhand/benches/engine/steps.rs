//! What a step of a playbook costs beside what it does, its journal included.

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use deskhand_command::{Clock as _, SystemClock};
use deskhand_engine::runs::host::{Observer, Point};
use deskhand_engine::runs::{Cause, NewRun, Plan, RunOutcome, RunStore as _};
use parking_lot::Mutex;
use serde_json::{Map, Value, json};

use super::desk::Desk;
use super::floor::commits;
use super::spread::spread;

/// As many as a large playbook has.
const STEPS: usize = 200;
const COMMITS: i64 = 500;

/// When something was appended.
#[derive(Default)]
struct Appends(Mutex<Vec<Instant>>);

impl Observer for Appends {
    fn at(&self, _run: &str, point: Point<'_>) -> ControlFlow<()> {
        if point == Point::AfterAppend {
            self.0.lock().push(Instant::now());
        }
        ControlFlow::Continue(())
    }
}

/// Runs playbooks whose steps do nothing.
///
/// Steps of one playbook are letters that nobody sends: each is noted before it is done and after it, and costs a commit. Those
/// of the other only work out a value, which many of them do in one commit.
pub(super) async fn measure(folder: &Path, runs: usize) -> anyhow::Result<Value> {
    let appends = Arc::new(Appends::default());
    let desk = Desk::new(folder, appends.clone()).await?;
    let letter = "mail = { to = \"nobody@example.com\", subject = \"Step {{ run.id }}\", text = \"Nothing\" }";
    desk.apply(&playbook("Letters", letter)).await?;
    desk.apply(&playbook("Formats", "format = { text = \"Run {{ run.id }}\" }"))
        .await?;
    // What is slow at first, such as an empty file that grows, is slow for both.
    run(&desk, "Letters", usize::MAX).await?;
    commits(folder, COMMITS / 5).await?;
    let (mut floor, mut steps, mut formats) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..runs {
        floor.extend(commits(folder, COMMITS).await?);
        appends.0.lock().clear();
        run(&desk, "Letters", number).await?;
        let times = std::mem::take(&mut *appends.0.lock());
        ensure!(times.len() == STEPS + 1, "{} appends of {STEPS} steps", times.len());
        steps.extend(times.windows(2).map(|two| two[1] - two[0]));
        let took = run(&desk, "Formats", number).await?;
        formats.push(took / u32::try_from(STEPS)?);
    }
    Ok(json!({ "commit": spread(&mut floor), "step": spread(&mut steps), "format": spread(&mut formats) }))
}

/// Steps one after another.
fn playbook(name: &str, does: &str) -> String {
    let mut text = format!("[playbook]\nname = \"{name}\"\nsummary = \"Many steps.\"\n");
    for number in 1..=STEPS {
        let _cannot_fail = write!(text, "[[step]]\nname = \"Step {number}\"\n{does}\n");
    }
    text
}

/// Runs a playbook to its end; returns how long that took.
async fn run(desk: &Desk, playbook: &str, number: usize) -> anyhow::Result<Duration> {
    let id = format!("{playbook} {number}");
    let run = NewRun {
        id: id.clone(),
        plan: Plan::Playbook {
            name: playbook.to_owned(),
            version: 1,
        },
        cause: Cause::Person {
            name: "bench".to_owned(),
        },
        site: "Main".to_owned(),
        given: Map::new(),
        created_at: SystemClock.now(),
    };
    desk.store.start(&run).await?;
    let began = Instant::now();
    desk.engine.turn().await?;
    let took = began.elapsed();
    let story = desk.store.get_run(&id).await?;
    let outcome = story.and_then(|story| story.summary.outcome);
    ensure!(outcome == Some(RunOutcome::Successful), "the run ended so: {outcome:?}");
    Ok(took)
}
