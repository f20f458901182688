//! Schedules and their due times.

use super::sample::{append, claim_at, claimed, journal, new_run, retry, run_of, state, time};
use super::{Desk, Outcome};
use crate::runs::{Append, RunOutcome, RunState, Signalled};
use crate::schedules::{Fate, Firing, INACTIVE, Mode, Occurrence, ScheduleAfter, Standing, Turn, UNDEFINED};

fn standing(name: &str, next: i64) -> Standing {
    Standing {
        name: name.to_owned(),
        digest: "every minute".to_owned(),
        next_at: Some(time(next)),
        mode: Mode::Active,
        running: None,
        failures: 0,
        alerted: false,
    }
}

fn firing(schedule: &str, expected: i64, next: Option<i64>) -> Firing {
    Firing {
        schedule: schedule.to_owned(),
        expected: time(expected),
        next_at: next.map(time),
        occurrences: vec![occurrence(schedule, expected, Fate::Ran)],
        run: Some(run_of(schedule, expected)),
    }
}

fn occurrence(schedule: &str, due: i64, fate: Fate) -> Occurrence {
    Occurrence {
        due: time(due),
        last: time(due + 2),
        times: 3,
        fate,
        at: time(due + 5),
        run: (fate == Fate::Ran).then(|| run_of(schedule, due).id),
    }
}

pub(super) async fn a_schedule_is_known_once(desk: &Desk) -> Outcome {
    desk.schedules
        .put_schedules(&[standing("B", 5), standing("A", 7)])
        .await?;
    desk.schedules.fire(&[firing("B", 5, Some(60))]).await?;
    let same = standing("B", 30);
    desk.schedules.put_schedules(std::slice::from_ref(&same)).await?;
    let known = desk.schedules.get_schedule("B").await?.ok_or("it was put")?;
    assert_eq!(known.next_at, Some(time(60)), "nothing is new about it");
    let changed = Standing {
        digest: "every hour".to_owned(),
        failures: 9,
        mode: Mode::Paused,
        ..same
    };
    desk.schedules.put_schedules(&[changed]).await?;
    let known = desk.schedules.get_schedule("B").await?.ok_or("it was put")?;
    let expected = Standing {
        digest: "every hour".to_owned(),
        running: Some("schedule:B@5".to_owned()),
        ..standing("B", 30)
    };
    assert_eq!(known, expected, "only the due time is new");
    let names: Vec<_> = desk
        .schedules
        .list_schedules()
        .await?
        .into_iter()
        .map(|known| known.name)
        .collect();
    assert_eq!(names, ["A", "B"]);
    assert_eq!(desk.schedules.get_schedule("C").await?, None);
    Ok(())
}

pub(super) async fn a_due_time_fires_once(desk: &Desk) -> Outcome {
    desk.schedules
        .put_schedules(&[standing("A", 5), standing("B", 5)])
        .await?;
    let both = [firing("A", 5, Some(65)), firing("B", 6, Some(65)), firing("C", 5, None)];
    assert_eq!(
        desk.schedules.fire(&both).await?,
        1,
        "B expected another time, C is unknown"
    );
    assert_eq!(desk.schedules.fire(&both).await?, 0);
    assert_eq!(claimed(desk, &claim_at("one", 5, 9)).await?, ["schedule:A@5"]);
    let known = desk.schedules.get_schedule("A").await?.ok_or("it was put")?;
    assert_eq!(
        (known.next_at, known.running.as_deref()),
        (Some(time(65)), Some("schedule:A@5"))
    );
    assert_eq!(
        desk.schedules.list_occurrences("A", 9).await?,
        [occurrence("A", 5, Fate::Ran)]
    );
    assert!(desk.schedules.list_occurrences("B", 9).await?.is_empty());

    let none = Firing {
        run: None,
        occurrences: vec![occurrence("A", 65, Fate::Overlapped)],
        ..firing("A", 65, None)
    };
    assert_eq!(desk.schedules.fire(&[none]).await?, 1);
    let known = desk.schedules.get_schedule("A").await?.ok_or("it was put")?;
    assert_eq!(
        (known.next_at, known.running.as_deref()),
        (None, Some("schedule:A@5")),
        "it still runs"
    );
    Ok(())
}

