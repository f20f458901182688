//! Appends, and waits where the store cannot.

use std::time::Duration;

use tracing::warn;

use super::observer::Point;
use super::run_host::{Gone, RunHost, later};
use crate::StoreError;
use crate::runs::{Append, Entry, RunLease, RunOutcome, Then, What};

/// The pause after the first failure; each is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What an append has found in the journal.
pub(super) struct Appended {
    /// Entries of others that were not seen before.
    pub(super) foreign: Vec<Entry>,
    /// The number of the last entry.
    pub(super) last: i64,
}

impl RunHost {
    /// Appends, however long the store takes to be there again.
    pub(super) async fn append(&self, lease: &RunLease, mut append: Append) -> Result<Appended, Gone> {
        self.pass(&lease.run, Point::BeforeAppend)?;
        let mut pause = FIRST_PAUSE;
        let mut unsure = false;
        let appended = loop {
            self.hold_from_now(&mut append);
            let tried = if unsure {
                self.append_if_missing(lease, &append).await
            } else {
                let unseen = self.store.append(lease, append.clone()).await;
                unseen.map(|unseen| found(unseen, &append, None))
            };
            match tried {
                Ok(appended) => break appended,
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
        Ok(appended)
    }

    /// Whoever goes on has the run from this try on: counted from the first one, the time may be over already.
    fn hold_from_now(&self, append: &mut Append) {
        if let Then::GoOn { until } = &mut append.then {
            *until = later(self.clock.now(), self.limits.lease);
        }
    }

    async fn append_if_missing(&self, lease: &RunLease, append: &Append) -> Result<Appended, StoreError> {
        let Some(story) = self.store.get_run(&lease.run).await? else {
            return Err(StoreError::Lost);
        };
        let mut unseen = story.entries;
        unseen.retain(|entry| entry.seq > append.seen);
        let Some(own) = place_of(append, &unseen) else {
            let unseen = self.store.append(lease, append.clone()).await?;
            return Ok(found(unseen, append, None));
        };
        if matches!(append.then, Then::GoOn { .. }) {
            // That it is there does not say that the run is ours still: somebody may have taken it over since. Nor is it
            // all there is: others may have appended behind it.
            unseen = self.store.append(lease, renewal(append)).await?;
        }
        Ok(found(unseen, append, Some(own)))
    }
}

/// What a store has found, an append's own entries left out: they are the last, or begin at this place.
fn found(mut unseen: Vec<Entry>, append: &Append, own: Option<usize>) -> Appended {
    let last = unseen.last().map_or(append.seen, |last| last.seq);
    let length = append.what.len();
    let begin = own.unwrap_or_else(|| unseen.len().saturating_sub(length));
    let end = (begin + length).min(unseen.len());
    unseen.drain(begin..end);
    Appended { foreign: unseen, last }
}

/// Where the entries of an append are, if they are there.
fn place_of(append: &Append, unseen: &[Entry]) -> Option<usize> {
    let is_this = |entries: &[Entry]| {
        let same = |(entry, what): (&Entry, &What)| entry.at == append.at && entry.what == *what;
        entries.iter().zip(&append.what).all(same)
    };
    let length = append.what.len();
    (length > 0).then(|| unseen.windows(length).position(is_this)).flatten()
}

/// Renews the claim, and says what else is in the journal.
fn renewal(append: &Append) -> Append {
    Append {
        what: Vec::new(),
        starts: Vec::new(),
        events: Vec::new(),
        schedule: None,
        ..append.clone()
    }
}
