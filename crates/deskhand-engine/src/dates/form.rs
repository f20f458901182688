//! The form that a deployment or a person has chosen for times.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

use super::pattern::Pattern;
use super::{find_zone, instant_of};

/// How times are typed and shown: a pattern and a time zone.
///
/// ```
/// use deskhand_engine::dates::DateForm;
///
/// let form = DateForm::new("dd/MM/yyyy HH:mm", "Europe/London")?;
/// let time = form.read("01/07/2026 09:30")?;
/// assert_eq!(time.to_string(), "2026-07-01T08:30:00Z");
/// assert_eq!(form.show(time), "01/07/2026 09:30");
/// assert_eq!(form.read("2026-07-01T08:30:00Z")?, time);   // ISO 8601 is always understood
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct DateForm {
    pattern: Pattern,
    zone: TimeZone,
}

impl Default for DateForm {
    /// `yyyy-MM-dd HH:mm:ss` in UTC.
    fn default() -> Self {
        Self {
            pattern: Pattern {
                text: "yyyy-MM-dd HH:mm:ss".to_owned(),
                show: "%Y-%m-%d %H:%M:%S".to_owned(),
                read: "%Y-%m-%d %H:%M:%S".to_owned(),
                has_time: true,
            },
            zone: TimeZone::UTC,
        }
    }
}

impl DateForm {
    /// Reads a pattern (`dd/MM/yyyy HH:mm`, `MM/dd/yyyy hh:mm tt`) and the name of a zone; what cannot be is refused with what
    /// can.
    pub fn new(pattern: &str, zone: &str) -> Result<Self, String> {
        Ok(Self {
            pattern: Pattern::parse(pattern)?,
            zone: find_zone(zone)?,
        })
    }

    /// This form with another pattern, another zone, or both; what is not given stays.
    pub fn overridden(&self, pattern: Option<&str>, zone: Option<&str>) -> Result<Self, String> {
        let pattern = pattern.map(Pattern::parse).transpose()?;
        let zone = zone.map(find_zone).transpose()?;
        Ok(Self {
            pattern: pattern.unwrap_or_else(|| self.pattern.clone()),
            zone: zone.unwrap_or_else(|| self.zone.clone()),
        })
    }

    /// The pattern as it was written.
    pub fn pattern(&self) -> &str {
        &self.pattern.text
    }

    /// The zone.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The zone's name.
    pub fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// A time in this form; what is finer than the pattern is left out.
    pub fn show(&self, time: Timestamp) -> String {
        self.zone.to_datetime(time).strftime(&self.pattern.show).to_string()
    }

    /// A time in this form with the name of the zone, for a sentence.
    pub fn tell(&self, time: Timestamp) -> String {
        format!("{} ({})", self.show(time), self.zone_name())
    }

    /// Reads a time that was typed in this form, or as ISO 8601; without an offset it is one of the form's zone.
    ///
    /// A time that comes twice, because clocks are put back, is the first; one that is left out is the first instant after
    /// the gap. A date without a time of day is its midnight.
    pub fn read(&self, typed: &str) -> Result<Timestamp, String> {
        let typed = typed.trim();
        let wall = self.read_pattern(typed);
        if let (None, Ok(time)) = (wall, typed.parse()) {
            return Ok(time);
        }
        let wall = wall.or_else(|| typed.parse().ok());
        wall.and_then(|wall| instant_of(&self.zone, wall))
            .ok_or_else(|| self.refusal(typed))
    }

    fn read_pattern(&self, typed: &str) -> Option<DateTime> {
        let broken_down = strtime::parse(&self.pattern.read, typed).ok()?;
        let date = broken_down.to_date().ok()?;
        let time = if self.pattern.has_time {
            broken_down.to_time().ok()?
        } else {
            Time::midnight()
        };
        Some(date.to_datetime(time))
    }

    fn refusal(&self, typed: &str) -> String {
        let example = self.show(Timestamp::constant(1_798_129_800, 0));
        format!(
            "`{typed}` is no time; type it as {} ({example}), or as 2026-12-24T16:30:00Z",
            self.pattern.text
        )
    }
}

