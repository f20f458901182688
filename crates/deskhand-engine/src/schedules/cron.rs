//! Cron expressions in time zones.
//!
//! The expression is croner's matter, which sees wall clocks without zones only. What a wall clock means where it is put
//! forward or back is decided here, with jiff: croner's own rules follow a time over the gap only when hour, minute and
//! second are single numbers, so `0 2,14 * * *` would lose a run each spring.

use std::cmp::Ordering;
use std::sync::Arc;

use croner::parser::{CronParser, Seconds, Year};
use croner::{CivilDate, CivilDateTime, CivilTime, CronDateTime, Resolution, Weekday};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::cron_fields;
use super::when::WhenError;
use crate::dates::{find_zone, instant_of};

/// A cron expression in a time zone.
///
/// Five fields, or six with seconds in front; names (`MON`, `JAN`), `L`, `W` and `#`, and `@daily` with its like. A day
/// matches when day of month or day of week does, if neither is `*`.
///
/// Where clocks are put forward, a time that is left out comes at the first instant after the gap, and several such times
/// come once. Where they are put back, a time that comes twice is due the first time only. An expression for every hour
/// (`0 * * * *`) goes by the hours that there are instead: 23 times on the one day, 25 times on the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Cron {
    expression: String,
    /// Shared, because it is five thousand years long.
    pattern: Arc<croner::Cron>,
    zone: TimeZone,
    every_hour: bool,
}

impl Cron {
    /// Reads an expression; one that no day matches is refused, too.
    pub fn parse(expression: &str, zone: &str) -> Result<Self, WhenError> {
        let expression = expression.split_whitespace().collect::<Vec<_>>().join(" ");
        let refused = |why: String| WhenError::Cron {
            expression: expression.clone(),
            why,
        };
        // An empty place in a list is passed over by the parser, and a field of nothing else would match nothing.
        let fields = expression.split_whitespace();
        if let Some(field) = fields.clone().find(|field| field.split(',').any(str::is_empty)) {
            return Err(refused(format!("a list has an empty place (`{field}`)")));
        }
        let parser = CronParser::builder()
            .seconds(Seconds::Optional)
            .year(Year::Disallowed)
            .build();
        let pattern = parser
            .parse(&expression)
            .map_err(|_| refused(cron_fields::trouble(&expression, |other| parser.parse(other).is_ok())))?;
        let cron = Self {
            every_hour: pattern.pattern.hours.values().len() == 24,
            zone: find_zone(zone).map_err(WhenError::Zone)?,
            pattern: Arc::new(pattern),
            expression,
        };
        match cron.wall_from(Wall(DateTime::constant(2000, 1, 1, 0, 0, 0, 0)), true) {
            Some(_) => Ok(cron),
            None => Err(WhenError::Never(cron.expression)),
        }
    }

    /// The expression as it was written, blanks aside.
    pub fn expression(&self) -> &str {
        &self.expression
    }

    /// The name of its time zone.
    pub fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// The next time strictly after another; `None`: never again.
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        if self.every_hour {
            self.next_by_the_hour(after)
        } else {
            self.next_by_the_wall(after)
        }
    }

    /// Every instant whose wall clock matches. Between two changes of the clock, it runs as time does.
    fn next_by_the_hour(&self, after: Timestamp) -> Option<Timestamp> {
        let mut changes = self.zone.following(after);
        let (mut from, mut inclusive) = (after, false);
        loop {
            let offset = self.zone.to_offset(from);
            let wall = self.wall_from(Wall(offset.to_datetime(from)), inclusive)?;
            let next = offset.to_timestamp(wall).ok()?;
            match changes.next().map(|change| change.timestamp()) {
                Some(change) if change <= next => (from, inclusive) = (change, true),
                _ => return Some(next),
            }
        }
    }

    /// Every wall clock time that matches, once, at the instant that it means.
    fn next_by_the_wall(&self, after: Timestamp) -> Option<Timestamp> {
        let mut wall = self.zone.to_datetime(after);
        loop {
            wall = self.wall_from(Wall(wall), false)?;
            // Where the clock was put back, the first times that match are those that were due before it was.
            let next = instant_of(&self.zone, wall)?;
            if next > after {
                return Some(next);
            }
        }
    }

    fn wall_from(&self, wall: Wall, inclusive: bool) -> Option<DateTime> {
        self.pattern
            .find_next_occurrence(&wall, inclusive)
            .ok()
            .map(|found| found.0)
    }
}

