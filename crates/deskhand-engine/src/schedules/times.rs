//! The times of a schedule as files have them, and what becomes of them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use toml::Value;

use super::When;
use crate::dates::{find_zone, instant_of};

/// Members that every definition of something that is due again and again has.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct WrittenTimes<'a> {
    pub(crate) every: Option<&'a str>,
    pub(crate) cron: Option<&'a str>,
    pub(crate) zone: Option<&'a str>,
    pub(crate) starts: Option<&'a Value>,
    pub(crate) ends: Option<&'a Value>,
}

/// What they come to.
#[derive(Debug, Clone)]
pub(crate) struct Times {
    pub(crate) when: When,
    pub(crate) starts: Option<Timestamp>,
    pub(crate) ends: Option<Timestamp>,
}

impl WrittenTimes<'_> {
    /// Reads them; a message says which member is to blame.
    pub(crate) fn read(self) -> Result<Times, String> {
        let zone = self
            .zone
            .map_or(Ok(TimeZone::UTC), find_zone)
            .map_err(|error| format!("zone: {error}"))?;
        let starts = self
            .starts
            .map(|written| read_time("starts", written, &zone))
            .transpose()?;
        let ends = self.ends.map(|written| read_time("ends", written, &zone)).transpose()?;
        if let (Some(starts), Some(ends)) = (starts, ends)
            && ends < starts
        {
            return Err("it ends before it starts".to_owned());
        }
        let when = match (self.every, self.cron) {
            (Some(every), None) => When::every(every, starts).map_err(|error| format!("every: {error}")),
            (None, Some(cron)) => When::cron(cron, self.zone).map_err(|error| format!("cron: {error}")),
            _ => Err("it needs either `every` or `cron`: `every = \"15m\"`, `cron = \"0 6 * * 1-5\"`".to_owned()),
        };
        Ok(Times {
            when: when?,
            starts,
            ends,
        })
    }
}

/// A time as files have it: with `Z` or an offset, or else in the definition's zone. A day begins at midnight.
pub(crate) fn read_time(member: &str, written: &Value, zone: &TimeZone) -> Result<Timestamp, String> {
    let text = match written {
        Value::String(text) => text.clone(),
        Value::Datetime(time) => time.to_string(),
        other => other.to_string(),
    };
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time);
    }
    let wall = text.parse::<DateTime>().ok().and_then(|wall| instant_of(zone, wall));
    wall.ok_or_else(|| {
        format!("{member}: `{text}` is no time; write it as `2026-12-01T06:00:00Z`, or `2026-12-01 06:00` in the zone")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(written: &str, zone: &str) -> Result<String, String> {
        let table: toml::Table = format!("starts = {written}").parse().unwrap();
        let zone = find_zone(zone).unwrap();
        read_time("starts", &table["starts"], &zone).map(|time| time.to_string())
    }

    #[test]
    fn times_are_read_with_an_offset_or_in_the_zone() {
        for written in [
            "2026-12-01T06:00:00Z",
            "2026-12-01T07:00:00+01:00",
            "2026-12-01T07:00:00",
            "2026-12-01 07:00:00",
            "\"2026-12-01 07:00\"",
            "\"2026-12-01T06:00Z\"",
        ] {
            assert_eq!(
                time(written, "Europe/Berlin").as_deref(),
                Ok("2026-12-01T06:00:00Z"),
                "{written}"
            );
        }
        assert_eq!(
            time("2026-12-01", "America/New_York").as_deref(),
            Ok("2026-12-01T05:00:00Z")
        );
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for written in ["\"tomorrow\"", "06:00:00", "7", "true"] {
            assert!(time(written, "UTC").unwrap_err().starts_with("starts: `"), "{written}");
        }
    }

    #[test]
    fn a_schedule_needs_one_of_interval_and_expression() {
        let needs = "it needs either `every` or `cron`";
        let neither = WrittenTimes::default();
        assert!(neither.read().unwrap_err().starts_with(needs));
        let both = WrittenTimes {
            every: Some("1h"),
            cron: Some("0 * * * *"),
            ..neither
        };
        assert!(both.read().unwrap_err().starts_with(needs));
    }
}
