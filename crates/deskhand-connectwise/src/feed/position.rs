//! How far a feed has come.

use connectwise_psa::IdRange;
use deskhand_command::Failure;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the engine stores for the feed, as JSON that only the feed reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Position {
    /// What was updated before this is left alone: it is what the first pass began with, whatever is wished later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<Timestamp>,
    /// Everything updated before this has been read; `None` before the end of the first pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) since: Option<Timestamp>,
    /// How late a change may become visible after its stamp, as far as is known.
    pub(super) lag_seconds: i64,
    /// The filters that it was reached with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) filters: Option<String>,
    /// The pass under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) pass: Option<PassState>,
}

/// A pass under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PassState {
    /// The server's time when the pass began.
    pub(super) t0: Timestamp,
    /// What is still to be read.
    pub(super) ranges: Vec<IdRange>,
}

/// The vendor's commit lag and its servers' skew, before anything has been measured.
const FIRST_LAG: i64 = 15 * 60;
/// No server is believed to be later than this.
const LONGEST_LAG: i64 = 24 * 3600;

impl Position {
    /// Reads what was stored; nothing is the very beginning.
    pub(super) fn read(stored: Option<&Value>) -> Result<Self, Failure> {
        let Some(stored) = stored else {
            return Ok(Self {
                from: None,
                since: None,
                lag_seconds: FIRST_LAG,
                filters: None,
                pass: None,
            });
        };
        serde_json::from_value(stored.clone()).map_err(|error| {
            Failure::new(500, format!("The stored position cannot be read: {error}."))
                .with_hint("it was written by another version; start anew with another store, or with that version")
        })
    }

    /// The same when it was reached with these filters, else the beginning: what they left out was never read.
    pub(super) fn for_filters(self, filters: Option<String>) -> Self {
        if self.filters == filters {
            return self;
        }
        Self {
            from: None,
            since: None,
            lag_seconds: self.lag_seconds,
            filters,
            pass: None,
        }
    }

    /// The same on the way through a pass; the very first one begins with what was updated since `from`.
    pub(super) fn under_way(self, from: Option<Timestamp>) -> Self {
        let is_first = self.since.is_none() && self.pass.is_none();
        Self {
            from: if is_first { from } else { self.from },
            ..self
        }
    }

    /// What the pass reads was updated since then. It looks back by the lag, and not behind the beginning.
    pub(super) fn reads_since(&self) -> Option<Timestamp> {
        self.since.max(self.from)
    }

    /// As JSON, for the engine.
    pub(super) fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// After a pass: what was stamped before it began, less the lag, has been read; it never goes back.
    pub(super) fn after_pass(&self, t0: Timestamp) -> Self {
        let lag = SignedDuration::from_secs(self.lag_seconds);
        let reached = t0.saturating_sub(lag).unwrap_or(t0);
        Self {
            since: Some(self.since.map_or(reached, |since| since.max(reached))),
            pass: None,
            ..self.clone()
        }
    }
}

/// The position of a new feed that reads on where another one has come to: with its lag, and in its own filters.
pub(super) fn going_on_from(before: &Value, not_before: Option<Timestamp>, filters: Option<String>) -> Value {
    let Ok(before) = Position::read(Some(before)) else {
        return before.clone();
    };
    let begins = before.since.max(before.from).max(not_before);
    let position = Position {
        from: begins,
        since: begins,
        filters,
        pass: None,
        ..before
    };
    position.to_value()
}

