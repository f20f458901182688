//! Passes and sweeps of the toy PSA, ended anywhere.

use std::collections::BTreeSet;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use deskhand_command::BoxFuture;
use deskhand_command::EventSource;
use deskhand_command::event_source::{FieldKind, FieldMapping, Path};
use serde_json::Value;

use super::sample::{everything, key};
use super::toy::Toy;
use super::{Fresh, Outcome};
use crate::EventStore;
use crate::ingest::{IngestJob, Ingestor, Mandate, Observer, Point, Quiet, ToTheEnd};
use crate::store::RunOutcome;

/// Ends the task at the n-th time that a point of this kind is reached; nothing after it happens.
struct Kill {
    at: fn(Point) -> bool,
    left: AtomicUsize,
}

impl Observer for Kill {
    fn at(&self, point: Point) {
        if (self.at)(point) && self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            resume_unwind(Box::new("killed"));
        }
    }
}

const POINTS: [fn(Point) -> bool; 4] = [
    |point| matches!(point, Point::AnswerRead(_)),
    |point| matches!(point, Point::BeforeCommit),
    |point| matches!(point, Point::AfterCommit(_)),
    |point| matches!(point, Point::PassEnded),
];

pub(super) async fn a_pass_that_is_ended_anywhere_goes_on(fresh: &Fresh<'_>) -> Outcome {
    for (number, at) in POINTS.into_iter().enumerate() {
        let (store, toy) = (fresh().await, Toy::new(number as u64, 23));
        for nth in 1..=12 {
            let left = AtomicUsize::new(nth);
            let ended = spawn_pass(&store, &toy, Arc::new(Kill { at, left })).await;
            assert!(ended.is_err() || nth > 1, "the point is reached");
        }
        nothing_is_lost_or_doubled(&store, &toy).await?;
    }
    Ok(())
}

pub(super) async fn a_pass_that_is_ended_at_any_moment_goes_on(fresh: &Fresh<'_>) -> Outcome {
    let (store, toy) = (fresh().await, Toy::new(99, 40));
    let mut random = fastrand::Rng::with_seed(99);
    for _ in 0..40 {
        let pass = spawn_pass(&store, &toy, Arc::new(Quiet));
        let abort = pass.abort_handle();
        tokio::time::sleep(Duration::from_micros(random.u64(0..8_000))).await;
        abort.abort();
        let _aborted_or_done = pass.await;
    }
    nothing_is_lost_or_doubled(&store, &toy).await
}

pub(super) async fn a_failed_pass_keeps_what_it_committed(fresh: &Fresh<'_>) -> Outcome {
    let (store, toy) = (fresh().await, Toy::new(7, 23));
    toy.fail_at(Some(3));
    let (report, outcome) = spawn_pass(&store, &toy, Arc::new(Quiet)).await?;
    assert_eq!(outcome.map_err(|failure| failure.status_code), Err(502));
    assert_eq!(
        (report.taken, store.list_events(&everything()).await?.len()),
        (10, 10),
        "two pages of five"
    );
    let run = store.list_runs(1).await?.remove(0);
    assert_eq!((run.outcome, run.taken), (RunOutcome::Failed, 10));
    assert_eq!(
        run.failure.map(|failure| failure.message),
        Some("The toy is out of order.".to_owned())
    );
    let lease = store.claim(&key("A"), &super::sample::request("after", 0, 1)).await?;
    let position = lease.position.clone().unwrap_or_default();
    assert_eq!(
        (&position["since"], position["t0"].is_i64()),
        (&Value::from(0), true),
        "it did not advance"
    );
    store.release(&lease).await?;
    toy.fail_at(None);
    nothing_is_lost_or_doubled(&store, &toy).await
}

pub(super) async fn a_sweep_finds_what_passes_missed(fresh: &Fresh<'_>) -> Outcome {
    let (store, toy) = (fresh().await, Toy::new(3, 23));
    toy.hide(4, true);
    toy.calm_down();
    let ingestor = ingestor(&store, &toy, Arc::new(Quiet));
    let job = job();
    let (report, swept) = ingestor.sweep(&job, None, "too-early").await;
    assert_eq!(
        (report.read, swept),
        (0, Ok(())),
        "nothing to compare with before the first pass"
    );
    for run in ["one", "two"] {
        ingestor.run(&job, run).await.1.map_err(|failure| failure.message)?;
        toy.calm_down();
    }
    ingestor.run(&job, "three").await.1.map_err(|failure| failure.message)?;
    // Four came too late for the passes, 5 is deleted, and 6 is the next pass's to read.
    toy.hide(4, false);
    toy.delete(5);
    toy.update(6);
    let (report, swept) = ingestor.sweep(&job, None, "sweep").await;
    swept.map_err(|failure| failure.message)?;
    assert_eq!((report.taken, report.late, report.gone), (1, 1, 1));
    assert!(report.looks_further_back, "it is told");
    let (again, swept) = ingestor.sweep(&job, None, "again").await;
    swept.map_err(|failure| failure.message)?;
    assert_eq!((again.read, again.late, again.gone), (0, 0, 0), "once is enough");
    assert!(!again.looks_further_back);
    let lease = store.claim(&job.key, &super::sample::request("after", 0, 1)).await?;
    assert!(
        lease.position.clone().unwrap_or_default()["lag"].as_i64() > Some(20),
        "it looks further back from now on"
    );
    store.release(&lease).await?;
    nothing_is_lost_or_doubled(&store, &toy).await
}

