//! When a sweep is due: every night of the last days, once a week of everything.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// What a sweep that is due has to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueSweep {
    /// Records updated in as many days as this.
    LastDays(u32),
    /// All records.
    Everything,
}

/// In UTC, when most desks are quiet.
const HOUR: i8 = 2;
/// How far the nightly sweep looks back.
const DAYS: u32 = 7;
/// The night of which everything is compared.
const WEEKLY: Weekday = Weekday::Sunday;

/// The sweep that is due now, when the last one, or else the beginning, was at `since`.
///
/// A night that was missed is made up for as soon as there is a chance, and a missed Sunday as a whole.
pub fn due_sweep(now: Timestamp, since: Timestamp) -> Option<DueSweep> {
    let mut night = night_before(now);
    if night <= since {
        return None;
    }
    for _ in 0..7 {
        if night <= since {
            break;
        }
        if TimeZone::UTC.to_datetime(night).date().weekday() == WEEKLY {
            return Some(DueSweep::Everything);
        }
        night = night
            .saturating_sub(SignedDuration::from_hours(24))
            .unwrap_or(Timestamp::MIN);
    }
    Some(DueSweep::LastDays(DAYS))
}

/// The latest time of that hour until now.
fn night_before(now: Timestamp) -> Timestamp {
    let today = TimeZone::UTC.to_datetime(now).date().at(HOUR, 0, 0, 0);
    let tonight = TimeZone::UTC.to_timestamp(today).unwrap_or(now);
    if tonight <= now {
        return tonight;
    }
    tonight
        .saturating_sub(SignedDuration::from_hours(24))
        .unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(now: &str, since: &str) -> Option<DueSweep> {
        due_sweep(now.parse().unwrap(), since.parse().unwrap())
    }

    #[test]
    fn every_night_once_and_on_sundays_everything() {
        // 2026-11-25 is a Wednesday, 2026-11-29 a Sunday.
        assert_eq!(due("2026-11-25T12:00:00Z", "2026-11-25T09:00:00Z"), None);
        assert_eq!(due("2026-11-26T01:59:59Z", "2026-11-25T09:00:00Z"), None);
        assert_eq!(
            due("2026-11-26T02:00:00Z", "2026-11-25T09:00:00Z"),
            Some(DueSweep::LastDays(7))
        );
        assert_eq!(due("2026-11-26T23:00:00Z", "2026-11-26T02:00:05Z"), None);
        assert_eq!(
            due("2026-11-29T02:10:00Z", "2026-11-28T02:00:05Z"),
            Some(DueSweep::Everything)
        );
    }

    #[test]
    fn a_missed_sunday_is_made_up_for() {
        assert_eq!(
            due("2026-12-01T09:00:00Z", "2026-11-28T02:00:05Z"),
            Some(DueSweep::Everything)
        );
        assert_eq!(
            due("2026-12-03T09:00:00Z", "2026-11-29T02:00:05Z"),
            Some(DueSweep::LastDays(7))
        );
        assert_eq!(
            due("2027-03-01T09:00:00Z", "2026-11-29T02:00:05Z"),
            Some(DueSweep::Everything)
        );
    }
}
