//! Appends, and waits where the store cannot.

use std::time::Duration;

use tracing::warn;

use super::observer::Point;
use super::run_host::{Gone, RunHost};
use crate::StoreError;
use crate::runs::{Append, Entry, RunLease, RunOutcome, Then, What};

/// The pause after the first failure; each is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

impl RunHost {
    /// Appends, however long the store takes to be there again; returns every entry that was not seen before.
    pub(super) async fn append(&self, lease: &RunLease, append: Append) -> Result<Vec<Entry>, Gone> {
        self.pass(&lease.run, Point::BeforeAppend)?;
        let mut pause = FIRST_PAUSE;
        let mut unsure = false;
        let entries = loop {
            let tried = if unsure {
                self.append_if_missing(lease, &append).await
            } else {
                self.store.append(lease, append.clone()).await
            };
            match tried {
                Ok(entries) => break entries,
                Err(StoreError::Lost) => return Err(Gone::Lost),
                Err(error) => {
                    warn!(
                        error = error.in_full(),
                        hint = error.hint(),
                        run = lease.run,
                        "cannot append to the journal; this is tried again"
                    );
                    self.clock.sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    // The answer may be lost and not the append.
                    unsure = true;
                }
            }
        };
        if let Then::End {
            outcome: RunOutcome::Failed,
            reason,
            ..
        } = &append.then
        {
            warn!(run = lease.run, reason, "a run has failed");
        }
        self.pass(&lease.run, Point::AfterAppend)?;
        Ok(entries)
    }

    async fn append_if_missing(&self, lease: &RunLease, append: &Append) -> Result<Vec<Entry>, StoreError> {
        let Some(story) = self.store.get_run(&lease.run).await? else {
            return Err(StoreError::Lost);
        };
        let unseen: Vec<Entry> = story
            .entries
            .into_iter()
            .filter(|entry| entry.seq > append.seen)
            .collect();
        let is_this = |entries: &[Entry]| {
            let same = |(entry, what): (&Entry, &What)| entry.at == append.at && entry.what == *what;
            entries.iter().zip(&append.what).all(same)
        };
        let length = append.what.len();
        if length > 0 && unseen.windows(length).any(is_this) {
            return Ok(unseen);
        }
        self.store.append(lease, append.clone()).await
    }
}
