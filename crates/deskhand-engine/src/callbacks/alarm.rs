//! Callbacks that stay away: pure decisions of what polls find and callbacks do not announce.
//!
//! A quiet desk is no reason for an alarm. What is one: a poll has read a change that is newer than the last callback,
//! and in so many minutes since then none has come.

use deskhand_command::{Clock, Failure};
use jiff::{SignedDuration, Timestamp};

use super::{CallbackInbox, Reception};
use crate::ingest::{IngestReport, failure_of};

/// The product's clock may differ from ours by this much.
const SKEW: SignedDuration = SignedDuration::from_mins(2);

/// Callbacks that stay away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Silence {
    /// When the last callback came, or else when they were registered.
    pub since: Timestamp,
    /// When a poll first brought a change after that.
    pub unannounced_at: Timestamp,
}

/// Whether callbacks have been silent for so long while polls brought changes, and somebody was there to receive them.
pub fn silence(
    reception: &Reception,
    now: Timestamp,
    limit: SignedDuration,
    listening_since: Timestamp,
) -> Option<Silence> {
    let (since, unannounced_at) = (expected_since(reception)?, reception.unannounced_at?);
    let counted_from = unannounced_at.max(listening_since);
    (now.duration_since(counted_from) >= limit).then_some(Silence { since, unannounced_at })
}

/// Notes what a poll found, where that speaks of silence; to be called after each.
///
/// What changed while nobody was there to receive callbacks was announced to nobody, and means nothing.
pub async fn note_poll(
    inbox: &dyn CallbackInbox,
    connection: &str,
    report: &IngestReport,
    clock: &dyn Clock,
    listening_since: Timestamp,
) -> Result<(), Failure> {
    let Some(newest) = report.newest else { return Ok(()) };
    let reception = inbox.reception(connection).await.map_err(failure_of)?;
    if newest.duration_since(listening_since) <= SKEW || !speaks_of_silence(&reception, newest) {
        return Ok(());
    }
    let noted = inbox.unannounced(connection, reception.received, clock.now());
    noted.await.map_err(failure_of)
}

/// Whether a change of that time, read by a poll, should have been announced by now or soon.
fn speaks_of_silence(reception: &Reception, newest: Timestamp) -> bool {
    let announced = expected_since(reception);
    reception.unannounced_at.is_none() && announced.is_some_and(|since| newest.duration_since(since) > SKEW)
}

/// Since when the next callback is waited for; `None` when none is to come.
fn expected_since(reception: &Reception) -> Option<Timestamp> {
    let registered_at = reception.registered_at?;
    Some(
        reception
            .last_received_at
            .map_or(registered_at, |last| last.max(registered_at)),
    )
}

impl Silence {
    /// The alarm in a sentence.
    pub fn sentence(&self, connection: &str, now: Timestamp) -> String {
        let minutes = now.duration_since(self.since).as_mins();
        format!(
            "The callbacks of connection {connection} have been silent for {minutes} minutes, and polls find changes."
        )
    }

    /// What to do about it.
    pub fn hint() -> &'static str {
        "see that the PSA can reach the public address, and that the callback is not disabled there; events still come by \
         polling"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minute * 60).unwrap()
    }

    fn reception(registered: Option<i64>, last: Option<i64>, unannounced: Option<i64>) -> Reception {
        Reception {
            registered_at: registered.map(at),
            last_received_at: last.map(at),
            unannounced_at: unannounced.map(at),
            ..Reception::default()
        }
    }

    #[test]
    fn silence_is_alarming_only_while_polls_find_changes() {
        let limit = SignedDuration::from_mins(30);
        // Registered, last callback, first change that only a poll found; now; silent since.
        let cases = [
            // Never registered: nobody was to announce anything.
            (None, None, Some(0), 500, None),
            // A quiet desk, for days.
            (Some(0), None, None, 5_000, None),
            (Some(0), Some(10), None, 5_000, None),
            // A change that only a poll found, just now, soon, and for too long.
            (Some(0), Some(10), Some(100), 100, None),
            (Some(0), Some(10), Some(100), 129, None),
            (Some(0), Some(10), Some(100), 130, Some(10)),
            // None has ever come.
            (Some(0), None, Some(5), 35, Some(0)),
            // Mended after the last one.
            (Some(50), Some(10), Some(60), 90, Some(50)),
            // The clock was set back.
            (Some(0), Some(10), Some(100), 20, None),
        ];
        for (registered, last, unannounced, now, since) in cases {
            let silent = silence(&reception(registered, last, unannounced), at(now), limit, at(0));
            assert_eq!(
                silent.map(|silence| silence.since),
                since.map(at),
                "{registered:?} {last:?} {unannounced:?} {now}"
            );
        }
        let reception = reception(Some(0), Some(10), Some(100));
        // The program was started anew.
        assert_eq!(silence(&reception, at(147), limit, at(118)), None);
        let silent = silence(&reception, at(148), limit, at(118)).unwrap();
        assert_eq!(silent, silence(&reception, at(147), limit, at(0)).unwrap());
        assert_eq!(
            silent.sentence("Main", at(147)),
            "The callbacks of connection Main have been silent for 137 minutes, and polls find changes."
        );
    }

    #[test]
    fn only_changes_after_the_last_callback_speak_of_silence() {
        // Registered, last callback, first change found only by a poll; the newest change that a poll read; whether.
        let cases = [
            (None, None, None, 100, false),
            (Some(0), None, None, 100, true),
            (Some(100), None, None, 50, false),
            // It was announced: the poll merely read it again.
            (Some(0), Some(100), None, 99, false),
            (Some(0), Some(100), None, 100, false),
            // The clocks may differ by so much.
            (Some(0), Some(100), None, 102, false),
            (Some(0), Some(100), None, 103, true),
            // The first one counts.
            (Some(0), Some(100), Some(103), 110, false),
        ];
        for (registered, last, unannounced, newest, expected) in cases {
            assert_eq!(
                speaks_of_silence(&reception(registered, last, unannounced), at(newest)),
                expected,
                "{registered:?} {last:?} {unannounced:?} {newest}"
            );
        }
    }
}
