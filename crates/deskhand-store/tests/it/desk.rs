//! What the desk's store does beside its promises: batches, and what is forgotten.

use std::collections::BTreeSet;
use std::path::Path;

use deskhand_engine::desk::{EventChange, EventState, HandedOut, Kind, Turned, Wanted};
use deskhand_engine::runs::{
    Append, Cause, NewRun, Plan, RunClaim, RunFilter, RunLease, RunOutcome, RunState, RunStore, Then, What,
};
use deskhand_engine::schedules::{Fate, Firing, Mode, Occurrence, Standing};
use deskhand_engine::store::{BatchWrite, Lease, RunKind, RunStart};
use deskhand_store::{SqliteStore, Store};
use serde_json::{Map, Value};

use super::database::Database;
use super::sample::{batch, event, everything, key, request, time};

/// Runs each of these on a store of either kind.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                let folder = tempfile::tempdir().unwrap();
                let path = folder.path().join("store.sqlite");
                super::$name(&deskhand_store::SqliteStore::open(&path).await.unwrap()).await;
            })*
        }
        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                let database = super::Database::empty().await;
                super::$name(&database.open().await).await;
                database.end().await;
            })*
        }
    };
}

on_both!(
    hundreds_of_schedules_fire_at_once_and_their_runs_are_claimed,
    a_run_that_has_ended_does_not_keep_a_schedule_that_fires_with_it_again,
    an_append_takes_any_number_of_entries_and_starts,
    hundreds_of_events_are_handed_out_and_turned,
    hundreds_of_definitions_are_applied_at_once,
    pl1_a_deleted_schedule_takes_the_log_of_its_ingestion_along_and_leaves_the_events,
    ended_runs_are_pruned_some_thousands_at_once_with_their_due_times,
);

/// More than one statement takes.
const MANY: i64 = 600;

fn run(id: &str, cause: Cause) -> NewRun {
    NewRun {
        id: id.to_owned(),
        plan: Plan::Ingest {
            job: "Tickets".to_owned(),
        },
        cause,
        site: "Main".to_owned(),
        given: Map::new(),
        created_at: time(0),
    }
}

fn by_hand(id: &str) -> NewRun {
    let name = "jdoe".to_owned();
    run(id, Cause::Person { name })
}

fn standing(name: &str) -> Standing {
    Standing {
        name: name.to_owned(),
        digest: "1m".to_owned(),
        next_at: Some(time(0)),
        mode: Mode::Active,
        running: None,
        failures: 0,
        alerted: false,
    }
}

