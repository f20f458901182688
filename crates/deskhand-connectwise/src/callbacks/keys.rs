//! Signing keys that were fetched, and what could not be fetched, for a while.

use std::collections::BTreeMap;

use connectwise_psa::{CallbackKeyUrl, Client, Error, ErrorKind};
use deskhand_command::NotBelieved;
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;

use crate::failure::translate;

/// A key is asked for anew after this time.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(1);
/// When a signature does not fit, the PSA is not asked for another key more often than this.
const FRESH_FOR: SignedDuration = SignedDuration::from_secs(10);
/// A failure is remembered for this long, which is less than the two seconds until a delivery is repeated.
const FAILED_FOR: SignedDuration = SignedDuration::from_secs(1);
/// A connection has one key as far as is known; whoever names others pushes out no more than these.
const KEPT: usize = 16;

/// Keys by their ids.
#[derive(Default)]
pub(super) struct Keys {
    kept: Mutex<BTreeMap<String, Kept>>,
    /// Held while one is fetched: deliveries come in bursts.
    fetching: tokio::sync::Mutex<()>,
}

struct Kept {
    key: Result<String, NotBelieved>,
    at: Timestamp,
}

/// How old a key may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    /// As old as keys are kept.
    Any,
    /// Just fetched, because an older one did not fit.
    Fresh,
}

impl Keys {
    /// The key at an address that was checked, fetched when it is not known.
    pub(super) async fn get(
        &self,
        client: &Client,
        at: &CallbackKeyUrl,
        now: Timestamp,
        age: Age,
    ) -> Result<String, NotBelieved> {
        if let Some(known) = self.known(at.id(), now, age) {
            return known;
        }
        let _one_at_a_time = self.fetching.lock().await;
        if let Some(known) = self.known(at.id(), now, age) {
            return known;
        }
        let key = client.callback_key(at).await.map_err(|error| refused(&error));
        self.keep(
            at.id(),
            Kept {
                key: key.clone(),
                at: now,
            },
        );
        key
    }

    fn known(&self, id: &str, now: Timestamp, age: Age) -> Option<Result<String, NotBelieved>> {
        let kept = self.kept.lock();
        let known = kept.get(id)?;
        let lasts = match (&known.key, age) {
            (Ok(_), Age::Any) => KEPT_FOR,
            (Ok(_), Age::Fresh) => FRESH_FOR,
            (Err(_), _) => FAILED_FOR,
        };
        // A clock that was set back makes everything old.
        let since = now.duration_since(known.at);
        (SignedDuration::ZERO <= since && since < lasts).then(|| known.key.clone())
    }

    fn keep(&self, id: &str, new: Kept) {
        let mut kept = self.kept.lock();
        if kept.len() >= KEPT && !kept.contains_key(id) {
            // What could not be fetched goes before what could, and the oldest first.
            let first = kept.iter().min_by_key(|(_, kept)| (kept.key.is_ok(), kept.at));
            if let Some(id) = first.map(|(id, _)| id.clone()) {
                kept.remove(&id);
            }
        }
        kept.insert(id.to_owned(), new);
    }
}

/// A key that the PSA does not have is nobody's; everything else may work later.
fn refused(error: &Error) -> NotBelieved {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::Rejected => NotBelieved::Forged(format!("the PSA has no such key: {error}")),
        _ => NotBelieved::Uncheckable(translate(error, &[])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn key(text: &str, second: i64) -> Kept {
        Kept {
            key: Ok(text.to_owned()),
            at: at(second),
        }
    }

    fn failure(second: i64) -> Kept {
        Kept {
            key: Err(NotBelieved::Forged(String::new())),
            at: at(second),
        }
    }

    #[test]
    fn keys_last_an_hour_and_failures_a_second() {
        let keys = Keys::default();
        keys.keep("1", key("k", 0));
        keys.keep("2", failure(0));
        let known = |id: &str, second: i64, age: Age| keys.known(id, at(second), age).map(|key| key.is_ok());
        assert_eq!(known("1", 3_599, Age::Any), Some(true));
        assert_eq!(known("1", 3_600, Age::Any), None);
        assert_eq!(
            (known("1", 9, Age::Fresh), known("1", 10, Age::Fresh)),
            (Some(true), None)
        );
        assert_eq!((known("2", 0, Age::Any), known("2", 1, Age::Any)), (Some(false), None));
        assert_eq!((known("1", -1, Age::Any), known("3", 0, Age::Any)), (None, None));
    }

    #[test]
    fn whoever_names_many_keys_pushes_out_few() {
        let keys = Keys::default();
        keys.keep("ours", key("k", 0));
        for number in 0..100 {
            keys.keep(&format!("forged {number}"), failure(number));
        }
        assert_eq!(keys.kept.lock().len(), KEPT);
        assert_eq!(keys.known("ours", at(100), Age::Any), Some(Ok("k".to_owned())));
    }
}
