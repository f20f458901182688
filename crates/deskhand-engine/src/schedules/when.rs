//! When something is due: at intervals, or by a cron expression in a time zone.

use std::fmt;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::cron::Cron;
use super::duration::{in_words, parse_duration};

/// The shortest interval that people can ask for.
const SHORTEST: Duration = Duration::from_secs(60);

/// When something is due.
///
/// ```
/// use deskhand_engine::schedules::When;
///
/// let hourly = When::parse("every 1 hour", None, None)?;
/// let next = hourly.next_after("2026-11-26T10:20:00Z".parse()?);
/// assert_eq!(next, Some("2026-11-26T11:00:00Z".parse()?));
///
/// let weekdays = When::parse("0 6 * * 1-5", Some("Europe/Berlin"), None)?;
/// let next = weekdays.next_after("2026-11-27T10:20:00Z".parse()?);
/// assert_eq!(next, Some("2026-11-30T05:00:00Z".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum When {
    /// Again and again after the same time. That time is absolute: clocks that are put forward or back do not matter.
    Every {
        /// After how long.
        period: Duration,
        /// The first time, from which all others are counted.
        from: Timestamp,
    },
    /// By the clock on a wall.
    Cron(Box<Cron>),
}

/// Why something cannot say when it is due; words for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhenError {
    /// It is no duration.
    #[error("{0}")]
    Duration(String),
    /// It is too short.
    #[error("{0} is too often; the shortest interval is one minute")]
    TooOften(String),
    /// It is no time zone.
    #[error("{0}")]
    Zone(String),
    /// It is no cron expression.
    #[error(
        "`{expression}` is no cron expression: {why}; its fields are minute, hour, day of month, month and day of week"
    )]
    Cron {
        /// What was written.
        expression: String,
        /// What is wrong with it.
        why: String,
    },
    /// It is a cron expression that no day matches.
    #[error("`{0}` never comes: there is no such day")]
    Never(String),
}

impl When {
    /// Reads `every 15 minutes`, `15m` or a cron expression.
    ///
    /// Intervals are counted from `from`, else from midnight UTC in 1970, so that `15m` is at every quarter of an hour. The
    /// zone is a cron expression's, else UTC.
    pub fn parse(text: &str, zone: Option<&str>, from: Option<Timestamp>) -> Result<Self, WhenError> {
        let text = text.trim();
        if let Some(period) = text.strip_prefix("every ") {
            return Self::every(period, from);
        }
        let is_cron = text.starts_with('@') || text.split_whitespace().count() >= 5;
        if is_cron {
            Self::cron(text, zone)
        } else {
            Self::every(text, from)
        }
    }

    /// At intervals, as people write them: `15m`, `15 minutes`, `hour`.
    pub fn every(period: &str, from: Option<Timestamp>) -> Result<Self, WhenError> {
        let period = period.trim();
        let counted = period.starts_with(|first: char| first.is_alphabetic() && first != 'P');
        let counted = if counted {
            format!("1 {period}")
        } else {
            period.to_owned()
        };
        let parsed = parse_duration(&counted).map_err(|_| {
            WhenError::Duration(format!(
                "`{period}` is no interval; write it as `15m`, `2 hours` or `1d`"
            ))
        })?;
        if parsed < SHORTEST {
            return Err(WhenError::TooOften(format!("`{period}`")));
        }
        Ok(Self::Every {
            period: parsed,
            from: from.unwrap_or(Timestamp::UNIX_EPOCH),
        })
    }

    /// By a cron expression in a time zone, else in UTC.
    pub fn cron(expression: &str, zone: Option<&str>) -> Result<Self, WhenError> {
        let cron = Cron::parse(expression, zone.unwrap_or("UTC"))?;
        Ok(Self::Cron(Box::new(cron)))
    }

    /// The next time strictly after another; `None`: never again.
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Every { period, from } => next_interval(*period, *from, after),
            Self::Cron(cron) => cron.next_after(after),
        }
    }
}

