//! Members that the vendor works out anew at every look: they change, and `lastUpdated` does not.

use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use memchr::memmem;
use serde::{Deserialize, Serialize};

/// Members of tickets that change without an update while [`Ticking`] is not [`Ticking::Never`].
///
/// The first five are minutes, the last is a sentence; a ticket without them does not get them.
pub const VOLATILE: [&str; 6] = [
    "minutesWaiting",
    "escalationLastUpdateMinutes",
    "respondMinutes",
    "resPlanMinutes",
    "resolveMinutes",
    "slaStatus",
];

/// When volatile members change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ticking {
    /// They stay as they are stored.
    #[default]
    Never,
    /// At every look.
    EveryRead,
    /// Every so many milliseconds.
    EveryMs(u32),
}

/// The state of the ticking; -1 is never, 0 is at every look.
#[derive(Debug)]
pub(super) struct Ticker {
    period_ms: AtomicI64,
    reads: AtomicI64,
}

impl Default for Ticker {
    fn default() -> Self {
        Self {
            period_ms: AtomicI64::new(-1),
            reads: AtomicI64::new(0),
        }
    }
}

impl Ticker {
    pub(super) fn set(&self, ticking: Ticking) {
        let period = match ticking {
            Ticking::Never => -1,
            Ticking::EveryRead => 0,
            Ticking::EveryMs(period) => i64::from(period.max(1)),
        };
        self.period_ms.store(period, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> Ticking {
        match self.period_ms.load(Ordering::Relaxed) {
            0 => Ticking::EveryRead,
            period => u32::try_from(period).map_or(Ticking::Never, Ticking::EveryMs),
        }
    }

    /// The number that volatile members show now; `None` while they do not tick.
    pub(super) fn tick(&self, now_ms: i64) -> Option<i64> {
        match self.period_ms.load(Ordering::Relaxed) {
            ..0 => None,
            0 => Some(self.reads.fetch_add(1, Ordering::Relaxed) % 1_000_000),
            period => Some(now_ms.div_euclid(period).rem_euclid(1_000_000)),
        }
    }
}

/// Replaces the values of the volatile members.
pub(super) fn ticked(raw: &Bytes, tick: i64) -> Bytes {
    let mut json = raw.to_vec();
    for name in VOLATILE {
        let member = format!("\"{name}\":");
        let Some(at) = memmem::find(&json, member.as_bytes()) else {
            continue;
        };
        let start = at + member.len();
        let length = value_length(&json[start..]);
        let value = if json[start..].starts_with(b"\"") {
            format!("\"Resolve in {tick} minutes\"")
        } else {
            tick.to_string()
        };
        json.splice(start..start + length, value.into_bytes());
    }
    json.into()
}

/// The length of the string or number that begins here.
fn value_length(json: &[u8]) -> usize {
    if json.first() != Some(&b'"') {
        return json.iter().take_while(|byte| !b",}".contains(byte)).count();
    }
    let (mut at, mut escaped) = (1, false);
    while let Some(byte) = json.get(at) {
        at += 1;
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => break,
            _ => {}
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_sentences_tick_and_nothing_else_does() {
        let raw = Bytes::from_static(br#"{"id":1,"slaStatus":"by \"Monday\"","cost":0.00,"minutesWaiting":5}"#);
        let expected = r#"{"id":1,"slaStatus":"Resolve in 77 minutes","cost":0.00,"minutesWaiting":77}"#;
        assert_eq!(ticked(&raw, 77), expected);
        let without = Bytes::from_static(br#"{"id":1,"summary":"\"minutesWaiting\": 3"}"#);
        assert_eq!(ticked(&without, 77), without);
    }

    #[test]
    fn ticks_come_when_they_are_asked_for() {
        let ticker = Ticker::default();
        assert_eq!((ticker.tick(5), ticker.get()), (None, Ticking::Never));
        ticker.set(Ticking::EveryRead);
        assert_ne!(ticker.tick(5), ticker.tick(5));
        ticker.set(Ticking::EveryMs(1_000));
        assert_eq!(ticker.tick(5_100), ticker.tick(5_900));
        assert_ne!(ticker.tick(5_900), ticker.tick(6_000));
    }
}
