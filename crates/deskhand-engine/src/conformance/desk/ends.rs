//! What follows when a run ends.

use serde_json::json;

use super::sample::{
    append, began, cancel, child_of, claim, claim_at, claimed, end, is_lost, journal, new_run, over, retry, run_of,
    sleep, state, time,
};
use super::{Desk, Outcome};
use crate::runs::{Append, RunOutcome, RunState, What};
use crate::schedules::{Firing, Mode, ScheduleAfter, Standing};

pub(super) async fn an_end_is_final(desk: &Desk) -> Outcome {
    let lease = over(desk, &new_run("a", 0), RunOutcome::Failed).await?;
    assert!(is_lost(desk.runs.append(&lease, append(vec![began("A")], 1)).await));
    assert!(claimed(desk, &claim_at("two", 900, 9)).await?.is_empty());
    let summary = desk.runs.get_run("a").await?.ok_or("it was started")?.summary;
    assert_eq!(
        (summary.state, summary.outcome),
        (RunState::Ended, Some(RunOutcome::Failed))
    );
    assert_eq!(summary.ended_at, Some(time(10)));
    assert_eq!(summary.reason.as_deref(), Some("It broke."));

    // What was not seen changes nothing any more.
    desk.runs.start(&new_run("b", 0)).await?;
    let lease = claim(desk, 0).await?.lease;
    desk.runs.signal("b", &cancel(), time(5)).await?;
    desk.runs.append(&lease, end(RunOutcome::Successful)).await?;
    assert_eq!(state(desk, "b").await?, RunState::Ended);
    assert_eq!(journal(desk, "b").await?.len(), 2);
    Ok(())
}

pub(super) async fn whoever_waits_learns_of_the_end(desk: &Desk) -> Outcome {
    desk.runs.start(&new_run("a", 0)).await?;
    let parent = claim(desk, 0).await?.lease;
    let begins = Append {
        starts: vec![child_of("a", "a/Sub")],
        ..append(vec![began("Sub")], 0)
    };
    desk.runs.append(&parent, begins).await?;
    let child = claim(desk, 10).await?.lease;
    desk.runs.append(&parent, sleep(1, None)).await?;
    desk.runs.append(&child, end(RunOutcome::Failed)).await?;
    let heard = |outcome, reason: Option<&str>| What::ChildEnded {
        step: "Sub".to_owned(),
        run: "a/Sub".to_owned(),
        outcome,
        output: json!({"yields": 1}),
        reason: reason.map(str::to_owned),
    };
    assert_eq!(state(desk, "a").await?, RunState::Due);
    let parent = claim(desk, 10).await?;
    assert_eq!(parent.entries[1].what, heard(RunOutcome::Failed, Some("It broke.")));

    // It ends a second time after a retry, while its parent is held.
    desk.runs.signal("a/Sub", &retry(), time(20)).await?;
    let child = claim(desk, 20).await?.lease;
    desk.runs.append(&child, end(RunOutcome::Successful)).await?;
    let unseen = desk.runs.append(&parent.lease, sleep(2, None)).await?;
    assert_eq!(unseen[0].what, heard(RunOutcome::Successful, None));
    assert_eq!(state(desk, "a").await?, RunState::Due);
    Ok(())
}

pub(super) async fn an_ended_parent_learns_nothing(desk: &Desk) -> Outcome {
    over(desk, &new_run("a", 0), RunOutcome::Cancelled).await?;
    over(desk, &child_of("a", "a/Sub"), RunOutcome::Successful).await?;
    assert_eq!(journal(desk, "a").await?.len(), 1);
    assert_eq!(state(desk, "a").await?, RunState::Ended);
    over(desk, &child_of("nobody", "x"), RunOutcome::Successful).await?;
    Ok(())
}

pub(super) async fn a_schedule_learns_of_the_end(desk: &Desk) -> Outcome {
    let standing = Standing {
        name: "S".to_owned(),
        digest: "d".to_owned(),
        next_at: Some(time(0)),
        mode: Mode::Active,
        running: None,
        failures: 1,
        alerted: false,
    };
    desk.schedules.put_schedules(std::slice::from_ref(&standing)).await?;
    let firing = Firing {
        schedule: "S".to_owned(),
        expected: time(0),
        next_at: Some(time(60)),
        occurrences: vec![],
        run: Some(run_of("S", 0)),
    };
    assert_eq!(desk.schedules.fire(&[firing]).await?, 1);
    let after = |failures, alerted| {
        Some(ScheduleAfter {
            schedule: "S".to_owned(),
            failures,
            alerted,
        })
    };
    let lease = claim(desk, 0).await?.lease;
    let ends = Append {
        schedule: after(2, true),
        ..end(RunOutcome::Failed)
    };
    desk.runs.append(&lease, ends).await?;
    let known = desk.schedules.get_schedule("S").await?.ok_or("it was put")?;
    assert_eq!((known.running, known.failures, known.alerted), (None, 2, true));

    desk.runs.signal("schedule:S@0", &retry(), time(50)).await?;
    let known = desk.schedules.get_schedule("S").await?.ok_or("it was put")?;
    assert_eq!(known.running.as_deref(), Some("schedule:S@0"), "it is under way again");
    let lease = claim(desk, 50).await?.lease;
    let ends = Append {
        schedule: after(0, false),
        ..end(RunOutcome::Successful)
    };
    desk.runs.append(&lease, ends).await?;
    let known = desk.schedules.get_schedule("S").await?.ok_or("it was put")?;
    assert_eq!((known.running, known.failures, known.alerted), (None, 0, false));
    Ok(())
}

pub(super) async fn ended_runs_are_pruned(desk: &Desk) -> Outcome {
    over(desk, &new_run("a", 0), RunOutcome::Failed).await?;
    desk.runs.start(&new_run("b", 0)).await?;
    assert_eq!(desk.runs.prune_runs(time(10)).await?, 0, "it ended at 10");
    assert_eq!(desk.runs.prune_runs(time(11)).await?, 1);
    assert_eq!(desk.runs.get_run("a").await?, None);
    assert!(desk.runs.get_run("b").await?.is_some(), "it has not ended");
    Ok(())
}