fn next_interval(period: Duration, from: Timestamp, after: Timestamp) -> Option<Timestamp> {
    if after < from {
        return Some(from);
    }
    let period = i128::try_from(period.as_nanos().max(1)).ok()?;
    let times = after.duration_since(from).as_nanos() / period + 1;
    let since = SignedDuration::try_from_nanos_i128(times.checked_mul(period)?)?;
    from.checked_add(since).ok()
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Every { period, .. } => write!(f, "every {}", in_words(*period)),
            Self::Cron(cron) => write!(f, "{} in {}", cron.expression(), cron.zone_name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn every(text: &str) -> When {
        When::parse(text, None, None).unwrap()
    }

    #[test]
    fn intervals_are_read_in_several_forms() {
        let quarter = every("15m");
        for text in [
            "every 15 minutes",
            "15 minutes",
            "every 15m",
            " every  15 mins",
            "PT15M",
        ] {
            assert_eq!(every(text), quarter, "{text}");
        }
        assert_eq!(every("every hour"), every("60m"));
        assert_eq!(every("every day"), every("1d"));
        assert_eq!(quarter.to_string(), "every 15 minutes");
    }

    #[test]
    fn what_is_neither_interval_nor_expression_is_refused_in_words() {
        let refused = |text| When::parse(text, None, None).unwrap_err().to_string();
        assert_eq!(
            refused("59s"),
            "`59s` is too often; the shortest interval is one minute"
        );
        assert_eq!(refused("0m"), "`0m` is too often; the shortest interval is one minute");
        assert_eq!(
            refused("every now and then"),
            "`now and then` is no interval; write it as `15m`, `2 hours` or `1d`"
        );
        assert!(refused("every 1 month").contains("is no interval"));
        assert!(refused("61 * * * *").starts_with("`61 * * * *` is no cron expression: "));
    }

    #[test]
    fn without_a_start_intervals_are_counted_by_the_clock_of_utc() {
        let quarter = every("15m");
        assert_eq!(
            quarter.next_after(at("2026-11-26T10:14:59Z")),
            Some(at("2026-11-26T10:15:00Z"))
        );
        assert_eq!(
            quarter.next_after(at("2026-11-26T10:15:00Z")),
            Some(at("2026-11-26T10:30:00Z"))
        );
    }

    #[test]
    fn an_interval_begins_at_its_start_and_keeps_to_it() {
        let start = at("2026-11-26T10:07:30Z");
        let quarter = When::every("15m", Some(start)).unwrap();
        assert_eq!(quarter.next_after(at("2020-01-01T00:00:00Z")), Some(start));
        assert_eq!(quarter.next_after(start), Some(at("2026-11-26T10:22:30Z")));
        assert_eq!(quarter.next_after(Timestamp::MAX), None);
    }

    #[test]
    fn an_interval_of_a_day_is_24_hours_where_clocks_are_put_forward() {
        let start = at("2026-03-28T12:00:00+01:00");
        let daily = When::every("1d", Some(start)).unwrap();
        assert_eq!(daily.next_after(start), Some(at("2026-03-29T13:00:00+02:00")));
    }

    proptest! {
        #[test]
        fn an_interval_is_the_first_multiple_after(
            seconds in 1_u64..10_000_000,
            from in -4_000_000_000_i64..4_000_000_000,
            after in -4_000_000_000_i64..4_000_000_000,
            nanos in 0_i32..1_000_000_000,
        ) {
            let from = Timestamp::from_second(from).unwrap();
            let after = Timestamp::new(after, nanos.min(999_999_999)).unwrap_or(from);
            let period = Duration::from_secs(seconds);
            let next = When::Every { period, from }.next_after(after).unwrap();
            prop_assert!(next > after && next >= from);
            prop_assert_eq!(next.duration_since(from).as_nanos() % i128::try_from(period.as_nanos()).unwrap(), 0);
            let before = next - period;
            prop_assert!(before <= after || next == from);
        }
    }
}