impl fmt::Display for DateForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.pattern.text, self.zone_name())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn form(pattern: &str, zone: &str) -> DateForm {
        DateForm::new(pattern, zone).unwrap()
    }

    #[test]
    fn times_are_shown_and_read_in_the_forms_of_several_countries() {
        let time: Timestamp = "2026-03-07T20:05:09Z".parse().unwrap();
        for (pattern, zone, shown) in [
            ("dd/MM/yyyy HH:mm:ss", "Europe/London", "07/03/2026 20:05:09"),
            ("yyyy-MM-dd HH:mm:ss", "Asia/Kathmandu", "2026-03-08 01:50:09"),
            ("MM/dd/yyyy hh:mm:ss tt", "America/New_York", "03/07/2026 03:05:09 PM"),
            ("M/d/yyyy h:mm:ss a", "America/New_York", "3/7/2026 3:05:09 PM"),
            ("dd.MM.yyyy, HH:mm:ss", "Europe/Berlin", "07.03.2026, 21:05:09"),
            ("d MMM yyyy H:mm:ss", "UTC", "7 Mar 2026 20:05:09"),
            ("dd MMMM yyyy, HH:mm:ss", "UTC", "07 March 2026, 20:05:09"),
            ("yyyyMMddHHmmss", "UTC", "20260307200509"),
            ("yyyy-MM-dd'T'HH:mm:ss'Z'", "UTC", "2026-03-07T20:05:09Z"),
            ("'100% at' yyyy-MM-dd HH:mm:ss", "UTC", "100% at 2026-03-07 20:05:09"),
        ] {
            let form = form(pattern, zone);
            assert_eq!(form.show(time), shown);
            assert_eq!(form.read(shown), Ok(time), "{form}");
        }
    }

    #[test]
    fn a_pattern_without_a_time_of_day_means_midnight() {
        let form = form("dd/MM/yyyy", "Europe/Berlin");
        assert_eq!(form.read("01/07/2026").unwrap().to_string(), "2026-06-30T22:00:00Z");
    }

    #[test]
    fn iso_8601_is_understood_beside_any_pattern() {
        let form = form("dd/MM/yyyy HH:mm", "Europe/Berlin");
        for typed in [
            "2026-07-01T08:30:00Z",
            "2026-07-01T10:30:00+02:00",
            "2026-07-01T10:30",
            "2026-07-01 10:30:00",
            " 01/07/2026 10:30 ",
        ] {
            assert_eq!(form.read(typed).unwrap().to_string(), "2026-07-01T08:30:00Z", "{typed}");
        }
        assert_eq!(form.read("2026-07-01").unwrap().to_string(), "2026-06-30T22:00:00Z");
    }

    #[test]
    fn what_is_no_time_is_refused_with_an_example() {
        let form = form("dd/MM/yyyy HH:mm", "Europe/Berlin");
        for typed in [
            "",
            "tomorrow",
            "31/02/2026 10:00",
            "07/13/2026 10:00",
            "01/07/2026",
            "01/07/2026 25:00",
        ] {
            let expected = format!(
                "`{typed}` is no time; type it as dd/MM/yyyy HH:mm (24/12/2026 17:30), or as 2026-12-24T16:30:00Z"
            );
            assert_eq!(form.read(typed), Err(expected));
        }
    }

    #[test]
    fn times_that_come_twice_or_never_are_those_of_schedules() {
        let form = form("dd/MM/yyyy HH:mm", "Europe/Berlin");
        assert_eq!(
            form.read("25/10/2026 02:30").unwrap().to_string(),
            "2026-10-25T00:30:00Z"
        );
        assert_eq!(
            form.read("29/03/2026 02:30").unwrap().to_string(),
            "2026-03-29T01:00:00Z"
        );
    }

    #[test]
    fn the_default_is_what_its_pattern_reads_as() {
        assert_eq!(DateForm::default(), form("yyyy-MM-dd HH:mm:ss", "UTC"));
    }

    #[test]
    fn what_somebody_does_not_choose_stays_as_it_is() {
        let deployment = form("dd/MM/yyyy HH:mm", "Europe/Berlin");
        for (pattern, zone, expected) in [
            (None, None, "dd/MM/yyyy HH:mm in Europe/Berlin"),
            (Some("M/d/yyyy h:mm tt"), None, "M/d/yyyy h:mm tt in Europe/Berlin"),
            (None, Some("America/New_York"), "dd/MM/yyyy HH:mm in America/New_York"),
            (Some("yyyy-MM-dd"), Some("UTC"), "yyyy-MM-dd in UTC"),
        ] {
            assert_eq!(deployment.overridden(pattern, zone).unwrap().to_string(), expected);
        }
        assert!(deployment.overridden(Some("DD"), None).is_err());
        assert!(deployment.overridden(None, Some("Berlin")).is_err());
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back_as_the_same_time(
            seconds in -30_000_000_000_i64..200_000_000_000,
            pattern in prop::sample::select(vec![
                ("dd/MM/yyyy HH:mm", 60), ("M/d/yyyy h:mm tt", 60), ("yyyy-MM-dd HH:mm:ss", 1),
                ("d MMM yyyy hh:mm:ss a", 1), ("yyyyMMddHHmm", 60), ("HH:mm, dd. MMMM yyyy", 60),
            ]),
            zone in prop::sample::select(vec![
                "UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Casablanca",
            ]),
        ) {
            let (pattern, precision) = pattern;
            let form = form(pattern, zone);
            // Offsets of the 19th century have seconds, so whole minutes are taken by the clock on the wall.
            let time = Timestamp::from_second(seconds).unwrap();
            let offset = i64::from(form.zone.to_offset(time).seconds());
            let wall = (seconds + offset).div_euclid(precision) * precision;
            let time = Timestamp::from_second(wall - offset).unwrap();
            let shown = form.show(time);
            let read = form.read(&shown).unwrap();
            prop_assert_eq!(form.show(read), &*shown);
            let comes_twice = form.zone.to_ambiguous_timestamp(form.zone.to_datetime(time)).is_ambiguous();
            prop_assert!(read == time || comes_twice && read < time, "{} is read as {}", time, read);
        }
    }
}