/// A wall clock as croner sees it: without a zone, so that nothing is ever ambiguous.
#[derive(Debug, Clone)]
struct Wall(DateTime);

impl CronDateTime for Wall {
    fn to_civil(&self) -> CivilDateTime {
        let part = |part: i8| u32::from(part.unsigned_abs());
        let date = CivilDate::from_parts_unchecked(i32::from(self.0.year()), part(self.0.month()), part(self.0.day()));
        let time = CivilTime::from_parts_unchecked(part(self.0.hour()), part(self.0.minute()), part(self.0.second()));
        CivilDateTime::new(date, time)
    }

    fn civil_weekday(&self) -> Weekday {
        Weekday::from_days_from_sunday(u32::from(self.0.weekday().to_sunday_zero_offset().unsigned_abs()))
    }

    fn resolve_civil(&self, civil: CivilDateTime) -> Result<Resolution<Self>, croner::errors::CronError> {
        let small = |part: u32| i8::try_from(part).unwrap_or(i8::MAX);
        let wall = DateTime::new(
            i16::try_from(civil.year()).unwrap_or(i16::MAX),
            small(civil.month()),
            small(civil.day()),
            small(civil.hour()),
            small(civil.minute()),
            small(civil.second()),
            0,
        );
        let wall = wall.map_err(|_| croner::errors::CronError::InvalidDate)?;
        Ok(Resolution::Single(Self(wall)))
    }

    fn checked_add_seconds(&self, seconds: i64) -> Option<Self> {
        let span = 0.seconds().try_seconds(seconds).ok()?;
        self.0.checked_add(span).ok().map(Self)
    }

