//! Every request and its answer, to check clients against.

use std::collections::VecDeque;

use parking_lot::Mutex;
use serde::Serialize;

/// A request that was answered, or cut off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    /// When it was answered, in milliseconds of the sandbox's clock.
    pub at_ms: i64,
    /// When it came, in real milliseconds since the sandbox began: moving the clock does not change it.
    pub came_ms: u64,
    /// The verb.
    pub method: String,
    /// Path and query as they were sent.
    pub path: String,
    /// The status that was answered; 0 when there was no answer.
    pub status: u16,
    /// The fault that happened, if one did.
    pub fault: Option<String>,
}

/// The latest requests; older ones are forgotten.
#[derive(Debug)]
pub struct RequestLog {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    count: u64,
    kept: usize,
    seen: VecDeque<Seen>,
}

/// Enough for a test of many thousand requests.
const KEPT: usize = 50_000;

impl Default for RequestLog {
    fn default() -> Self {
        let state = State {
            count: 0,
            kept: KEPT,
            seen: VecDeque::new(),
        };
        Self {
            state: Mutex::new(state),
        }
    }
}

impl RequestLog {
    pub(crate) fn add(&self, seen: Seen) {
        let mut log = self.state.lock();
        log.count += 1;
        log.seen.push_back(seen);
        log.forget();
    }

    /// Remembers at most so many requests from now on; 50,000 at first.
    pub fn keep(&self, requests: usize) {
        let mut log = self.state.lock();
        log.kept = requests;
        log.forget();
    }

    /// Forgets every request, and how many there were.
    pub fn clear(&self) {
        let mut log = self.state.lock();
        log.count = 0;
        log.seen.clear();
    }

    /// How many requests there were, the forgotten ones included.
    pub fn count(&self) -> u64 {
        self.state.lock().count
    }

    /// The requests that are remembered, oldest first.
    pub fn all(&self) -> Vec<Seen> {
        self.state.lock().seen.iter().cloned().collect()
    }
}

impl State {
    fn forget(&mut self) {
        let too_many = self.seen.len().saturating_sub(self.kept);
        self.seen.drain(..too_many);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_latest_are_remembered_and_all_are_counted() {
        let log = RequestLog::default();
        log.keep(2);
        for status in [200, 429, 500] {
            log.add(Seen {
                at_ms: 0,
                came_ms: 0,
                method: "GET".to_owned(),
                path: "/".to_owned(),
                status,
                fault: None,
            });
        }
        assert_eq!(log.all().iter().map(|seen| seen.status).collect::<Vec<_>>(), [429, 500]);
        assert_eq!(log.count(), 3);
        log.clear();
        assert_eq!((log.count(), log.all().len()), (0, 0));
    }
}