fn firing(name: &str, due: i64) -> Firing {
    let cause = Cause::Schedule {
        name: name.to_owned(),
        due: time(due),
    };
    let run = run(&format!("schedule:{name}@{due}"), cause);
    Firing {
        schedule: name.to_owned(),
        expected: time(due),
        next_at: Some(time(due + 60)),
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

async fn claim(store: &dyn Store, limit: u32) -> Vec<RunLease> {
    let request = RunClaim {
        holder: "one".to_owned(),
        now: time(1),
        until: time(60),
        limit,
        except: Vec::new(),
    };
    let claimed = store.claim_runs(&request).await.unwrap();
    claimed.into_iter().map(|claimed| claimed.lease).collect()
}

fn append(what: Vec<What>, then: Then) -> Append {
    Append {
        what,
        at: time(1),
        seen: 0,
        starts: Vec::new(),
        events: Vec::new(),
        schedule: None,
        then,
    }
}

fn end() -> Append {
    let (outcome, reason) = (RunOutcome::Successful, None);
    let then = Then::End {
        outcome,
        reason: None,
        output: Value::Null,
    };
    append(vec![What::Ended { outcome, reason }], then)
}

async fn feed(store: &dyn Store) -> Lease {
    store.claim(&key(), &request("one")).await.unwrap()
}

/// Takes events of the records from..to.
async fn take(store: &dyn Store, lease: &Lease, records: std::ops::Range<i64>, run_id: &str) {
    let write = BatchWrite {
        run_id: run_id.to_owned(),
        ..batch(records.map(event).collect())
    };
    store.commit(lease, write).await.unwrap();
}

fn all_runs() -> RunFilter {
    RunFilter {
        limit: u32::MAX,
        ..RunFilter::default()
    }
}

async fn hundreds_of_schedules_fire_at_once_and_their_runs_are_claimed(store: &dyn Store) {
    let names: Vec<String> = (0..MANY).map(|n| format!("Schedule {n:03}")).collect();
    let standings: Vec<_> = names.iter().map(|name| standing(name)).collect();
    store.put_schedules(&standings).await.unwrap();
    // One was fired by somebody else meanwhile.
    store.fire(&[firing(&names[300], 0)]).await.unwrap();
    let firings: Vec<_> = names.iter().map(|name| firing(name, 0)).collect();
    let fired = store.fire(&firings).await.unwrap();
    assert_eq!(i64::try_from(fired).unwrap(), MANY - 1);
    for standing in store.list_schedules().await.unwrap() {
        let run = format!("schedule:{}@0", standing.name);
        assert_eq!((standing.next_at, standing.running), (Some(time(60)), Some(run)));
        assert_eq!(store.list_occurrences(&standing.name, 9).await.unwrap().len(), 1);
    }
    let mut claimed = BTreeSet::new();
    loop {
        let leases = claim(store, 64).await;
        if leases.is_empty() {
            break;
        }
        claimed.extend(leases.into_iter().map(|lease| lease.run));
    }
    assert_eq!(claimed.len(), names.len());
}

async fn a_run_that_has_ended_does_not_keep_a_schedule_that_fires_with_it_again(store: &dyn Store) {
    store.put_schedules(&[standing("A")]).await.unwrap();
    store.fire(&[firing("A", 0)]).await.unwrap();
    let lease = claim(store, 1).await.remove(0);
    store.append(&lease, end()).await.unwrap();
    // Its times were changed, and the same time is due again.
    let changed = Standing {
        digest: "2m".to_owned(),
        ..standing("A")
    };
    store.put_schedules(&[changed]).await.unwrap();
    assert_eq!(store.fire(&[firing("A", 0)]).await.unwrap(), 1);
    let known = store.get_schedule("A").await.unwrap().unwrap();
    assert_eq!(known.running, None, "else it would never run again");
}

async fn an_append_takes_any_number_of_entries_and_starts(store: &dyn Store) {
    store.start(&by_hand("a")).await.unwrap();
    let lease = claim(store, 1).await.remove(0);
    let skipped = |n: i64| What::StepSkipped {
        step: format!("Each[{n}]"),
    };
    let many = Append {
        starts: (0..MANY).map(|n| by_hand(&format!("b{n}"))).collect(),
        ..append((0..MANY).map(skipped).collect(), Then::GoOn { until: time(60) })
    };
    let entries = store.append(&lease, many).await.unwrap();
    let numbers: Vec<i64> = entries.iter().map(|entry| entry.seq).collect();
    assert_eq!(numbers, (1..=MANY).collect::<Vec<_>>());
    assert_eq!(store.get_run("a").await.unwrap().unwrap().entries, entries);
    let runs = store.find_runs(&all_runs()).await.unwrap().len();
    assert_eq!(i64::try_from(runs).unwrap(), MANY + 1);
}

async fn hundreds_of_events_are_handed_out_and_turned(store: &dyn Store) {
    let lease = feed(store).await;
    take(store, &lease, 0..MANY, "").await;
    let events = store.new_events(u32::MAX).await.unwrap();
    assert_eq!(i64::try_from(events.len()).unwrap(), MANY);
    for event in [&events[0], &events[599]] {
        let one = store.get_event(event.summary.id).await.unwrap().unwrap();
        assert_eq!((&event.summary, &event.revisions), (&one.summary, &one.revisions));
        assert_eq!(event.revisions.len(), 1);
    }
    let handed = |event: i64| HandedOut {
        event,
        changes: vec![EventChange {
            event,
            to: Turned::Open,
            by: "nobody".to_owned(),
            at: time(1),
        }],
        starts: vec![by_hand(&format!("event:{event}"))],
    };
    let handed: Vec<_> = events.iter().map(|event| handed(event.summary.id)).collect();
    let turned = store.hand_out(&handed).await.unwrap();
    assert_eq!(i64::try_from(turned).unwrap(), MANY);
    assert!(store.new_events(1).await.unwrap().is_empty());
    assert_eq!(store.find_runs(&all_runs()).await.unwrap().len(), handed.len());
    // What became of an event goes with it.
    let id = events[7].summary.id;
    assert_eq!(store.event_story(id).await.unwrap().unwrap().changes.len(), 1);
    store.prune(time(2)).await.unwrap();
    assert_eq!(store.event_story(id).await.unwrap(), None);
}

async fn hundreds_of_definitions_are_applied_at_once(store: &dyn Store) {
    let wanted = |n: i64, body: &str| Wanted {
        kind: if n % 2 == 0 { Kind::Rule } else { Kind::Schedule },
        name: format!("{n:03}"),
        body: Some(body.to_owned()),
    };
    let all = |body: &str| (0..MANY).map(|n| wanted(n, body)).collect::<Vec<_>>();
    assert_eq!(store.apply(&all("a"), "jdoe", time(0)).await.unwrap().len(), 600);
    // Both bodies of one in one go: each is a version, and the last one stands.
    let mut twice = all("b");
    twice.push(wanted(0, "c"));
    assert_eq!(store.apply(&twice, "jdoe", time(1)).await.unwrap().len(), 601);
    let standing = store.definitions().await.unwrap();
    let expected = (0..MANY).map(|n| {
        let (version, body) = if n == 0 { (3, "c") } else { (2, "b") };
        (format!("{n:03}"), version, body.to_owned())
    });
    let found = standing
        .into_iter()
        .map(|found| (found.name, found.version, found.body));
    assert_eq!(found.collect::<BTreeSet<_>>(), expected.collect::<BTreeSet<_>>());
    assert_eq!(store.revision().await.unwrap(), 1201);
}

async fn pl1_a_deleted_schedule_takes_the_log_of_its_ingestion_along_and_leaves_the_events(store: &dyn Store) {
    let lease = feed(store).await;
    store.put_schedules(&[standing("A"), standing("B")]).await.unwrap();
    store.fire(&[firing("A", 0), firing("B", 0)]).await.unwrap();
    for (run, records) in [("schedule:A@0", 0..3), ("schedule:B@0", 2..5)] {
        let start = RunStart {
            id: run.to_owned(),
            kind: RunKind::Ingest,
            started_at: time(0),
        };
        store.begin_run(&lease, &start).await.unwrap();
        // One record of the second was taken by the first: a dismissal is counted.
        take(store, &lease, records, run).await;
    }
    assert!(store.delete_schedule("A").await.unwrap());
    let logged: Vec<String> = store
        .list_runs(9)
        .await
        .unwrap()
        .into_iter()
        .map(|run| run.id)
        .collect();
    assert_eq!(logged, ["schedule:B@0"]);
    assert!(store.delete_schedule("B").await.unwrap());
    assert!(store.list_runs(9).await.unwrap().is_empty());
    assert_eq!(store.list_events(&everything()).await.unwrap().len(), 5);
}

async fn ended_runs_are_pruned_some_thousands_at_once_with_their_due_times(store: &dyn Store) {
    store.put_schedules(&[standing("A")]).await.unwrap();
    let mut missed = firing("A", 60);
    missed.run = None;
    (missed.occurrences[0].fate, missed.occurrences[0].run) = (Fate::Missed, None);
    let twice = store.fire(&[firing("A", 0), missed]).await.unwrap();
    assert_eq!(twice, 2, "one after the other");
    let starts: Vec<_> = (0..2_500).map(|n| by_hand(&n.to_string())).collect();
    store.start(&by_hand("first")).await.unwrap();
    for lease in claim(store, 1).await {
        let starting = Append {
            starts: starts.clone(),
            ..end()
        };
        store.append(&lease, starting).await.unwrap();
    }
    for lease in claim(store, u32::MAX).await {
        store.append(&lease, end()).await.unwrap();
    }
    store.start(&by_hand("open")).await.unwrap();
    assert_eq!(store.prune_runs(time(1)).await.unwrap(), 0, "they ended later");
    let left = store.list_occurrences("A", 9).await.unwrap();
    assert_eq!((left.len(), left[0].due), (1, time(60)), "the other was due before");
    assert_eq!(store.prune_runs(time(2)).await.unwrap(), 2_000);
    assert_eq!(store.prune_runs(time(2)).await.unwrap(), 502);
    assert_eq!(store.prune_runs(time(2)).await.unwrap(), 0);
    let left = store.find_runs(&all_runs()).await.unwrap();
    assert_eq!((left.len(), left[0].state), (1, RunState::Due));
}

/// A store of the version before there was a desk, with one event.
async fn older_store(path: &Path) {
    use sqlx::{Connection as _, SqliteConnection};
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let steps = [
        include_str!("../../migrations/sqlite/0001_events.sql"),
        include_str!("../../migrations/sqlite/0002_writes.sql"),
        include_str!("../../migrations/sqlite/0003_takings.sql"),
        "INSERT INTO scopes VALUES (1, 'A', 'main', 'Main');
         INSERT INTO feeds (id, scope_id, company, filters) VALUES (1, 1, 'sandbox', '{}');
         INSERT INTO sources VALUES (1, 'A');
         INSERT INTO events VALUES (1, 1, NULL, 1, 7, 1, 1, 1, 0, x'00');
         PRAGMA user_version = 3; PRAGMA application_id = 1145597540;",
    ];
    for step in steps {
        sqlx::raw_sql(step).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
}

/// The same in PostgreSQL.
async fn older_postgres(database: &Database) {
    let mut plain = database.plain().await;
    let steps = [
        "CREATE SCHEMA deskhand; SET search_path TO deskhand;
         CREATE TABLE deskhand_schema (version BIGINT NOT NULL); INSERT INTO deskhand_schema VALUES (3)",
        include_str!("../../migrations/postgres/0001_events.sql"),
        include_str!("../../migrations/postgres/0002_writes.sql"),
        include_str!("../../migrations/postgres/0003_takings.sql"),
        "INSERT INTO scopes (source, connection, site) VALUES ('A', 'main', 'Main');
         INSERT INTO feeds (scope_id, company, filters) VALUES (1, 'sandbox', '{}');
         INSERT INTO sources (name) VALUES ('A');
         INSERT INTO events (feed_id, source_id, record_id, stamp, taken_at, because, raw_length, body)
         VALUES (1, 1, 7, 1, 1, 1, 0, '')",
    ];
    for step in steps {
        sqlx::raw_sql(step).execute(&mut plain).await.unwrap();
    }
}

async fn only_later_events_are_new(store: &dyn Store) {
    assert_eq!(store.event_story(1).await.unwrap().unwrap().state, EventState::Open);
    let lease = feed(store).await;
    take(store, &lease, 8..9, "").await;
    let new = store.new_events(9).await.unwrap();
    assert_eq!((new.len(), new[0].summary.record_id), (1, 8));
}

#[tokio::test]
async fn events_of_an_older_store_are_open_and_only_later_ones_are_new() {
    let folder = tempfile::tempdir().unwrap();
    older_store(&folder.path().join("store.sqlite")).await;
    let store = SqliteStore::open(&folder.path().join("store.sqlite")).await.unwrap();
    only_later_events_are_new(&store).await;
}

#[tokio::test]
async fn postgres_events_of_an_older_store_are_open_and_only_later_ones_are_new() {
    let database = Database::empty().await;
    older_postgres(&database).await;
    only_later_events_are_new(&database.open().await).await;
    database.end().await;
}

#[tokio::test]
async fn postgres_shares_due_runs_among_processes() {
    let database = Database::empty().await;
    let (one, two) = (database.open().await, database.open().await);
    for n in 0..40 {
        one.start(&by_hand(&n.to_string())).await.unwrap();
    }
    // A run that somebody is just at keeps nobody waiting.
    let mut plain = database.plain().await;
    let sql = "BEGIN; SELECT * FROM deskhand.desk_runs WHERE id = '0' FOR UPDATE";
    sqlx::raw_sql(sql).execute(&mut plain).await.unwrap();
    let mut claimed = Vec::new();
    loop {
        let (of_one, of_two) = tokio::join!(claim(&one, 8), claim(&two, 8));
        if of_one.is_empty() && of_two.is_empty() {
            break;
        }
        claimed.extend(of_one.into_iter().chain(of_two).map(|lease| lease.run));
    }
    let once: BTreeSet<_> = claimed.iter().cloned().collect();
    assert_eq!((claimed.len(), once.len(), once.contains("0")), (39, 39, false));
    sqlx::raw_sql("ROLLBACK").execute(&mut plain).await.unwrap();
    assert_eq!(claim(&two, 8).await[0].run, "0");
    database.end().await;
}

#[tokio::test]
async fn postgres_wakes_a_run_that_falls_asleep_while_somebody_signals() {
    let database = Database::empty().await;
    let (one, two) = (database.open().await, database.open().await);
    for round in 0..30 {
        let run = round.to_string();
        one.start(&by_hand(&run)).await.unwrap();
        let lease = claim(&one, 1).await.remove(0);
        let cancel = What::CancelAsked { by: "jdoe".to_owned() };
        let (asleep, signalled) = tokio::join!(
            one.append(&lease, append(Vec::new(), Then::Sleep { wake: None })),
            two.signal(&run, &cancel, time(1)),
        );
        asleep.unwrap();
        signalled.unwrap();
        let story = two.get_run(&run).await.unwrap().unwrap();
        assert_eq!((story.summary.state, story.entries.len()), (RunState::Due, 1));
        let lease = claim(&one, 1).await.remove(0);
        one.append(&lease, end()).await.unwrap();
    }
    database.end().await;
}
