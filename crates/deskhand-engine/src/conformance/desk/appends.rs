//! What is appended, and what follows from it.

use super::super::sample::{batch, event};
use super::sample::{
    append, began, cancel, child_of, claim, claim_at, claimed, end, ended, is_lost, journal, new_run, numbers, run_of,
    sleep, state, time,
};
use super::{Desk, Outcome};
use crate::desk::{EventChange, EventState, EventTurn, Turned};
use crate::runs::{Append, RunOutcome, RunState, Signalled, What};
use crate::schedules::{Firing, Mode, ScheduleAfter, Standing};

pub(super) async fn entries_come_back_as_they_were(desk: &Desk) -> Outcome {
    let run = new_run("a", 0);
    desk.runs.start(&run).await?;
    let lease = claim(desk, 0).await?.lease;
    let failure = deskhand_command::Failure::new(502, "No.").with_hint("try \"again\"");
    let what = vec![
        What::Began {
            roots: run.given.clone(),
        },
        began("Each ticket[2]/Note"),
        What::StepEnded {
            step: "Each ticket[2]/Note".to_owned(),
            attempt: 1,
            ending: crate::runs::StepEnding::Unknown,
            branch: Some("failed".to_owned()),
            output: serde_json::Value::Null,
            failure: Some(failure),
        },
        What::StepSkipped { step: "B".to_owned() },
    ];
    let appended = desk.runs.append(&lease, append(what.clone(), 0)).await?;
    let entries = journal(desk, "a").await?;
    assert_eq!(appended, entries);
    assert!(entries.iter().all(|entry| entry.at == time(10)));
    assert_eq!(entries.into_iter().map(|entry| entry.what).collect::<Vec<_>>(), what);
    let again = desk.runs.claim_runs(&claim_at("two", 100, 1)).await?.remove(0);
    assert_eq!((again.run, again.entries), (run, appended));
    Ok(())
}

