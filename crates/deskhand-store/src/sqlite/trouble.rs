//! A full disk and a locked file, while the desk works: nothing half-written, and all goes on afterwards.

use std::time::Duration;

use deskhand_engine::StoreError;
use deskhand_engine::desk::{DeskStore, Kind, Wanted};
use deskhand_engine::runs::{
    Append, Cause, NewRun, Plan, RunClaim, RunFilter, RunLease, RunOutcome, RunState, RunStore, Then, What,
};
use deskhand_engine::schedules::{Fate, Firing, Mode, Occurrence, ScheduleAfter, ScheduleStore, Standing};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use super::SqliteStore;

fn time(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

async fn store_in(folder: &TempDir) -> SqliteStore {
    let path = folder.path().join("store.sqlite");
    SqliteStore::open_with(&path, Duration::from_millis(50)).await.unwrap()
}

/// No more pages than these for the file; what is there already stays. A new connection knows nothing of it.
async fn limit(store: &SqliteStore, pages: i64) {
    let limit = format!("PRAGMA max_page_count = {pages}");
    let limit = sqlx::raw_sql(sqlx::AssertSqlSafe(limit));
    limit.execute(&store.writer).await.unwrap();
}

fn run(id: &str, cause: Cause) -> NewRun {
    NewRun {
        id: id.to_owned(),
        plan: Plan::Ingest {
            job: "Tickets".to_owned(),
        },
        cause,
        site: "Main".to_owned(),
        given: Map::from_iter([("much".to_owned(), Value::from("text ".repeat(1_000)))]),
        created_at: time(0),
    }
}

fn standing() -> Standing {
    Standing {
        name: "Hourly".to_owned(),
        digest: "1h".to_owned(),
        next_at: Some(time(0)),
        mode: Mode::Active,
        running: None,
        failures: 0,
        alerted: false,
    }
}

fn firing(due: i64) -> Firing {
    let cause = Cause::Schedule {
        name: "Hourly".to_owned(),
        due: time(due),
    };
    let run = run(&format!("Hourly@{due}"), cause);
    Firing {
        schedule: "Hourly".to_owned(),
        expected: time(due),
        next_at: Some(time(due + 1)),
        occurrences: vec![Occurrence {
            due: time(due),
            last: time(due),
            times: 1,
            fate: Fate::Ran,
            at: time(due),
            run: Some(run.id.clone()),
        }],
        run: Some(run),
    }
}

async fn claim(store: &SqliteStore) -> RunLease {
    let request = RunClaim {
        holder: "one".to_owned(),
        now: time(10_000),
        until: time(10_060),
        limit: 1,
        except: Vec::new(),
    };
    store.claim_runs(&request).await.unwrap().remove(0).lease
}

/// The end of a run with much text, and with all that can follow from it.
fn end() -> Append {
    Append {
        what: vec![What::Began {
            roots: run("", Cause::Person { name: String::new() }).given,
        }],
        at: time(20_000),
        seen: 0,
        starts: vec![run(
            "next",
            Cause::Failure {
                run: "Hourly@0".to_owned(),
            },
        )],
        events: Vec::new(),
        schedule: Some(ScheduleAfter {
            schedule: "Hourly".to_owned(),
            failures: 1,
            alerted: true,
        }),
        then: Then::End {
            outcome: RunOutcome::Failed,
            reason: Some("It broke.".to_owned()),
            output: json!(null),
        },
    }
}

/// A run of the schedule that is held, and goes on as if nothing had been.
async fn is_untouched(store: &SqliteStore) {
    let story = store.get_run("Hourly@0").await.unwrap().unwrap();
    assert_eq!((story.summary.state, story.entries.len()), (RunState::Due, 0));
    assert_eq!(store.get_run("next").await.unwrap(), None);
    let standing = store.get_schedule("Hourly").await.unwrap().unwrap();
    let expected = (Some("Hourly@0"), 0, false);
    let found = (standing.running.as_deref(), standing.failures, standing.alerted);
    assert_eq!(found, expected);
}

async fn ends(store: &SqliteStore, lease: &RunLease) {
    assert_eq!(store.append(lease, end()).await.unwrap().len(), 1);
    let standing = store.get_schedule("Hourly").await.unwrap().unwrap();
    assert_eq!((standing.running, standing.failures, standing.alerted), (None, 1, true));
    assert!(store.get_run("next").await.unwrap().is_some());
}

#[tokio::test]
async fn an_append_to_a_full_disk_is_undone_and_can_be_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = store_in(&folder).await;
    store.put_schedules(&[standing()]).await.unwrap();
    store.fire(&[firing(0)]).await.unwrap();
    let lease = claim(&store).await;
    for _ in 0..2 {
        limit(&store, 1).await;
        let error = store.append(&lease, end()).await.unwrap_err();
        assert!(matches!(error, StoreError::Full), "{error:?}");
        is_untouched(&store).await;
    }
    limit(&store, 1_000_000).await;
    ends(&store, &lease).await;
}

