//! What was delivered, and which callbacks have been failing for how long.

use std::collections::{BTreeMap, VecDeque};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

/// One attempt to tell a callback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// When, in milliseconds of the sandbox's clock.
    pub at_ms: i64,
    /// The callback.
    pub callback: i64,
    /// Where it went, record and action included.
    pub url: String,
    /// The ticket.
    pub ticket: i64,
    /// `added`, `updated` or `deleted`.
    pub action: String,
    /// Counted from 1.
    pub attempt: u32,
    /// What the receiver answered.
    pub status: Option<u16>,
    /// Why there was no answer.
    pub error: Option<String>,
}

/// The latest attempts, and since when callbacks have failed.
#[derive(Debug, Default)]
pub(crate) struct Deliveries {
    attempts: Mutex<VecDeque<Delivery>>,
    failing_since: Mutex<BTreeMap<i64, i64>>,
}

const KEPT: usize = 50_000;
/// The vendor gives a callback up after three days of failures in a row.
const GIVEN_UP_MS: i64 = 3 * 86_400_000;

impl Deliveries {
    pub(crate) fn all(&self) -> Vec<Delivery> {
        self.attempts.lock().iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        self.attempts.lock().clear();
    }

    pub(super) fn add(&self, attempt: Delivery) {
        let mut attempts = self.attempts.lock();
        if attempts.len() >= KEPT {
            attempts.pop_front();
        }
        attempts.push_back(attempt);
    }

    /// Notes how a delivery ended; true when the callback has failed for too long.
    pub(super) fn ended(&self, callback: i64, succeeded: bool, now_ms: i64) -> bool {
        let mut failing = self.failing_since.lock();
        if succeeded {
            failing.remove(&callback);
            return false;
        }
        let since = *failing.entry(callback).or_insert(now_ms);
        now_ms - since >= GIVEN_UP_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callback_is_given_up_after_three_days_of_nothing_but_failures() {
        let deliveries = Deliveries::default();
        let day = 86_400_000;
        assert!(!deliveries.ended(1, false, 0));
        assert!(!deliveries.ended(1, false, 2 * day));
        assert!(!deliveries.ended(1, true, 2 * day));
        assert!(!deliveries.ended(1, false, 3 * day));
        assert!(!deliveries.ended(2, false, 6 * day));
        assert!(deliveries.ended(1, false, 6 * day));
    }
}
