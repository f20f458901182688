//! Records that callbacks announced, read again and decided like those of a pass; the position stays where it is.

use deskhand_command::{Announced, BoxFuture, Failure};

use super::claimed::{BRIEFLY, Claimed, Work, failure_of};
use super::job::{IngestJob, Ingestor};
use super::prepare::ReadBy;
use super::report::IngestReport;
use crate::store::StoreError;

/// What came of looking at announced records again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookedAgain {
    /// All were looked at, and what is new is stored.
    Stored,
    /// A run is at the feed; nothing was looked at.
    Held,
    /// Not all could be looked at.
    Failed(Failure),
}

impl Ingestor {
    /// Reads announced records as they are now and stores what is new, unless a run is at the feed.
    ///
    /// A few dozen at a time: a run that begins meanwhile waits until these are stored.
    pub fn look_again<'a>(
        &'a self,
        job: &'a IngestJob,
        announced: &'a [Announced],
    ) -> BoxFuture<'a, (IngestReport, LookedAgain)> {
        Box::pin(async move {
            let mut report = IngestReport::default();
            let outcome = self.looked_again(job, announced, &mut report).await;
            (report, outcome)
        })
    }

    async fn looked_again(&self, job: &IngestJob, announced: &[Announced], report: &mut IngestReport) -> LookedAgain {
        // Under a name of its own, because the same name may claim again and would take the feed from a run.
        let lease = match self.claim(job, format!("{}{BRIEFLY}", job.holder), None).await {
            Ok(lease) => lease,
            Err(StoreError::Held { .. }) => return LookedAgain::Held,
            Err(error) => return LookedAgain::Failed(failure_of(error)),
        };
        let claimed = Claimed {
            ingestor: self,
            job,
            lease,
            // Not in the log of runs, which a busy desk's callbacks would flood.
            run_id: "",
        };
        let outcome = claimed.kept_alive(Work::LookAgain(announced), report).await;
        let released = self.store.release(&claimed.lease).await.map_err(failure_of);
        outcome
            .and(released)
            .map_or_else(LookedAgain::Failed, |()| LookedAgain::Stored)
    }
}

impl Claimed<'_> {
    /// A record counts as gone only when its deletion was announced and the PSA has it no more: what was just made can
    /// take a moment to be seen.
    pub(super) async fn look_again(&self, announced: &[Announced], report: &mut IngestReport) -> Result<(), Failure> {
        let mut found = self.look_up(announced.iter().map(|one| one.id).collect()).await?;
        found
            .gone
            .retain(|id| announced.iter().any(|one| one.id == *id && one.deleted));
        // Read without the server's time, so that the next pass is what settles it, as after a sweep.
        self.take(found, ReadBy::Sweep { late: false }, report).await?;
        Ok(())
    }
}