    fn cmp_instant(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cron(expression: &str, zone: &str) -> Cron {
        Cron::parse(expression, zone).unwrap()
    }

    /// The local times at which it is due from one local midnight to the next, with their offsets in hours.
    fn day(expression: &str, zone: &str, day: &str) -> Vec<String> {
        let cron = cron(expression, zone);
        let day: jiff::civil::Date = day.parse().unwrap();
        let midnight = |day: jiff::civil::Date| instant_of(&cron.zone, day.at(0, 0, 0, 0)).unwrap();
        let (begin, end) = (midnight(day), midnight(day.tomorrow().unwrap()));
        let mut due = Vec::new();
        let mut after = begin - 1.nanosecond();
        while let Some(next) = cron.next_after(after).filter(|next| *next < end) {
            let wall = cron.zone.to_datetime(next).strftime("%H:%M");
            due.push(format!("{wall}{}", cron.zone.to_offset(next)));
            after = next;
        }
        due
    }

    #[test]
    fn times_are_those_of_the_zone() {
        let next = cron("0 6 * * 1-5", "Europe/Berlin").next_after("2026-07-03T10:00:00Z".parse().unwrap());
        assert_eq!(next.unwrap().to_string(), "2026-07-06T04:00:00Z");
        let next = cron("30 17 * * *", "Asia/Kathmandu").next_after("2026-07-03T10:00:00Z".parse().unwrap());
        assert_eq!(next.unwrap().to_string(), "2026-07-03T11:45:00Z");
    }

    #[test]
    fn the_next_time_is_strictly_after() {
        let hourly = cron("0 * * * *", "UTC");
        let next = |after: &str| hourly.next_after(after.parse().unwrap()).unwrap().to_string();
        assert_eq!(next("2026-07-03T10:00:00Z"), "2026-07-03T11:00:00Z");
        assert_eq!(next("2026-07-03T09:59:59.999999999Z"), "2026-07-03T10:00:00Z");
        assert_eq!(next("2026-07-03T10:00:00.000000001Z"), "2026-07-03T11:00:00Z");
    }

    #[test]
    fn seconds_names_last_days_weekdays_and_nicknames_are_understood() {
        let next = |expression: &str| {
            let next = cron(expression, "UTC").next_after("2026-11-26T10:20:00Z".parse().unwrap());
            next.unwrap().to_string()
        };
        assert_eq!(next("*/20 * * * * *"), "2026-11-26T10:20:20Z");
        assert_eq!(next("0 9 * * MON"), "2026-11-30T09:00:00Z");
        assert_eq!(next("0 9 1 FEB *"), "2027-02-01T09:00:00Z");
        assert_eq!(next("0 9 L * *"), "2026-11-30T09:00:00Z");
        assert_eq!(next("0 9 15W 8 *"), "2027-08-16T09:00:00Z");
        assert_eq!(next("0 9 * * 2#2"), "2026-12-08T09:00:00Z");
        assert_eq!(next("0 9 * * 5L"), "2026-11-27T09:00:00Z");
        assert_eq!(next("@daily"), "2026-11-27T00:00:00Z");
        assert_eq!(next("0 9 1 * MON"), "2026-11-30T09:00:00Z");
        assert_eq!(next("0 0 29 2 *"), "2028-02-29T00:00:00Z");
    }

    #[test]
    fn mistakes_are_refused_in_words() {
        for (expression, expected) in [
            ("* * * *", "is no cron expression: it has 4 fields, and five are needed"),
            ("* * * * * * 2027", "it has 7 fields, and five are needed (six with"),
            (
                "61 * * * *",
                "is no cron expression: the minute cannot be `61`; it is 0 to 59",
            ),
            ("0 25 * * *", "the hour cannot be `25`; it is 0 to 23"),
            ("0 0 32 * *", "the day of month cannot be `32`; it is 1 to 31"),
            (
                "0 0 * JANUARY *",
                "the month cannot be `JANUARY`; it is 1 to 12, or `JAN`",
            ),
            ("0 0 * * 1-9", "the day of week cannot be `1-9`; it is 0 to 7"),
            ("61 0 0 * * *", "the second cannot be `61`"),
            ("a * * * *", "the minute cannot be `a`"),
            ("@dayly", "such names are `@hourly`, `@daily`"),
            (", * * * *", "a list has an empty place (`,`)"),
            ("0 1,,2 * * *", "a list has an empty place (`1,,2`)"),
            ("0 0 30 2 *", "`0 0 30 2 *` never comes: there is no such day"),
        ] {
            let error = Cron::parse(expression, "UTC").unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        let zone = Cron::parse("0 6 * * *", "Mitteleuropa").unwrap_err().to_string();
        assert!(zone.starts_with("`Mitteleuropa` is no time zone"), "{zone}");
    }

    #[test]
    fn a_time_that_is_left_out_comes_once_right_after_the_gap() {
        let spring = |expression| day(expression, "Europe/Berlin", "2026-03-29");
        assert_eq!(spring("30 2 * * *"), ["03:00+02"]);
        assert_eq!(spring("*/10 2 * * *"), ["03:00+02"]);
        assert_eq!(spring("0,30 2,3 * * *"), ["03:00+02", "03:30+02"]);
        assert_eq!(spring("30 2,14 * * *"), ["03:00+02", "14:30+02"]);
        assert_eq!(day("15 2 * * *", "Australia/Lord_Howe", "2026-10-04"), ["02:30+11"]);
        assert_eq!(day("0 0 * * *", "Africa/Cairo", "2026-04-24"), ["01:00+03"]);
    }

    #[test]
    fn a_time_that_comes_twice_is_due_the_first_time() {
        let autumn = |expression| day(expression, "Europe/Berlin", "2026-10-25");
        assert_eq!(autumn("30 2 * * *"), ["02:30+02"]);
        assert_eq!(
            autumn("*/30 2,3 * * *"),
            ["02:00+02", "02:30+02", "03:00+01", "03:30+01"]
        );
        assert_eq!(day("45 1 * * *", "Australia/Lord_Howe", "2026-04-05"), ["01:45+11"]);
    }

    #[test]
    fn what_comes_every_hour_goes_by_the_hours_that_there_are() {
        let hours = |date| day("0 * * * *", "Europe/Berlin", date);
        assert_eq!(hours("2026-10-24").len(), 24);
        let (spring, autumn) = (hours("2026-03-29"), hours("2026-10-25"));
        assert_eq!((spring.len(), autumn.len()), (23, 25));
        assert_eq!(spring[1..3], ["01:00+01", "03:00+02"]);
        assert_eq!(autumn[2..4], ["02:00+02", "02:00+01"]);
        assert_eq!(day("30 0-23 * * *", "Europe/Berlin", "2026-03-29").len(), 23);
        assert_eq!(day("*/10 * * * *", "Europe/Berlin", "2026-10-25").len(), 150);
        // Half an hour is left out or comes again.
        assert_eq!(day("30 * * * *", "Australia/Lord_Howe", "2026-04-05").len(), 25);
        assert_eq!(day("0 * * * *", "Australia/Lord_Howe", "2026-10-04").len(), 23);
    }

    #[test]
    fn an_expression_that_seldom_comes_is_found() {
        let next = cron("0 * 29 2 *", "America/New_York").next_after("2097-01-01T00:00:00Z".parse().unwrap());
        assert_eq!(next.unwrap().to_string(), "2104-02-29T05:00:00Z");
    }
}