#[tokio::test]
async fn schedules_that_fire_on_a_full_disk_fire_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let store = store_in(&folder).await;
    store.put_schedules(&[standing()]).await.unwrap();
    limit(&store, 1).await;
    let mut others = 0;
    let by_hand = |n: usize| run(&n.to_string(), Cause::Person { name: String::new() });
    while store.start(&by_hand(others)).await.is_ok() {
        others += 1;
    }
    let error = store.fire(&[firing(0)]).await.unwrap_err();
    assert!(matches!(error, StoreError::Full), "{error:?}");
    let is_due_at = async |due: i64, started: usize| {
        let next = store.next_schedule_due().await.unwrap();
        let occurrences = store.list_occurrences("Hourly", 10_000).await.unwrap().len();
        let filter = RunFilter {
            limit: 10_000,
            ..RunFilter::default()
        };
        let runs = store.find_runs(&filter).await.unwrap().len();
        assert_eq!((next, occurrences, runs), (Some(time(due)), started, others + started));
    };
    is_due_at(0, 0).await;
    limit(&store, 1_000_000).await;
    assert_eq!(store.fire(&[firing(0)]).await.unwrap(), 1);
    is_due_at(1, 1).await;
}

#[tokio::test]
async fn definitions_are_applied_to_a_full_disk_all_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let store = store_in(&folder).await;
    let wanted = |n: u32| Wanted {
        kind: Kind::Playbook,
        name: format!("Playbook {n}"),
        body: Some("[playbook]\n".repeat(500)),
    };
    let wanted: Vec<Wanted> = (0..20).map(wanted).collect();
    limit(&store, 1).await;
    let error = store.apply(&wanted, "jdoe", time(0)).await.unwrap_err();
    assert!(matches!(error, StoreError::Full), "{error:?}");
    assert_eq!(store.revision().await.unwrap(), 0);
    assert!(store.definitions().await.unwrap().is_empty());
    limit(&store, 1_000_000).await;
    assert_eq!(store.apply(&wanted, "jdoe", time(0)).await.unwrap().len(), 20);
}

#[tokio::test]
async fn what_another_program_locks_is_named_and_works_when_it_lets_go() {
    let folder = tempfile::tempdir().unwrap();
    let (store, other) = (store_in(&folder).await, store_in(&folder).await);
    store.put_schedules(&[standing()]).await.unwrap();
    store.fire(&[firing(0)]).await.unwrap();
    let lease = claim(&store).await;
    let lock = other.writer.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let cancel = What::CancelAsked { by: "jdoe".to_owned() };
    let refused = [
        store.append(&lease, end()).await.map(|_| ()),
        store.fire(&[firing(1)]).await.map(|_| ()),
        store.signal("Hourly@0", &cancel, time(1)).await.map(|_| ()),
        store.delete_schedule("Hourly").await.map(|_| ()),
        store.prune_runs(time(30_000)).await.map(|_| ()),
    ];
    for refused in refused {
        assert!(matches!(refused, Err(StoreError::Locked)), "{refused:?}");
    }
    is_untouched(&store).await;
    lock.rollback().await.unwrap();
    is_untouched(&store).await;
    assert_eq!(store.fire(&[firing(1)]).await.unwrap(), 0, "not beside the other");
    ends(&store, &lease).await;
    assert_eq!(store.fire(&[firing(1)]).await.unwrap(), 1);
    let standing = store.get_schedule("Hourly").await.unwrap().unwrap();
    assert_eq!(standing.running.as_deref(), Some("Hourly@1"));
}

#[tokio::test]
async fn an_append_that_is_dropped_on_the_way_is_made_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let store = store_in(&folder).await;
    store.put_schedules(&[standing()]).await.unwrap();
    store.fire(&[firing(0)]).await.unwrap();
    let lease = claim(&store).await;
    let mut wait = 0;
    loop {
        let append = store.append(&lease, end());
        let _dropped = tokio::time::timeout(Duration::from_micros(wait * 50), append).await;
        // What was sent to the database before it was dropped comes before this.
        store.put_schedules(&[]).await.unwrap();
        // The journal, the run, what it started and its schedule are one.
        let story = store.get_run("Hourly@0").await.unwrap().unwrap();
        let standing = store.get_schedule("Hourly").await.unwrap().unwrap();
        let next = store.get_run("next").await.unwrap();
        let ended = story.summary.state == RunState::Ended;
        let found = (story.entries.len() == 1, next.is_some(), standing.running.is_none());
        assert_eq!(found, (ended, ended, ended));
        if ended {
            break;
        }
        wait += 1;
    }
}
