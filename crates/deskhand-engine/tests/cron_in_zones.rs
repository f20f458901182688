//! Cron expressions around every change of clocks of 2024 to 2027, held against counting minutes on the wall.
#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::collections::BTreeSet;

use deskhand_engine::schedules::{Cron, When};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use proptest::prelude::*;

const ZONES: &[&str] = &[
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Los_Angeles",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/Havana",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Beirut",
    "Asia/Jerusalem",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
];

/// An expression whose fields are lists of numbers, so that it is plain what it matches.
#[derive(Debug, Clone)]
struct Plain {
    minutes: BTreeSet<i8>,
    hours: BTreeSet<i8>,
    weekdays: BTreeSet<i8>,
}

impl Plain {
    fn text(&self) -> String {
        let list = |numbers: &BTreeSet<i8>| numbers.iter().map(i8::to_string).collect::<Vec<_>>().join(",");
        let weekdays = if self.weekdays.len() == 7 {
            "*".to_owned()
        } else {
            list(&self.weekdays)
        };
        format!("{} {} * * {weekdays}", list(&self.minutes), list(&self.hours))
    }

    fn matches(&self, wall: DateTime) -> bool {
        self.minutes.contains(&wall.minute())
            && self.hours.contains(&wall.hour())
            && self.weekdays.contains(&wall.weekday().to_sunday_zero_offset())
            && wall.second() == 0
    }

    /// What is due in a stretch of time, found minute by minute.
    fn due(&self, zone: &TimeZone, begin: Timestamp, end: Timestamp) -> BTreeSet<Timestamp> {
        let every_hour = self.hours.len() == 24;
        let (mut due, mut seen) = (BTreeSet::new(), BTreeSet::new());
        let mut before = None;
        // Begins a day early, so that a time which comes twice is known to be the second.
        let mut now = begin - 24.hours();
        while now < end {
            let wall = zone.to_datetime(now);
            let left_out = before.map_or_else(BTreeSet::new, |before| walls_between(before, wall));
            let after_gap = !every_hour && left_out.iter().any(|wall| self.matches(*wall));
            let is_first = seen.insert(wall);
            if now >= begin && (after_gap || self.matches(wall) && (every_hour || is_first)) {
                due.insert(now);
            }
            before = Some(wall);
            now += 1.minute();
        }
        due
    }
}

/// The minutes on the wall between two that follow each other.
fn walls_between(before: DateTime, wall: DateTime) -> BTreeSet<DateTime> {
    let mut between = BTreeSet::new();
    let mut next = before + 1.minute();
    while next < wall {
        between.insert(next);
        next += 1.minute();
    }
    between
}

/// The changes of a zone's clocks from 2024 to 2027, or some time where it has none.
fn changes(zone: &TimeZone) -> Vec<Timestamp> {
    let begin: Timestamp = "2024-01-01T00:00:00Z".parse().unwrap();
    let end: Timestamp = "2028-01-01T00:00:00Z".parse().unwrap();
    let changes = zone.following(begin).map(|change| change.timestamp());
    let changes: Vec<_> = changes.take_while(|change| *change < end).collect();
    if changes.is_empty() {
        vec!["2025-06-01T12:00:00Z".parse().unwrap()]
    } else {
        changes
    }
}

fn fired(cron: &Cron, begin: Timestamp, end: Timestamp) -> Vec<Timestamp> {
    let mut fired = Vec::new();
    let mut after = begin - 1.nanosecond();
    while let Some(next) = cron.next_after(after).filter(|next| *next < end) {
        assert!(next > after, "{next} comes after {after}");
        fired.push(next);
        after = next;
    }
    fired
}

fn some_of(numbers: std::ops::Range<i8>) -> impl Strategy<Value = BTreeSet<i8>> {
    let all: BTreeSet<i8> = numbers.clone().collect();
    let few = prop::collection::btree_set(numbers, 1..6);
    prop_oneof![3 => few, 1 => Just(all)]
}

fn plain() -> impl Strategy<Value = Plain> {
    (some_of(0..60), some_of(0..24), some_of(0..7)).prop_map(|(minutes, hours, weekdays)| Plain {
        minutes,
        hours,
        weekdays,
    })
}

fn assert_right(plain: &Plain, zone: &str, change: Timestamp) {
    let cron = Cron::parse(&plain.text(), zone).unwrap();
    let zone = TimeZone::get(zone).unwrap();
    let (begin, end) = (change - 30.hours(), change + 30.hours());
    let expected: Vec<_> = plain.due(&zone, begin, end).into_iter().collect();
    assert_eq!(fired(&cron, begin, end), expected, "{} around {change}", plain.text());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_time_that_matches_is_due_once_around_a_change_of_clocks(
        plain in plain(),
        zone in prop::sample::select(ZONES),
        which in any::<prop::sample::Index>(),
    ) {
        let changes = changes(&TimeZone::get(zone).unwrap());
        assert_right(&plain, zone, changes[which.index(changes.len())]);
    }

    #[test]
    fn where_the_search_begins_makes_no_difference(
        plain in plain(),
        zone in prop::sample::select(ZONES),
        which in any::<prop::sample::Index>(),
        offset in -100_000_000_000_i64..100_000_000_000,
    ) {
        let changes = changes(&TimeZone::get(zone).unwrap());
        let change = changes[which.index(changes.len())];
        let cron = Cron::parse(&plain.text(), zone).unwrap();
        let after = change + (offset / 1_000_000).seconds() + (offset % 1_000_000).nanoseconds();
        let fired = fired(&cron, after - 8.days_of_24_hours(), after + 8.days_of_24_hours());
        let expected = fired.into_iter().find(|time| *time > after);
        prop_assert_eq!(cron.next_after(after), expected);
    }
}

trait Days {
    fn days_of_24_hours(self) -> jiff::Span;
}

impl Days for i64 {
    fn days_of_24_hours(self) -> jiff::Span {
        (self * 24).hours()
    }
}

#[test]
fn usual_expressions_are_right_at_every_change_of_every_zone() {
    let set = |numbers: &[i8]| numbers.iter().copied().collect::<BTreeSet<_>>();
    let (all_hours, week): (BTreeSet<i8>, BTreeSet<i8>) = ((0..24).collect(), (0..7).collect());
    let usual = [
        (set(&[0]), all_hours.clone()),
        (set(&[0, 15, 30, 45]), all_hours),
        (set(&[30]), set(&[0, 1, 2, 3])),
        (set(&[0, 20, 40]), set(&[2])),
        (set(&[0]), set(&[0])),
        (set(&[59]), set(&[23])),
    ];
    for zone in ZONES {
        for change in changes(&TimeZone::get(zone).unwrap()) {
            for (minutes, hours) in &usual {
                let plain = Plain {
                    minutes: minutes.clone(),
                    hours: hours.clone(),
                    weekdays: week.clone(),
                };
                assert_right(&plain, zone, change);
            }
        }
    }
}

#[test]
fn an_interval_does_not_notice_that_clocks_change() {
    let hourly = When::every("1h", None).unwrap();
    let mut after: Timestamp = "2026-03-28T00:00:00Z".parse().unwrap();
    for _ in 0..72 {
        let next = hourly.next_after(after).unwrap();
        assert_eq!(next, after + 1.hour());
        after = next;
    }
}