/// A sweep that found late arrivals makes the lag at least half as long again as the latest of them.
pub(super) fn learned(stored: &Value, late: u64, lag_seconds: i64) -> Value {
    let Ok(mut position) = Position::read(Some(stored)) else {
        return stored.clone();
    };
    if late > 0 {
        position.lag_seconds = position
            .lag_seconds
            .max(lag_seconds.saturating_mul(3) / 2)
            .min(LONGEST_LAG);
    }
    position.to_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_follows_the_server_less_the_lag_and_never_goes_back() {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let begun = Position::read(None).unwrap();
        let first = begun.after_pass(time("2026-01-01T10:00:00Z"));
        assert_eq!(first.since, Some(time("2026-01-01T09:45:00Z")));
        assert_eq!(first.after_pass(time("2026-01-01T09:50:00Z")).since, first.since);
        assert_eq!(Position::read(Some(&first.to_value())).unwrap(), first);
    }

    #[test]
    fn other_filters_begin_anew_and_keep_what_was_learned() {
        let t0 = "2026-01-01T10:00:00Z".parse().unwrap();
        let begun = Position::read(None)
            .unwrap()
            .for_filters(Some("status/name = \"New\"".to_owned()));
        let position = Position {
            lag_seconds: 5_400,
            ..begun.after_pass(t0)
        };
        assert_eq!(position.clone().for_filters(position.filters.clone()), position);
        let other = position.clone().for_filters(None);
        assert_eq!((other.since, other.lag_seconds, other.pass), (None, 5_400, None));
    }

    #[test]
    fn the_beginning_is_that_of_the_first_pass_and_nothing_looks_behind_it() {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let (first, later) = (time("2026-01-01T09:55:00Z"), time("2026-01-02T00:00:00Z"));
        let begun = Position::read(None).unwrap().under_way(Some(first));
        assert_eq!(begun.reads_since(), Some(first));
        let interrupted = Position {
            pass: Some(PassState {
                t0: time("2026-01-01T10:00:00Z"),
                ranges: Vec::new(),
            }),
            ..begun
        };
        assert_eq!(interrupted.clone().under_way(Some(later)).reads_since(), Some(first));
        let next = interrupted
            .after_pass(time("2026-01-01T10:00:00Z"))
            .under_way(Some(later));
        assert_eq!(next.since, Some(time("2026-01-01T09:45:00Z")));
        assert_eq!(next.reads_since(), Some(first), "not behind the beginning");
        let anew = next
            .for_filters(Some("status/name = \"New\"".to_owned()))
            .under_way(Some(later));
        assert_eq!(anew.reads_since(), Some(later));
        let everything = Position::read(None).unwrap().under_way(None);
        assert_eq!(everything.reads_since(), None);
    }

    #[test]
    fn another_feed_goes_on_where_one_has_come_to_and_never_before_its_own_beginning() {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let first = Position::read(None)
            .unwrap()
            .under_way(Some(time("2026-01-01T00:00:00Z")));
        let before = Position {
            lag_seconds: 5_400,
            filters: Some("status/name = \"New\"".to_owned()),
            ..first.after_pass(time("2026-01-02T10:15:00Z"))
        };
        let on = |before: &Position, not_before| {
            let position = going_on_from(&before.to_value(), not_before, None);
            Position::read(Some(&position)).unwrap()
        };
        let later = on(&before, None).under_way(Some(time("2026-01-09T00:00:00Z")));
        assert_eq!(
            later.reads_since(),
            Some(time("2026-01-02T10:00:00Z")),
            "not where it is defined"
        );
        assert_eq!((later.lag_seconds, &later.filters), (5_400, &None));
        let limit = time("2026-01-05T00:00:00Z");
        assert_eq!(on(&before, Some(limit)).reads_since(), Some(limit));
        let interrupted = on(&first, None).under_way(Some(limit));
        assert_eq!(
            interrupted.reads_since(),
            Some(time("2026-01-01T00:00:00Z")),
            "its first pass had not ended"
        );
    }

    #[test]
    fn late_arrivals_make_the_lag_longer() {
        let position = Position::read(None).unwrap().to_value();
        assert_eq!(learned(&position, 0, 9_000), position);
        assert_eq!(learned(&position, 2, 3_600)["lag_seconds"], 5_400);
        assert_eq!(learned(&position, 2, 10)["lag_seconds"], 900);
    }

    #[test]
    fn a_position_of_another_shape_is_refused() {
        assert!(Position::read(Some(&serde_json::json!({"cursor": 5}))).is_err());
    }
}