pub(super) async fn a_due_time_that_comes_again_waits_for_nobody(desk: &Desk) -> Outcome {
    desk.schedules.put_schedules(&[standing("A", 5)]).await?;
    desk.schedules.fire(&[firing("A", 5, Some(65))]).await?;
    let lease = super::sample::claim(desk, 5).await?.lease;
    let ends = Append {
        schedule: Some(ScheduleAfter {
            schedule: "A".to_owned(),
            failures: 0,
            alerted: false,
        }),
        ..super::sample::end(RunOutcome::Successful)
    };
    desk.runs.append(&lease, ends).await?;
    let back = Turn::Resume { next_at: Some(time(5)) };
    desk.schedules.turn_schedule("A", back).await?;
    assert_eq!(desk.schedules.fire(&[firing("A", 5, Some(65))]).await?, 1);
    let known = desk.schedules.get_schedule("A").await?.ok_or("it was put")?;
    assert_eq!(
        (known.next_at, known.running),
        (Some(time(65)), None),
        "its run has ended long ago"
    );
    assert_eq!(
        desk.schedules.list_occurrences("A", 9).await?,
        [occurrence("A", 5, Fate::Ran)]
    );
    Ok(())
}

pub(super) async fn those_due_longest_come_first(desk: &Desk) -> Outcome {
    assert_eq!(desk.schedules.next_schedule_due().await?, None);
    let never = Standing {
        next_at: None,
        ..standing("Never", 0)
    };
    desk.schedules
        .put_schedules(&[standing("C", 9), standing("A", 8), standing("B", 7), never])
        .await?;
    let due = async |now: i64, limit: u32| -> Result<Vec<String>, crate::StoreError> {
        let due = desk.schedules.due_schedules(time(now), limit).await?;
        Ok(due.into_iter().map(|due| due.name).collect())
    };
    assert_eq!(due(8, 9).await?, ["B", "A"]);
    assert_eq!(due(9, 2).await?, ["B", "A"]);
    assert!(due(6, 9).await?.is_empty());
    assert_eq!(desk.schedules.next_schedule_due().await?, Some(time(7)));
    Ok(())
}

pub(super) async fn paused_schedules_rest_and_stopped_ones_stay_so(desk: &Desk) -> Outcome {
    desk.schedules.put_schedules(&[standing("A", 5)]).await?;
    assert!(desk.schedules.turn_schedule("A", Turn::Pause).await?);
    assert_eq!(
        desk.schedules.fire(&[firing("A", 5, None)]).await?,
        0,
        "it was paused meanwhile"
    );
    assert!(desk.schedules.due_schedules(time(9), 9).await?.is_empty());
    assert_eq!(desk.schedules.next_schedule_due().await?, None);
    let resumed = Turn::Resume {
        next_at: Some(time(40)),
    };
    assert!(desk.schedules.turn_schedule("A", resumed).await?);
    let known = desk.schedules.get_schedule("A").await?.ok_or("it was put")?;
    assert_eq!((known.mode, known.next_at), (Mode::Active, Some(time(40))));
    assert!(desk.schedules.turn_schedule("A", Turn::Stop).await?);
    for turn in [Turn::Pause, resumed, Turn::Stop] {
        assert!(!desk.schedules.turn_schedule("A", turn).await?, "{turn:?}");
    }
    let known = desk.schedules.get_schedule("A").await?.ok_or("it was put")?;
    assert_eq!(known.mode, Mode::Stopped);
    assert_eq!(desk.schedules.next_schedule_due().await?, None);
    assert!(!desk.schedules.turn_schedule("B", Turn::Pause).await?);
    Ok(())
}

pub(super) async fn a_deleted_schedule_takes_its_runs_along(desk: &Desk) -> Outcome {
    desk.schedules
        .put_schedules(&[standing("A", 5), standing("AB", 5)])
        .await?;
    desk.schedules
        .fire(&[firing("A", 5, None), firing("AB", 5, None)])
        .await?;
    desk.runs.start(&new_run("mine", 5)).await?;
    let held = desk.runs.claim_runs(&claim_at("one", 5, 9)).await?;
    assert!(desk.schedules.delete_schedule("A").await?);
    assert!(!desk.schedules.delete_schedule("A").await?);
    assert_eq!(desk.schedules.get_schedule("A").await?, None);
    assert!(desk.schedules.list_occurrences("A", 9).await?.is_empty());
    assert_eq!(desk.runs.get_run("schedule:A@5").await?, None);
    for claimed in held {
        let appended = desk.runs.append(&claimed.lease, append(vec![], 0)).await;
        assert_eq!(appended.is_err(), claimed.run.id == "schedule:A@5");
    }
    assert_eq!(desk.schedules.list_occurrences("AB", 9).await?.len(), 1);
    Ok(())
}