pub(super) async fn entries_are_numbered_whoever_appends(desk: &Desk) -> Outcome {
    desk.runs.start(&new_run("a", 0)).await?;
    let lease = claim(desk, 0).await?.lease;
    desk.runs
        .append(&lease, append(vec![began("A"), ended("A")], 0))
        .await?;
    for second in [11, 12] {
        assert_eq!(desk.runs.signal("a", &cancel(), time(second)).await?, Signalled::Taken);
    }
    desk.runs.append(&lease, append(vec![began("B")], 4)).await?;
    desk.runs.append(&lease, append(vec![], 5)).await?;
    desk.runs
        .append(&lease, append(vec![ended("B"), began("C")], 5))
        .await?;
    let entries = journal(desk, "a").await?;
    assert_eq!(numbers(&entries), [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!((entries[2].at, &entries[3].what), (time(11), &cancel()));
    Ok(())
}

pub(super) async fn what_was_not_seen_is_handed_over(desk: &Desk) -> Outcome {
    desk.runs.start(&new_run("a", 0)).await?;
    let lease = claim(desk, 0).await?.lease;
    assert_eq!(
        numbers(&desk.runs.append(&lease, append(vec![began("A")], 0)).await?),
        [1]
    );
    desk.runs.signal("a", &cancel(), time(11)).await?;
    let unseen = desk
        .runs
        .append(&lease, append(vec![ended("A"), began("B")], 1))
        .await?;
    assert_eq!(numbers(&unseen), [2, 3, 4], "the signal, then this append's");
    assert_eq!(unseen[0].what, cancel());
    assert!(desk.runs.append(&lease, append(vec![], 4)).await?.is_empty());
    Ok(())
}

pub(super) async fn a_run_sleeps_until_its_time(desk: &Desk) -> Outcome {
    desk.runs.start(&new_run("a", 0)).await?;
    let lease = claim(desk, 0).await?.lease;
    desk.runs.append(&lease, sleep(0, Some(500))).await?;
    let summary = desk.runs.get_run("a").await?.ok_or("it was started")?.summary;
    assert_eq!((summary.state, summary.wake_at), (RunState::Waiting, Some(time(500))));
    assert_eq!(desk.runs.next_run_due().await?, Some(time(500)));
    assert!(claimed(desk, &claim_at("one", 499, 1)).await?.is_empty());
    let again = claim(desk, 500).await?;
    desk.runs.append(&again.lease, sleep(0, None)).await?;
    assert_eq!(desk.runs.next_run_due().await?, None, "only a signal wakes it");
    assert!(claimed(desk, &claim_at("one", 900_000, 1)).await?.is_empty());
    Ok(())
}

pub(super) async fn a_signal_is_never_slept_through(desk: &Desk) -> Outcome {
    desk.runs.start(&new_run("a", 0)).await?;
    let lease = claim(desk, 0).await?.lease;
    desk.runs.append(&lease, append(vec![began("A")], 0)).await?;
    desk.runs.signal("a", &cancel(), time(11)).await?;
    let unseen = desk.runs.append(&lease, sleep(1, None)).await?;
    assert_eq!(numbers(&unseen), [2]);
    assert_eq!(
        state(desk, "a").await?,
        RunState::Due,
        "it was not seen, so the run goes on"
    );
    let again = claim(desk, 12).await?;
    assert_eq!(numbers(&again.entries), [1, 2]);
    let own = Append {
        what: vec![ended("A")],
        ..sleep(2, None)
    };
    desk.runs.append(&again.lease, own).await?;
    assert_eq!(
        state(desk, "a").await?,
        RunState::Waiting,
        "its own entries wake nobody"
    );
    Ok(())
}

pub(super) async fn what_follows_is_in_the_same_transaction(desk: &Desk) -> Outcome {
    let event = an_event(desk).await?;
    desk.runs.start(&new_run("a", 0)).await?;
    let lease = claim(desk, 0).await?.lease;
    let follows = Append {
        starts: vec![child_of("a", "a/Sub"), child_of("a", "a/Sub"), new_run("a", 0)],
        events: vec![change(event, Turned::Open).into(), change(999, Turned::Open).into()],
        ..append(vec![began("Sub")], 0)
    };
    desk.runs.append(&lease, follows.clone()).await?;
    assert_eq!(state(desk, "a/Sub").await?, RunState::Due);
    let child = claim(desk, 10).await?;
    assert_eq!(child.run, child_of("a", "a/Sub"));
    desk.runs.append(&lease, follows).await?;
    assert!(claimed(desk, &claim_at("one", 11, 9)).await?.is_empty(), "it is known");
    let story = desk.events.event_story(event).await?.ok_or("it was taken")?;
    assert_eq!((story.state, story.changes.len()), (EventState::Open, 1));
    assert_eq!(desk.events.event_story(999).await?, None);
    Ok(())
}

pub(super) async fn what_a_turn_sets_off_starts_once_for_every_time_that_it_turns(desk: &Desk) -> Outcome {
    let event = an_event(desk).await?;
    desk.runs.start(&new_run("a", 0)).await?;
    let lease = claim(desk, 0).await?.lease;
    let dismissed = || EventTurn {
        change: change(
            event,
            Turned::Dismissed {
                reason: "noise".to_owned(),
            },
        ),
        starts: vec![new_run("after", 0), new_run("too", 0)],
    };
    let opened: EventTurn = change(event, Turned::Open).into();
    let turns = Append {
        // The second changes nothing, and so sets nothing off.
        events: vec![dismissed(), dismissed(), opened.clone()],
        ..append(vec![began("Sub")], 0)
    };
    desk.runs.append(&lease, turns).await?;
    let again = Append {
        events: vec![opened, dismissed()],
        ..append(vec![began("Sub")], 1)
    };
    desk.runs.append(&lease, again).await?;
    let mut started = claimed(desk, &claim_at("one", 11, 9)).await?;
    started.sort();
    assert_eq!(started, ["after:1", "after:3", "too:1", "too:3"]);
    Ok(())
}

pub(super) async fn a_refused_append_leaves_nothing(desk: &Desk) -> Outcome {
    let event = an_event(desk).await?;
    let standing = Standing {
        name: "S".to_owned(),
        digest: "d".to_owned(),
        next_at: Some(time(0)),
        mode: Mode::Active,
        running: None,
        failures: 0,
        alerted: false,
    };
    desk.schedules.put_schedules(&[standing]).await?;
    let run = run_of("S", 0);
    let firing = Firing {
        schedule: "S".to_owned(),
        expected: time(0),
        next_at: None,
        occurrences: vec![],
        run: Some(run.clone()),
    };
    desk.schedules.fire(&[firing]).await?;
    let older = claim(desk, 0).await?.lease;
    let _newer = claim(desk, 60).await?;
    let refused = Append {
        starts: vec![new_run("b", 0)],
        events: vec![EventTurn {
            change: change(event, Turned::Open),
            starts: vec![new_run("c", 0)],
        }],
        schedule: Some(ScheduleAfter {
            schedule: "S".to_owned(),
            failures: 1,
            alerted: true,
        }),
        ..end(RunOutcome::Failed)
    };
    assert!(is_lost(desk.runs.append(&older, refused).await));
    assert!(journal(desk, &run.id).await?.is_empty());
    assert_eq!(desk.runs.get_run("b").await?, None);
    assert_eq!(desk.runs.get_run("c:1").await?, None);
    let story = desk.events.event_story(event).await?.ok_or("it was taken")?;
    assert_eq!(story.state, EventState::New);
    let standing = desk.schedules.get_schedule("S").await?.ok_or("it was put")?;
    assert_eq!((standing.failures, standing.running), (0, Some(run.id)));
    Ok(())
}

fn change(event: i64, to: Turned) -> EventChange {
    EventChange {
        event,
        to,
        by: "Toy".to_owned(),
        at: time(10),
    }
}

async fn an_event(desk: &Desk) -> Result<i64, Box<dyn std::error::Error + Send + Sync>> {
    let lease = super::super::sample::claim(&*desk.ingested, "A").await?;
    desk.ingested
        .commit(&lease, batch(&lease, vec![event(1, 5, 1)]))
        .await?;
    let events = desk.ingested.list_events(&super::super::sample::everything()).await?;
    Ok(events.first().ok_or("one was committed")?.id)
}
