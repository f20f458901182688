//! The journal of writes as runs use it: a store that cannot be written for a while is waited for.
//!
//! A run's own journal waits as well. Without this, a step that is about to write, or has just written, would fail by a disk
//! that is full for a minute, and somebody would have to try it again by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use deskhand_command::journal::{Claim, Claimed, Ending, Intent, Journal, JournalError, Write, WriteId};
use deskhand_command::{BoxFuture, Clock};
use jiff::Timestamp;

/// The pause after the first failure; each is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A journal that is tried until it works, for as long as that takes.
///
/// Everything that is asked of a journal can be asked twice, when the answer to the first time was lost.
pub(super) struct PatientJournal {
    pub(super) journal: Arc<dyn Journal>,
    pub(super) clock: Arc<dyn Clock>,
}

impl PatientJournal {
    async fn until_done<'a, T>(
        &self,
        attempt: impl Fn() -> BoxFuture<'a, Result<T, JournalError>> + Send,
    ) -> Result<T, JournalError> {
        let mut pause = FIRST_PAUSE;
        loop {
            match attempt().await {
                Ok(done) => return Ok(done),
                Err(error) => {
                    tracing::warn!(%error, hint = error.hint, "a write cannot be noted; this is tried again");
                    self.clock.sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }
}

/// Whether an open write was begun by this intent; stores keep milliseconds.
fn is_this(write: &Write, intent: &Intent) -> bool {
    let same_time = write.intent.sent_at.as_millisecond() == intent.sent_at.as_millisecond();
    write.ending.is_none() && same_time && write.intent.request == intent.request
}

impl Journal for PatientJournal {
    fn claim<'a>(&'a self, claim: &'a Claim) -> BoxFuture<'a, Result<Claimed, JournalError>> {
        Box::pin(self.until_done(move || self.journal.claim(claim)))
    }

    fn find<'a>(&'a self, key: &'a str, step: &'a str) -> BoxFuture<'a, Result<Option<Write>, JournalError>> {
        Box::pin(self.until_done(move || self.journal.find(key, step)))
    }

    /// Where the answer to the first time was lost, what is under way may be ours.
    fn begin<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<Option<WriteId>, JournalError>> {
        Box::pin(async move {
            let tries = AtomicU32::new(0);
            let begun = self.until_done(|| {
                tries.fetch_add(1, Ordering::Relaxed);
                self.journal.begin(intent)
            });
            match begun.await? {
                None if tries.into_inner() > 1 => {
                    let newest = self.find(&intent.key, &intent.step).await?;
                    Ok(newest.filter(|newest| is_this(newest, intent)).map(|newest| newest.id))
                }
                begun => Ok(begun),
            }
        })
    }

    fn resend(&self, write: WriteId, sent_at: Timestamp) -> BoxFuture<'_, Result<bool, JournalError>> {
        Box::pin(self.until_done(move || self.journal.resend(write, sent_at)))
    }

    /// Asked twice, a write that the first time has ended is taken for somebody else's, which says the same of it.
    fn conclude<'a>(
        &'a self,
        write: WriteId,
        sent_at: Timestamp,
        ending: &'a Ending,
    ) -> BoxFuture<'a, Result<bool, JournalError>> {
        Box::pin(self.until_done(move || self.journal.conclude(write, sent_at, ending)))
    }

    fn end<'a>(&'a self, write: WriteId, ending: &'a Ending) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(self.until_done(move || self.journal.end(write, ending)))
    }

    fn take(&self, write: WriteId, record: i64) -> BoxFuture<'_, Result<bool, JournalError>> {
        Box::pin(self.until_done(move || self.journal.take(write, record)))
    }

    fn made<'a>(&'a self, target: &'a str) -> BoxFuture<'a, Result<Vec<i64>, JournalError>> {
        Box::pin(self.until_done(move || self.journal.made(target)))
    }

    fn unsettled<'a>(&'a self, request: &'a str) -> BoxFuture<'a, Result<u64, JournalError>> {
        Box::pin(self.until_done(move || self.journal.unsettled(request)))
    }
}
