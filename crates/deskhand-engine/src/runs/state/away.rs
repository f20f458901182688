//! Since when what steps take is away: a vault, a mail server.

use std::collections::HashMap;

use deskhand_command::{Failure, Retry};
use jiff::{SignedDuration, Timestamp};

use super::path::around;
use super::wish::Wish;

/// A step is tried again by itself for so long after it has first failed so.
const PATIENCE: SignedDuration = SignedDuration::from_hours(24);

/// Since when what steps take is away, by the paths of those steps and of what they are inside of.
///
/// All elements of a list have one day together: else a list of a hundred would wait for a hundred days.
#[derive(Debug, Clone, Default)]
pub(in crate::runs) struct Away(HashMap<String, Timestamp>);

impl Away {
    /// A step has ended; since when what it takes is away, if that is how it failed.
    pub(in crate::runs) fn ended(
        &mut self,
        path: &str,
        wish: Option<&Wish>,
        failure: Option<&Failure>,
        at: Timestamp,
    ) -> Option<Timestamp> {
        match failure {
            Some(failure) if is_away(wish, failure) => Some(self.failed(path, at)),
            None if takes_something(wish) => {
                self.went_well(path);
                None
            }
            _ => None,
        }
    }

    fn failed(&mut self, path: &str, at: Timestamp) -> Timestamp {
        let known = around(path).find_map(|path| self.0.get(path));
        let since = known.copied().unwrap_or(at);
        for path in around(path) {
            self.0.entry(path.to_owned()).or_insert(since);
        }
        since
    }

    fn went_well(&mut self, path: &str) {
        for path in around(path) {
            self.0.remove(path);
        }
    }

    /// Somebody wants another try: what is away from now on is so for the first time.
    pub(in crate::runs) fn forget(&mut self) {
        self.0.clear();
    }
}

/// Whether a step that worked on something has failed because what it takes is away.
///
/// An ingestion and a health check come again by themselves, and people wait to hear that they failed.
pub(in crate::runs) fn is_away(wish: Option<&Wish>, failure: &Failure) -> bool {
    failure.retry == Retry::Away && takes_something(wish)
}

/// Whether what has failed so since a time, and again now, is tried again by itself.
pub(in crate::runs) fn is_awaited(since: Timestamp, now: Timestamp) -> bool {
    now.duration_since(since) < PATIENCE
}

fn takes_something(wish: Option<&Wish>) -> bool {
    matches!(wish, Some(Wish::Command(_) | Wish::Mail(_)))
}
