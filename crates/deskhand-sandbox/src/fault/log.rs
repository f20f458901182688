//! Every request and its answer, to check clients against.

use std::collections::VecDeque;

use parking_lot::Mutex;
use serde::Serialize;

/// A request that was answered, or cut off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    /// When, in milliseconds of the sandbox's clock.
    pub at_ms: i64,
    /// The verb.
    pub method: String,
    /// Path and query as they were sent.
    pub path: String,
    /// The status that was answered.
    pub status: u16,
    /// The fault that happened, if one did.
    pub fault: Option<String>,
}

/// The latest requests; older ones are forgotten.
#[derive(Debug, Default)]
pub struct RequestLog {
    seen: Mutex<(u64, VecDeque<Seen>)>,
}

/// Enough for a test of many thousand requests.
const KEPT: usize = 50_000;

impl RequestLog {
    pub(crate) fn add(&self, seen: Seen) {
        let mut log = self.seen.lock();
        log.0 += 1;
        if log.1.len() == KEPT {
            log.1.pop_front();
        }
        log.1.push_back(seen);
    }

    /// How many requests there were, the forgotten ones included.
    pub fn count(&self) -> u64 {
        self.seen.lock().0
    }

    /// The requests that are remembered, oldest first.
    pub fn all(&self) -> Vec<Seen> {
        self.seen.lock().1.iter().cloned().collect()
    }
}
