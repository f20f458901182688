//! What becomes of a schedule's due times: pure, and always the same for the same standing and time.

use jiff::Timestamp;

use super::{Fate, Firing, Missed, Mode, Occurrence, Schedule, Standing};
use crate::runs::NewRun;

/// One firing looks at no more due times than this; the next goes on where it ended.
pub const STRETCH: usize = 10_000;

/// So many due times that came to nothing, the latest, are kept each by itself; those before them together as one.
pub const SHOWN: usize = 100;

/// The due times up to now.
struct Due {
    /// Those that are looked at: at least one.
    times: Vec<Timestamp>,
    /// The one after them, which may be due as well.
    next: Option<Timestamp>,
}

/// Decides on what is due now; `None` when nothing is, when the schedule may not run, or when its due time has to wait.
///
/// * While a run is under way, no other starts: due times are overlapped, or with [`Missed::All`] wait.
/// * With [`Missed::Skip`] the last due time runs if it is not late. All others are missed.
/// * With [`Missed::Once`] the last one runs, late if it has to. All others are missed.
/// * With [`Missed::All`] the first one runs, and the one after it is next, be it over or not.
///
/// The new due time is reckoned from the old one and later than it, whatever the clock says: one that jumps back fires
/// nothing twice.
pub fn decide(schedule: &Schedule, standing: &Standing, now: Timestamp) -> Option<Firing> {
    let expected = standing.next_at.filter(|next| *next <= now)?;
    if standing.mode != Mode::Active || !schedule.active {
        return None;
    }
    let (occurrences, run, next_at) = if schedule.missed == Missed::All {
        if standing.running.is_some() {
            return None;
        }
        let (started, run) = start(schedule, expected, now);
        (vec![started], Some(run), schedule.next_after(expected))
    } else {
        let due = due_until(schedule, expected, now);
        let (occurrences, run) = judge(schedule, standing, &due, now);
        (occurrences, run, due.next)
    };
    Some(Firing {
        schedule: schedule.name.clone(),
        expected,
        next_at,
        occurrences,
        run,
    })
}

fn due_until(schedule: &Schedule, first: Timestamp, now: Timestamp) -> Due {
    let mut times = vec![first];
    let mut next = schedule.next_after(first);
    while let Some(due) = next.filter(|next| *next <= now && times.len() < STRETCH) {
        times.push(due);
        next = schedule.next_after(due);
    }
    Due { times, next }
}

/// What becomes of each due time, where not all of them are to run.
fn judge(schedule: &Schedule, standing: &Standing, due: &Due, now: Timestamp) -> (Vec<Occurrence>, Option<NewRun>) {
    let more_are_due = due.next.is_some_and(|next| next <= now);
    let nothing = |times, fate| came_to_nothing(times, fate, now, if more_are_due { 0 } else { SHOWN });
    if standing.running.is_some() {
        return (nothing(&due.times, Fate::Overlapped), None);
    }
    let may_run = |due| !more_are_due && (schedule.missed == Missed::Once || !is_late(schedule, due, now));
    match due.times.split_last() {
        Some((last, before)) if may_run(*last) => {
            let (started, run) = start(schedule, *last, now);
            let mut occurrences = nothing(before, Fate::Missed);
            occurrences.push(started);
            (occurrences, Some(run))
        }
        _ => (nothing(&due.times, Fate::Missed), None),
    }
}

fn start(schedule: &Schedule, due: Timestamp, now: Timestamp) -> (Occurrence, NewRun) {
    let run = schedule.run(due, now);
    let fate = if is_late(schedule, due, now) {
        Fate::Late
    } else {
        Fate::Ran
    };
    let occurrence = Occurrence {
        due,
        last: due,
        times: 1,
        fate,
        at: now,
        run: Some(run.id.clone()),
    };
    (occurrence, run)
}

fn is_late(schedule: &Schedule, due: Timestamp, now: Timestamp) -> bool {
    now.duration_since(due).unsigned_abs() > schedule.late_after
}