type Pass = tokio::task::JoinHandle<(crate::ingest::IngestReport, Result<(), deskhand_command::Failure>)>;

fn spawn_pass(store: &Arc<dyn EventStore>, toy: &Toy, observer: Arc<dyn Observer>) -> Pass {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let ingestor = ingestor(store, toy, observer);
    let run_id = format!("run {}", RUNS.fetch_add(1, Ordering::SeqCst));
    tokio::spawn(async move { ingestor.run(&job(), &run_id).await })
}

fn ingestor(store: &Arc<dyn EventStore>, toy: &Toy, observer: Arc<dyn Observer>) -> Ingestor {
    Ingestor {
        feed: Arc::new(toy.clone()),
        store: Arc::clone(store),
        clock: Arc::new(toy.clone()),
        observer,
        mandate: Arc::new(ToTheEnd),
    }
}

fn job() -> IngestJob {
    let mut source = EventSource::default_source();
    let field = |name: &str| {
        let path = Path::parse(name, "$.Results").ok()?;
        let (name, kind) = (name.to_owned(), FieldKind::Json);
        Some(FieldMapping {
            name,
            path,
            kind,
            artifact: None,
        })
    };
    source.fields = ["id", "edit"].into_iter().filter_map(field).collect();
    IngestJob {
        key: key("A"),
        sources: Arc::new(vec![source]),
        holder: "one".to_owned(),
        patient: false,
        reader: None,
        not_before: None,
    }
}

/// After a last, undisturbed pass: every final revision, none twice, and nothing that never was.
async fn nothing_is_lost_or_doubled(store: &Arc<dyn EventStore>, toy: &Toy) -> Outcome {
    toy.calm_down();
    for _ in 0..2 {
        let (_, outcome) = spawn_pass(store, toy, Arc::new(Quiet)).await?;
        outcome.map_err(|failure| failure.message)?;
    }
    let events = store.list_events(&everything()).await?;
    let field = |event: &crate::EventSummary, name: &str| event.fields.get(name).and_then(Value::as_u64);
    let stored: BTreeSet<(i64, u64)> = events
        .iter()
        .filter_map(|event| Some((event.record_id, field(event, "edit")?)))
        .collect();
    assert_eq!(stored.len(), events.len(), "a revision is stored twice");
    let lost: Vec<_> = toy.last().difference(&stored).copied().collect();
    assert!(lost.is_empty(), "final revisions are lost: {lost:?}");
    let invented: Vec<_> = stored.difference(&toy.truth()).copied().collect();
    assert!(invented.is_empty(), "these never were: {invented:?}");
    let (report, outcome) = spawn_pass(store, toy, Arc::new(Quiet)).await?;
    assert_eq!((report.taken, outcome), (0, Ok(())), "nothing is new");
    Ok(())
}

/// Wants so many pages and no more.
struct Pages(AtomicUsize);

impl Mandate for Pages {
    fn stands(&self) -> BoxFuture<'_, Result<bool, deskhand_command::Failure>> {
        let left = |left: usize| left.checked_sub(1);
        let stands = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, left).is_ok();
        Box::pin(std::future::ready(Ok(stands)))
    }
}

pub(super) async fn a_run_that_is_not_wanted_any_more_ends_and_keeps_what_it_committed(fresh: &Fresh<'_>) -> Outcome {
    let (store, toy) = (fresh().await, Toy::new(5, 23));
    let job = job();
    let wanting = |pages: usize| Ingestor {
        mandate: Arc::new(Pages(AtomicUsize::new(pages))),
        ..ingestor(&store, &toy, Arc::new(Quiet))
    };
    let (report, outcome) = wanting(0).run(&job, "none").await;
    assert_eq!(
        (report.stopped, report.not_begun, report.read, outcome),
        (true, true, 0, Ok(()))
    );
    assert!(store.list_runs(9).await?.is_empty(), "it has not begun");

    let (report, outcome) = wanting(2).run(&job, "some").await;
    assert_eq!(
        (report.stopped, report.read, outcome),
        (true, 10, Ok(())),
        "two pages of five"
    );
    assert_eq!(store.list_events(&everything()).await?.len(), 10);
    assert_eq!(store.list_runs(1).await?.remove(0).outcome, RunOutcome::Interrupted);
    let lease = store.claim(&job.key, &super::sample::request("after", 0, 1)).await?;
    assert_eq!(
        lease.position.clone().unwrap_or_default()["after"],
        10,
        "the next one goes on there"
    );
    store.release(&lease).await?;

    nothing_is_lost_or_doubled(&store, &toy).await?;
    toy.delete(5);
    let (report, outcome) = wanting(1).sweep(&job, None, "sweep").await;
    assert_eq!((report.stopped, report.gone, outcome), (true, 0, Ok(())));
    assert_eq!(
        store.list_runs(1).await?.remove(0).outcome,
        RunOutcome::Interrupted,
        "it is not made up for yet"
    );
    Ok(())
}
