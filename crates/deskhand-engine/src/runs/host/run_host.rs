//! The host of runs: what it needs, and how it is asked to go on.

use std::sync::Arc;
use std::time::Duration;

use deskhand_command::Clock;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::at_work::{AtWork, Kept};
use super::close::Closing;
use super::drive::Drive;
use super::observer::{Observer, Quiet};
use crate::StoreError;
use crate::runs::world::World;
use crate::runs::{ClaimedRun, RunClaim, RunStore};

/// Takes runs that are due and drives each until it waits or has ended. A copy is the same host.
#[derive(Clone)]
pub struct RunHost {
    /// Where runs are kept.
    pub store: Arc<dyn RunStore>,
    /// What they work on.
    pub world: Arc<dyn World>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Who watches.
    pub observer: Arc<dyn Observer>,
    /// Who claims: no two processes have one name.
    pub holder: String,
    /// How much is done at once, and how long things last.
    pub limits: Limits,
    pub(super) wakened: Arc<Notify>,
    pub(super) closing: Arc<Closing>,
    at_work: Arc<AtWork>,
}

/// How much is done at once, and how long things last.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Runs that are driven at once.
    pub runs: usize,
    /// Steps of one run that are performed at once.
    pub works: usize,
    /// A claim that is not renewed ends after this long.
    pub lease: Duration,
    /// A claim is renewed after this long, and what others have signalled is heard.
    pub renewal: Duration,
    /// A step's output as JSON; a larger one is a failure.
    pub output_bytes: usize,
    /// What other processes have started is found after this long at the latest.
    pub poll: Duration,
    /// What is at work when the host closes is let end for this long.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            runs: 32,
            works: 8,
            lease: Duration::from_secs(60),
            renewal: Duration::from_secs(20),
            output_bytes: 8 * 1024 * 1024,
            poll: Duration::from_secs(1),
            grace: Duration::from_secs(10),
        }
    }
}

/// Why runs were not driven.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    /// The observer wanted it so.
    #[error("stopped by its observer")]
    Stopped,
    /// The store did not say what is due.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a run is not driven on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gone {
    /// Somebody else has it.
    Lost,
    /// The observer stopped everything.
    Stopped,
}

impl RunHost {
    /// A host that nobody watches.
    pub fn new(
        store: Arc<dyn RunStore>,
        world: Arc<dyn World>,
        clock: Arc<dyn Clock>,
        holder: impl Into<String>,
    ) -> Self {
        Self {
            store,
            world,
            clock,
            observer: Arc::new(Quiet),
            holder: holder.into(),
            limits: Limits::default(),
            wakened: Arc::new(Notify::new()),
            closing: Arc::new(Closing::default()),
            at_work: Arc::default(),
        }
    }

    /// Claims runs that are due, at most as many as are driven at once, and drives each until it waits or has ended.
    ///
    /// Returns how many there were. What goes wrong with one run is in its journal, or is tried again when its claim is over.
    pub async fn drive_due(&self, now: Timestamp) -> Result<usize, DriveError> {
        let claimed = self.claim(now, self.limits.runs).await?;
        let count = claimed.len();
        let mut driven = JoinSet::new();
        for (run, kept) in claimed {
            driven.spawn(Drive::to_rest(self.clone(), run, kept));
        }
        while let Some(rested) = driven.join_next().await {
            if let Ok(Err(Gone::Stopped)) = rested {
                return Err(DriveError::Stopped);
            }
        }
        Ok(count)
    }

    /// When the next run is due: a time that may be over, or `None` when none waits for a time.
    pub async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.store.next_run_due().await
    }

    /// Says that a run was started or signalled, so that [`Self::serve`] looks at once.
    pub fn wake(&self) {
        self.wakened.notify_one();
    }

    /// Claims runs that are due, and that this host is not at work on.
    pub(super) async fn claim(&self, now: Timestamp, limit: usize) -> Result<Vec<(ClaimedRun, Kept)>, StoreError> {
        let request = RunClaim {
            holder: self.holder.clone(),
            now,
            until: later(now, self.limits.lease),
            limit: u32::try_from(limit).unwrap_or(u32::MAX),
            except: self.at_work.ids(),
        };
        let claimed = self.store.claim_runs(&request).await?;
        let kept = |run: ClaimedRun| {
            let kept = self.at_work.keep(&run.lease);
            (run, kept)
        };
        Ok(claimed.into_iter().map(kept).collect())
    }
}

/// A time this much later.
pub(super) fn later(now: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    now.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// How long it is until a time; nothing when it is over.
pub(super) fn until(now: Timestamp, at: Timestamp) -> Duration {
    Duration::try_from(at.duration_since(now)).unwrap_or_default()
}