pub(super) async fn occurrences_are_listed_from_the_newest(desk: &Desk) -> Outcome {
    desk.schedules.put_schedules(&[standing("A", 100)]).await?;
    let fates = [Fate::Missed, Fate::Late, Fate::Overlapped, Fate::Ran];
    let occurrences: Vec<_> = fates
        .into_iter()
        .zip([70, 80, 90, 100])
        .map(|(fate, due)| occurrence("A", due, fate))
        .collect();
    let many = Firing {
        occurrences: occurrences.clone(),
        ..firing("A", 100, None)
    };
    desk.schedules.fire(&[many]).await?;
    let listed = desk.schedules.list_occurrences("A", 9).await?;
    assert!(listed.iter().eq(occurrences.iter().rev()));
    assert_eq!(desk.schedules.list_occurrences("A", 2).await?, listed[..2]);
    desk.runs.prune_runs(time(83)).await?;
    assert_eq!(
        desk.schedules.list_occurrences("A", 9).await?,
        listed[..2],
        "the last of the others were due before 83"
    );
    Ok(())
}

pub(super) async fn a_run_that_is_tried_again_runs_beside_no_other(desk: &Desk) -> Outcome {
    desk.schedules.put_schedules(&[standing("A", 5)]).await?;
    let running = async || -> Result<Option<String>, crate::StoreError> {
        let known = desk.schedules.get_schedule("A").await?;
        Ok(known.and_then(|known| known.running))
    };
    let ends = |seen| Append {
        seen,
        schedule: Some(ScheduleAfter {
            schedule: "A".to_owned(),
            failures: 1,
            alerted: false,
        }),
        ..super::sample::end(RunOutcome::Failed)
    };
    for due in [5, 65] {
        desk.schedules.fire(&[firing("A", due, Some(due + 60))]).await?;
        if due == 5 {
            let lease = super::sample::claim(desk, due).await?.lease;
            desk.runs.append(&lease, ends(0)).await?;
            assert_eq!(running().await?, None);
        }
    }
    let (first, second) = ("schedule:A@5", "schedule:A@65");
    let overlaps = Signalled::Overlaps { run: second.to_owned() };
    assert_eq!(desk.runs.signal(first, &retry(), time(70)).await?, overlaps);
    assert_eq!(state(desk, first).await?, RunState::Ended);
    assert_eq!(journal(desk, first).await?.len(), 1, "it was not noted");
    assert_eq!(running().await?.as_deref(), Some(second));

    let lease = super::sample::claim(desk, 70).await?.lease;
    desk.runs.append(&lease, ends(0)).await?;
    assert_eq!(desk.runs.signal(first, &retry(), time(80)).await?, Signalled::Taken);
    assert_eq!(running().await?.as_deref(), Some(first));
    let beside = firing("A", 125, Some(185));
    assert_eq!(
        desk.schedules.fire(std::slice::from_ref(&beside)).await?,
        0,
        "it was decided on before"
    );
    let known = desk.schedules.get_schedule("A").await?.ok_or("it was put")?;
    assert_eq!(known.next_at, Some(time(125)));
    assert_eq!(desk.runs.get_run("schedule:A@125").await?, None);
    let lease = super::sample::claim(desk, 80).await?.lease;
    desk.runs.append(&lease, ends(2)).await?;
    assert_eq!(running().await?, None);
    assert_eq!(desk.schedules.fire(&[beside]).await?, 1);
    Ok(())
}

pub(super) async fn failures_are_counted_anew_after_a_schedule_was_off(desk: &Desk) -> Outcome {
    let told = Append {
        schedule: Some(ScheduleAfter {
            schedule: "A".to_owned(),
            failures: 3,
            alerted: true,
        }),
        ..super::sample::end(RunOutcome::Failed)
    };
    let put = async |digest: &str| -> Result<(u32, bool), crate::StoreError> {
        let standing = Standing {
            digest: digest.to_owned(),
            ..standing("A", 5)
        };
        desk.schedules.put_schedules(&[standing]).await?;
        let known = desk.schedules.get_schedule("A").await?;
        Ok(known.map_or((0, false), |known| (known.failures, known.alerted)))
    };
    for (number, off) in [INACTIVE, UNDEFINED].into_iter().enumerate() {
        put("every minute").await?;
        desk.runs.start(&new_run(&format!("R{number}"), 5)).await?;
        let lease = super::sample::claim(desk, 5).await?.lease;
        desk.runs.append(&lease, told.clone()).await?;
        assert_eq!(put("every minute").await?, (3, true));
        assert_eq!(put("every hour").await?, (3, true), "other times are the same trouble");
        put(off).await?;
        assert_eq!(put("every hour").await?, (0, false), "it was {off}");
    }
    Ok(())
}
