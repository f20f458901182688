//! A clock that jumps back an hour.

use std::collections::BTreeMap;

use deskhand_engine::runs::{Plan, RunFilter, RunOutcome};
use jiff::{SignedDuration, Timestamp};
use serde_json::Map;

use crate::stage::{Beside, Stage};

const TICKET: i64 = 1_003;
const HOUR: i64 = 3_600;

const DESK: &str = "[[ingestion]]\nname = \"Tickets\"\nconnection = \"acme\"\nevery = \"1m\"\nfrom = \"2000-01-01 00:00\"\n\
                    [[schedule]]\nname = \"Boards\"\ncommand = \"list-boards\"\nconnection = \"acme\"\nevery = \"1m\"\n";
const CHECKED: &str = "health_check = { every_minutes = 1 }\n";
const WAITS: &str = "[playbook]\nname = \"Waits\"\nsummary = \"Waits, then reads.\"\n[[step]]\nname = \"Wait\"\nwait = \"90s\"\n\
                     [[step]]\nname = \"Read\"\nafter = [\"Wait\"]\ncommand = \"list-boards\"\nconnection = \"acme\"\n";

const SCHEDULES: [&str; 3] = ["ingestion:Tickets", "Boards", "health:acme"];

/// A desk that does something every minute, and has a run that waits in the middle.
async fn set() -> Stage {
    let beside = Beside {
        patient: true,
        ..Beside::default()
    };
    let stage = Stage::set_beside(20, beside).await;
    stage.connect(CHECKED).await;
    stage.apply(DESK).await;
    stage.apply(WAITS).await;
    stage.forward(3).await;
    let plan = Plan::Playbook {
        name: "Waits".to_owned(),
        version: 1,
    };
    let waiting = stage.run("waiting", plan, Map::new()).await;
    assert_eq!(waiting.summary.outcome, None, "it waits");
    stage
}

/// How many runs of each schedule there are.
async fn counts(stage: &Stage) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for schedule in SCHEDULES {
        counts.insert(schedule, stage.runs_of(schedule).await.len());
    }
    counts
}

/// Every due time came once, in order, and none was left out.
async fn each_minute_came_once(stage: &Stage, schedule: &str) {
    let mut occurrences = stage.store.list_occurrences(schedule, 1_000).await.unwrap();
    occurrences.reverse();
    let mut minutes: Vec<Timestamp> = Vec::new();
    for occurrence in &occurrences {
        assert_eq!(occurrence.times, 1, "{occurrence:?}");
        minutes.push(occurrence.due);
    }
    for two in minutes.windows(2) {
        assert_eq!(
            two[1].duration_since(two[0]),
            SignedDuration::from_mins(1),
            "{minutes:?}"
        );
    }
    let runs = stage.runs_of(schedule).await;
    assert_eq!(runs.len(), minutes.len(), "{schedule}");
    let good = |outcome| outcome == Some(RunOutcome::Successful);
    assert!(runs.iter().all(|run| good(run.outcome)), "{runs:?}");
}

async fn goes_on(stage: &Stage, before: &BTreeMap<&'static str, usize>) {
    assert_eq!(stage.events_of(TICKET).await, 1);
    assert!(stage.sandbox.touch(TICKET));
    stage.forward(1).await;
    stage.forward(1).await;
    let after = counts(stage).await;
    for schedule in SCHEDULES {
        let more = after[schedule] - before[schedule];
        assert!((1..=2).contains(&more), "{schedule} ran {more} times in two minutes");
    }
    assert_eq!(stage.events_of(TICKET).await, 2, "what changed was read");
    stage.forward(1).await;
    stage.forward(1).await;
    let waited = stage.story("waiting").await.summary;
    assert_eq!(waited.outcome, Some(RunOutcome::Successful));
    for schedule in SCHEDULES {
        each_minute_came_once(stage, schedule).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_back_an_hour_holds_nothing_up_and_nothing_comes_twice() {
    let stage = set().await;
    let before = counts(&stage).await;
    stage.time.put_back(HOUR);
    goes_on(&stage, &before).await;
    // Two hours later all is made up for, and the hour that came twice was worked off once.
    for _ in 0..130 {
        stage.forward(1).await;
    }
    each_minute_came_once(&stage, "Boards").await;
    let newest = stage.runs(RunFilter::default()).await.remove(0);
    let behind = stage.now().duration_since(newest.created_at);
    assert!(behind.abs() < SignedDuration::from_mins(2), "{behind:#}");
    assert_eq!(stage.events_of(TICKET).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_is_killed_while_the_clock_jumps_back_is_followed_by_one_that_goes_on_at_once() {
    let stage = set().await;
    let before = counts(&stage).await;
    stage.time.put_back(HOUR);
    let stage = stage.killed().await;
    goes_on(&stage, &before).await;
}