/// The latest due times each by itself, those before them together.
fn came_to_nothing(times: &[Timestamp], fate: Fate, at: Timestamp, shown: usize) -> Vec<Occurrence> {
    let (together, single) = times.split_at(times.len().saturating_sub(shown));
    let stretches = std::iter::once(together).chain(single.chunks(1));
    let occurrences = stretches.filter_map(|times| {
        Some(Occurrence {
            due: *times.first()?,
            last: *times.last()?,
            times: times.len() as u64,
            fate,
            at,
            run: None,
        })
    });
    occurrences.collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::schedules::When;
    use crate::schedules::sample::{at, schedule, standing};

    /// Due times with what became of them, and whether the run that starts is that of the last.
    fn fates(firing: &Firing) -> Vec<(String, Fate)> {
        let times = firing.occurrences.iter();
        times
            .map(|one| (one.due.strftime("%H:%M").to_string(), one.fate))
            .collect()
    }

    fn fired(missed: Missed, next_at: &str, now: &str) -> Firing {
        let hourly = Schedule {
            missed,
            ..schedule("1h")
        };
        decide(&hourly, &standing(next_at), at(now)).unwrap()
    }

    fn of(expected: &[(&str, Fate)]) -> Vec<(String, Fate)> {
        expected.iter().map(|(due, fate)| ((*due).to_owned(), *fate)).collect()
    }

    #[test]
    fn what_is_due_runs_once_and_the_next_time_is_set() {
        let firing = fired(Missed::Skip, "2026-11-26T10:00:00Z", "2026-11-26T10:00:20Z");
        assert_eq!(fates(&firing), of(&[("10:00", Fate::Ran)]));
        let run = firing.run.unwrap();
        assert_eq!(run.id, "schedule:Hourly@2026-11-26T10:00:00Z");
        assert_eq!(firing.occurrences[0].run, Some(run.id));
        assert_eq!(firing.expected, at("2026-11-26T10:00:00Z"));
        assert_eq!(firing.next_at, Some(at("2026-11-26T11:00:00Z")));
    }

    #[test]
    fn nothing_is_decided_before_its_time_or_without_leave() {
        let hourly = schedule("1h");
        let due = standing("2026-11-26T10:00:00Z");
        let now = at("2026-11-26T10:00:00Z");
        assert!(decide(&hourly, &due, now).is_some());
        assert_eq!(decide(&hourly, &due, at("2026-11-26T09:59:59.999Z")), None);
        for mode in [Mode::Paused, Mode::Stopped] {
            let standing = Standing { mode, ..due.clone() };
            assert_eq!(decide(&hourly, &standing, now), None);
        }
        let never = Standing {
            next_at: None,
            ..due.clone()
        };
        assert_eq!(decide(&hourly, &never, now), None);
        let inactive = Schedule {
            active: false,
            ..hourly
        };
        assert_eq!(decide(&inactive, &due, now), None);
    }

    #[test]
    fn skipping_misses_what_is_late_and_runs_what_is_not() {
        let firing = fired(Missed::Skip, "2026-11-26T10:00:00Z", "2026-11-26T12:30:00Z");
        let expected = [
            ("10:00", Fate::Missed),
            ("11:00", Fate::Missed),
            ("12:00", Fate::Missed),
        ];
        assert_eq!(fates(&firing), of(&expected));
        assert_eq!((firing.run, firing.next_at), (None, Some(at("2026-11-26T13:00:00Z"))));

        let firing = fired(Missed::Skip, "2026-11-26T10:00:00Z", "2026-11-26T12:01:00Z");
        let expected = [("10:00", Fate::Missed), ("11:00", Fate::Missed), ("12:00", Fate::Ran)];
        assert_eq!(fates(&firing), of(&expected));
        assert_eq!(firing.run.unwrap().id, "schedule:Hourly@2026-11-26T12:00:00Z");
    }

    #[test]
    fn once_runs_the_last_of_many_late() {
        let firing = fired(Missed::Once, "2026-11-26T10:00:00Z", "2026-11-26T12:30:00Z");
        let expected = [("10:00", Fate::Missed), ("11:00", Fate::Missed), ("12:00", Fate::Late)];
        assert_eq!(fates(&firing), of(&expected));
        assert_eq!(firing.run.unwrap().id, "schedule:Hourly@2026-11-26T12:00:00Z");
    }

    #[test]
    fn all_runs_one_after_the_other_and_drops_nothing() {
        let hourly = Schedule {
            missed: Missed::All,
            ..schedule("1h")
        };
        let mut standing = standing("2026-11-26T10:00:00Z");
        let now = at("2026-11-26T12:00:30Z");
        let mut seen = Vec::new();
        while let Some(firing) = decide(&hourly, &standing, now) {
            seen.extend(fates(&firing));
            standing.next_at = firing.next_at;
            standing.running = firing.run.map(|run| run.id);
            assert_eq!(decide(&hourly, &standing, now), None, "the next one waits for it");
            standing.running = None;
        }
        let expected = [("10:00", Fate::Late), ("11:00", Fate::Late), ("12:00", Fate::Ran)];
        assert_eq!(seen, of(&expected));
        assert_eq!(standing.next_at, Some(at("2026-11-26T13:00:00Z")));
    }

    #[test]
    fn while_a_run_is_under_way_due_times_are_overlapped() {
        for missed in [Missed::Skip, Missed::Once] {
            let hourly = Schedule {
                missed,
                ..schedule("1h")
            };
            let standing = Standing {
                running: Some("schedule:Hourly@2026-11-26T09:00:00Z".to_owned()),
                ..standing("2026-11-26T10:00:00Z")
            };
            let firing = decide(&hourly, &standing, at("2026-11-26T11:00:00Z")).unwrap();
            assert_eq!(
                fates(&firing),
                of(&[("10:00", Fate::Overlapped), ("11:00", Fate::Overlapped)])
            );
            assert_eq!((firing.run, firing.next_at), (None, Some(at("2026-11-26T12:00:00Z"))));
        }
    }

    #[test]
    fn after_its_end_it_runs_no_more_and_what_was_due_before_is_not_lost() {
        let hourly = Schedule {
            ends: Some(at("2026-11-26T11:00:00Z")),
            ..schedule("1h")
        };
        let firing = decide(&hourly, &standing("2026-11-26T10:00:00Z"), at("2026-11-27T00:00:00Z")).unwrap();
        assert_eq!(fates(&firing), of(&[("10:00", Fate::Missed), ("11:00", Fate::Late)]));
        assert_eq!(firing.next_at, None);
    }

    #[test]
    fn a_year_of_missed_minutes_is_a_few_rows_that_count_them_all() {
        let minutely = Schedule {
            missed: Missed::Once,
            ..schedule("1m")
        };
        let mut standing = standing("2026-01-01T00:00:00Z");
        let now = at("2027-01-01T00:00:30Z");
        let (mut rows, mut times, mut runs, mut firings) = (0, 0, Vec::new(), 0);
        let mut last = at("2025-12-31T23:59:00Z");
        while let Some(firing) = decide(&minutely, &standing, now) {
            assert!(firing.occurrences.len() <= SHOWN + 2);
            for row in &firing.occurrences {
                assert_eq!(row.due, last + Duration::from_secs(60));
                last = row.last;
                times += row.times;
            }
            rows += firing.occurrences.len();
            firings += 1;
            runs.extend(firing.run.map(|run| run.id));
            standing.next_at = firing.next_at;
        }
        assert_eq!(times, 365 * 24 * 60 + 1);
        assert_eq!(runs, ["schedule:Hourly@2027-01-01T00:00:00Z"]);
        assert!(firings < 60 && rows < 200, "{firings} firings, {rows} rows");
    }

    #[test]
    fn a_clock_that_jumps_back_fires_nothing_twice() {
        let minutely = schedule("1m");
        let mut standing = standing("2026-11-26T10:00:00Z");
        let mut seen = std::collections::HashSet::new();
        let clock = [
            "10:00:01", "10:01:01", "09:01:05", "09:02:05", "10:00:30", "10:01:30", "10:02:00", "10:03:00",
        ];
        for time in clock {
            if let Some(firing) = decide(&minutely, &standing, at(&format!("2026-11-26T{time}Z"))) {
                let id = firing.run.unwrap().id;
                assert!(seen.insert(id.clone()), "{id}");
                standing.next_at = firing.next_at;
            }
        }
        assert_eq!(seen.len(), 4);
    }

    proptest! {
        #[test]
        fn every_due_time_is_accounted_for_once(
            seconds in 1_u64..4000,
            steps in prop::collection::vec((0_i64..40_000, prop::bool::ANY), 1..20),
            missed in prop::sample::select(vec![Missed::Skip, Missed::Once, Missed::All]),
        ) {
            let start = at("2026-03-28T00:00:00Z");
            let when = When::Every { period: Duration::from_secs(seconds), from: start };
            let schedule = Schedule { missed, ..Schedule::new("S", when, schedule("1h").plan) };
            let mut standing = Standing { next_at: Some(start), ..standing("2026-03-28T00:00:00Z") };
            let (mut now, mut expected) = (start, start);
            for (step, ends) in steps {
                now += Duration::from_secs(step.unsigned_abs());
                while let Some(firing) = decide(&schedule, &standing, now) {
                    prop_assert_eq!(Some(firing.expected), standing.next_at);
                    for row in &firing.occurrences {
                        prop_assert_eq!(row.due, expected);
                        prop_assert_eq!(row.run.is_some(), matches!(row.fate, Fate::Ran | Fate::Late));
                        expected = schedule.next_after(row.last).unwrap();
                    }
                    prop_assert_eq!(firing.next_at, Some(expected));
                    let started = firing.occurrences.iter().filter_map(|row| row.run.clone()).collect::<Vec<_>>();
                    prop_assert_eq!(started, firing.run.iter().map(|run| run.id.clone()).collect::<Vec<_>>());
                    prop_assert!(standing.running.is_none() || firing.run.is_none());
                    standing.next_at = firing.next_at;
                    standing.running = standing.running.or(firing.run.map(|run| run.id));
                }
                if ends {
                    standing.running = None;
                }
            }
        }
    }
}
