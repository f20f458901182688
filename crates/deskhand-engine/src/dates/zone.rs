//! The wall clocks of time zones, where they are put forward and back.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

/// The time zone of an IANA name, such as `Europe/Berlin`; case does not matter.
///
/// ```
/// use deskhand_engine::dates::find_zone;
///
/// assert_eq!(find_zone("europe/berlin")?.iana_name(), Some("Europe/Berlin"));
/// assert!(find_zone("Berlin").unwrap_err().contains("Europe/Berlin"));
/// # Ok::<(), String>(())
/// ```
pub fn find_zone(name: &str) -> Result<TimeZone, String> {
    if name.eq_ignore_ascii_case("utc") {
        return Ok(TimeZone::UTC);
    }
    TimeZone::get(name).map_err(|_| {
        format!("`{name}` is no time zone; they are named like `Europe/Berlin`, `America/New_York` or `UTC`")
    })
}

/// The instant that a local time means; `None` at the ends of time.
///
/// Where clocks are put back, a time comes twice and means the first. Where they are put forward, a time that is left out
/// means the first instant after the gap.
pub fn instant_of(zone: &TimeZone, wall: DateTime) -> Option<Timestamp> {
    match zone.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(wall).ok(),
        AmbiguousOffset::Fold { before, .. } => before.to_timestamp(wall).ok(),
        AmbiguousOffset::Gap { after, .. } => {
            // Read with the clock that is put forward already, the time lies a little before the change.
            let just_before = after.to_timestamp(wall).ok()?;
            zone.following(just_before).next().map(|change| change.timestamp())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(zone: &str, wall: &str) -> String {
        let zone = find_zone(zone).unwrap();
        instant_of(&zone, wall.parse().unwrap()).unwrap().to_string()
    }

    #[test]
    fn a_time_that_is_left_out_means_the_first_instant_after_the_gap() {
        for wall in [
            "2026-03-29T02:00",
            "2026-03-29T02:30",
            "2026-03-29T02:59:59",
            "2026-03-29T03:00",
        ] {
            assert_eq!(instant("Europe/Berlin", wall), "2026-03-29T01:00:00Z", "{wall}");
        }
        assert_eq!(instant("Europe/Berlin", "2026-03-29T01:59:59"), "2026-03-29T00:59:59Z");
        // Half an hour is left out, and a midnight.
        assert_eq!(
            instant("Australia/Lord_Howe", "2026-10-04T02:10"),
            "2026-10-03T15:30:00Z"
        );
        assert_eq!(instant("Africa/Cairo", "2026-04-24T00:00"), "2026-04-23T22:00:00Z");
    }

    #[test]
    fn a_time_that_comes_twice_means_the_first() {
        assert_eq!(instant("Europe/Berlin", "2026-10-25T02:30"), "2026-10-25T00:30:00Z");
        assert_eq!(
            instant("Australia/Lord_Howe", "2026-04-05T01:45"),
            "2026-04-04T14:45:00Z"
        );
    }
}
