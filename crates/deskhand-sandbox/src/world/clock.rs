//! The sandbox's time: this machine's, moved by an offset that can be set.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// A clock that can be ahead of this machine's, or behind it.
#[derive(Debug, Default)]
pub struct SandboxClock {
    offset_ms: AtomicI64,
}

impl SandboxClock {
    /// The time.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now_ms()).unwrap_or_default()
    }

    /// The time in milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        Timestamp::now().as_millisecond() + self.offset_ms.load(Ordering::Relaxed)
    }

    /// The time in seconds since 1970.
    pub fn now_seconds(&self) -> i64 {
        self.now_ms().div_euclid(1000)
    }

    /// How many seconds the clock is ahead of the machine's.
    pub fn offset(&self) -> i64 {
        self.offset_ms.load(Ordering::Relaxed) / 1000
    }

    /// Puts the clock this many seconds ahead of the machine's.
    ///
    /// Once tickets have changed, [`World::set_clock`](super::World::set_clock) is to be used: it keeps visible what
    /// was visible when the clock goes back.
    pub fn set_offset(&self, seconds: i64) {
        let bounded = seconds.clamp(-LONGEST, LONGEST);
        self.offset_ms.store(bounded * 1000, Ordering::Relaxed);
    }
}

/// No clock is a hundred years off.
const LONGEST: i64 = 100 * 366 * 86_400;
const DAY: i64 = 86_400;

/// An instant as the vendor writes it: `2026-08-20T18:04:26Z`.
pub(crate) fn iso(seconds: i64) -> String {
    let mut text = String::with_capacity(20);
    write_iso(&mut text, seconds);
    text
}

/// The same into a buffer, digit by digit because seeds write some ten of them a ticket.
pub(crate) fn write_iso(to: &mut String, seconds: i64) {
    let (days, second) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let (year, month, day) = civil(days);
    let parts = [
        (year / 100, None),
        (year % 100, Some('-')),
        (month, Some('-')),
        (day, Some('T')),
        (second / 3600, Some(':')),
        (second / 60 % 60, Some(':')),
        (second % 60, Some('Z')),
    ];
    for (number, then) in parts {
        write_two(to, number);
        to.extend(then);
    }
}

/// Two digits of a number below 100.
pub(crate) fn write_two(to: &mut String, number: i64) {
    for digit in [number / 10 % 10, number % 10] {
        to.push(u8::try_from(digit).map_or('0', |digit| char::from(b'0' + digit)));
    }
}

/// Year, month and day of a number of days since 1970, counted in eras of 400 years that begin in March.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn instants_are_written_as_the_calendar_has_them(seconds in -2_208_988_800_i64..4_102_444_800) {
            let expected = Timestamp::from_second(seconds).unwrap().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
            prop_assert_eq!(iso(seconds), expected);
        }
    }
}
