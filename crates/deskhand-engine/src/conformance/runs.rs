//! The log of runs.

use deskhand_command::Failure;

use super::sample::{batch, claim, event, key, request, run_id, time};
use super::{Fresh, Outcome};
use crate::events::Dismissal;
use crate::store::{BatchWrite, Lease, RunEnd, RunKind, RunOutcome, RunStart, Unusable};

pub(super) async fn runs_are_logged_with_their_counts(fresh: &Fresh<'_>) -> Outcome {
    let store = fresh().await;
    let lease = claim(&*store, "A").await?;
    for _ in 0..2 {
        let write = BatchWrite {
            unusable: vec![Unusable {
                record_id: Some(8),
                reason: "x".to_owned(),
                raw: None,
            }],
            gone: vec![5],
            passed_over: vec![(9, Dismissal::NoSource)],
            ..batch(&lease, vec![event(1, 5, 1), event(2, 5, 1)])
        };
        store.commit(&lease, write).await?;
    }
    let failure = Failure::new(502, "The connection was closed.").with_hint("try again");
    let end = RunEnd {
        id: run_id(&lease),
        ended_at: time(20),
        failure: Some(failure.clone()),
        stopped: false,
    };
    store.end_run(&end).await?;
    let sweep = RunStart {
        id: "sweep".to_owned(),
        kind: RunKind::Sweep,
        started_at: time(30),
    };
    store.begin_run(&lease, &sweep).await?;

    let runs = store.list_runs(10).await?;
    assert_eq!(runs.len(), 2);
    assert_eq!(
        (runs[0].id.as_str(), runs[0].kind, runs[0].outcome),
        ("sweep", RunKind::Sweep, RunOutcome::Running)
    );
    let run = &runs[1];
    assert_eq!(
        (run.started_at, run.ended_at, run.outcome),
        (time(0), Some(time(20)), RunOutcome::Failed)
    );
    assert_eq!((run.taken, run.set_aside, run.gone), (2, 2, 2));
    assert_eq!(
        run.dismissed,
        [(Dismissal::SameRevision, 2), (Dismissal::NoSource, 2)].into()
    );
    assert_eq!((&run.feed, run.failure.as_ref()), (&key("A"), Some(&failure)));
    assert_eq!(store.list_runs(1).await?.len(), 1);
    Ok(())
}

pub(super) async fn a_run_that_did_not_end_was_interrupted(fresh: &Fresh<'_>) -> Outcome {
    let store = fresh().await;
    let killed = claim(&*store, "A").await?;
    let other = claim(&*store, "B").await?;
    let next = store.claim(&key("A"), &request("two", 101, 200)).await?;
    let start = RunStart {
        id: "next".to_owned(),
        kind: RunKind::Ingest,
        started_at: time(101),
    };
    store.begin_run(&next, &start).await?;
    let end = |id: &str| RunEnd {
        id: id.to_owned(),
        ended_at: time(110),
        failure: None,
        stopped: false,
    };
    store.end_run(&end("next")).await?;
    store.end_run(&end(&run_id(&killed))).await?;
    let outcomes: Vec<_> = store
        .list_runs(10)
        .await?
        .into_iter()
        .map(|run| (run.id, run.outcome))
        .collect();
    let expected = [
        ("next".to_owned(), RunOutcome::Successful),
        (run_id(&other), RunOutcome::Running),
        (run_id(&killed), RunOutcome::Interrupted),
    ];
    assert_eq!(outcomes, expected);
    Ok(())
}

pub(super) async fn a_feeds_last_sweep_is_found_behind_all_other_runs(fresh: &Fresh<'_>) -> Outcome {
    let store = fresh().await;
    let ours = store.claim(&key("A"), &request("one", 0, 100)).await?;
    let other = store.claim(&key("B"), &request("one", 0, 100)).await?;
    let last = async || store.last_sweep(&key("A")).await;
    assert_eq!(last().await?, None);
    let run = async |lease: &Lease, kind, at: i64, failure: Option<Failure>| -> Outcome {
        let start = RunStart {
            id: format!("{kind:?} {} {at}", lease.feed),
            kind,
            started_at: time(at),
        };
        store.begin_run(lease, &start).await?;
        let end = RunEnd {
            id: start.id,
            ended_at: time(at + 1),
            failure,
            stopped: false,
        };
        Ok(store.end_run(&end).await?)
    };
    let failed = || Some(Failure::new(502, "The PSA is away."));
    run(&other, RunKind::Sweep, 1, None).await?;
    run(&ours, RunKind::Ingest, 2, failed()).await?;
    run(&ours, RunKind::Ingest, 3, None).await?;
    run(&ours, RunKind::Sweep, 4, failed()).await?;
    assert_eq!(last().await?, Some(time(2)), "its first run");
    run(&ours, RunKind::Sweep, 5, None).await?;
    run(&ours, RunKind::Sweep, 6, failed()).await?;
    for at in 7..40 {
        run(&other, RunKind::Sweep, at, None).await?;
        run(&ours, RunKind::Ingest, at, None).await?;
    }
    assert_eq!(last().await?, Some(time(5)));
    assert_eq!(store.last_sweep(&key("C")).await?, None);
    Ok(())
}
