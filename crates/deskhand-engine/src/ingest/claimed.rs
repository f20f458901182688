//! What a run has around it: the claim, kept alive, and the log.

use std::time::Duration;

use deskhand_command::{Announced, BoxFuture, Failure, Retry};
use jiff::{SignedDuration, Timestamp};

use super::job::{IngestJob, Ingestor};
use super::report::IngestReport;
use crate::store::{BatchWrite, Lease, LeaseRequest, RunEnd, RunKind, RunStart, StoreError};

/// A claim that is not renewed ends after this many seconds.
const LEASE_SECONDS: i64 = 60;
/// A claim is renewed this often, also while the PSA keeps us waiting.
const RENEWAL: Duration = Duration::from_secs(20);

/// Ends the name of a holder that gives its claim back within seconds: runs wait for it instead of failing.
pub(super) const BRIEFLY: &str = " (callbacks)";
/// How long a run waits before it asks again.
const BRIEF_WAIT: Duration = Duration::from_millis(250);
/// How often; together as long as a claim that nobody renews.
const BRIEF_WAITS: u32 = 240;
/// A whole run of another process is waited for by looks so far apart.
const LONG_WAIT: Duration = Duration::from_secs(5);

/// What is done while the claim is held.
#[derive(Debug, Clone, Copy)]
pub(super) enum Work<'a> {
    Pass,
    Sweep(Option<Timestamp>),
    LookAgain(&'a [Announced]),
}

/// A run that holds its claim.
pub(super) struct Claimed<'a> {
    pub(super) ingestor: &'a Ingestor,
    pub(super) job: &'a IngestJob,
    pub(super) lease: Lease,
    pub(super) run_id: &'a str,
}

impl Ingestor {
    /// Runs one pass, or ends the one that was interrupted; whatever was committed before a failure stays.
    pub fn run<'a>(
        &'a self,
        job: &'a IngestJob,
        run_id: &'a str,
    ) -> BoxFuture<'a, (IngestReport, Result<(), Failure>)> {
        Box::pin(self.reported(Work::Pass, job, run_id))
    }

    /// Compares what the PSA lists as updated after `since` (`None`: everything) with what is stored.
    pub fn sweep<'a>(
        &'a self,
        job: &'a IngestJob,
        since: Option<Timestamp>,
        run_id: &'a str,
    ) -> BoxFuture<'a, (IngestReport, Result<(), Failure>)> {
        Box::pin(self.reported(Work::Sweep(since), job, run_id))
    }

    async fn reported(&self, work: Work<'_>, job: &IngestJob, run_id: &str) -> (IngestReport, Result<(), Failure>) {
        let mut report = IngestReport::default();
        let outcome = self.claimed(work, job, run_id, &mut report).await;
        (report, outcome)
    }

    async fn claimed(
        &self,
        work: Work<'_>,
        job: &IngestJob,
        run_id: &str,
        report: &mut IngestReport,
    ) -> Result<(), Failure> {
        let Some(lease) = self.claim_patiently(job).await? else {
            (report.stopped, report.not_begun) = (true, true);
            return Ok(());
        };
        let claimed = Claimed {
            ingestor: self,
            job,
            lease,
            run_id,
        };
        let outcome = claimed.logged(work, report).await;
        let released = self.store.release(&claimed.lease).await.map_err(failure_of);
        outcome.and(released)
    }

    /// Claims a feed for a run, if that is wanted; whoever has it for callbacks gives it back in a moment.
    async fn claim_patiently(&self, job: &IngestJob) -> Result<Option<Lease>, Failure> {
        let mut brief_waits = 0;
        while self.mandate.stands().await? {
            match self.claim(job, job.holder.clone(), job.reader.clone()).await {
                Err(StoreError::Held { holder, .. }) if holder.ends_with(BRIEFLY) && brief_waits < BRIEF_WAITS => {
                    brief_waits += 1;
                    self.clock.sleep(BRIEF_WAIT).await;
                }
                Err(StoreError::Held { .. }) if job.patient => self.clock.sleep(LONG_WAIT).await,
                claimed => return claimed.map(Some).map_err(failure_of),
            }
        }
        Ok(None)
    }

    /// Claims a feed; for a reader, when it is to be read.
    pub(super) async fn claim(
        &self,
        job: &IngestJob,
        holder: String,
        reader: Option<String>,
    ) -> Result<Lease, StoreError> {
        let now = self.clock.now();
        let request = LeaseRequest {
            holder,
            now,
            until: lease_until(now),
            reader,
        };
        self.store.claim(&job.key, &request).await
    }
}

impl Claimed<'_> {
    async fn logged(&self, work: Work<'_>, report: &mut IngestReport) -> Result<(), Failure> {
        let store = &self.ingestor.store;
        let start = RunStart {
            id: self.run_id.to_owned(),
            kind: match work {
                Work::Pass | Work::LookAgain(_) => RunKind::Ingest,
                Work::Sweep(_) => RunKind::Sweep,
            },
            started_at: self.ingestor.clock.now(),
        };
        store.begin_run(&self.lease, &start).await.map_err(failure_of)?;
        let outcome = self.kept_alive(work, report).await;
        let end = RunEnd {
            id: start.id,
            ended_at: self.ingestor.clock.now(),
            failure: outcome.as_ref().err().cloned(),
            stopped: report.stopped,
        };
        let logged = store.end_run(&end).await.map_err(failure_of);
        outcome.and(logged)
    }

    pub(super) async fn kept_alive(&self, work: Work<'_>, report: &mut IngestReport) -> Result<(), Failure> {
        tokio::select! {
            outcome = self.perform(work, report) => outcome,
            lost = self.renewed() => Err(lost),
        }
    }

    async fn perform(&self, work: Work<'_>, report: &mut IngestReport) -> Result<(), Failure> {
        match work {
            Work::Pass => {
                report.stopped = !self.pass(report).await?;
                Ok(())
            }
            Work::Sweep(since) => self.compare(since, report).await,
            Work::LookAgain(announced) => self.look_again(announced, report).await,
        }
    }

    /// Renews the claim until it is lost; other trouble is the next commit's to tell.
    async fn renewed(&self) -> Failure {
        loop {
            tokio::time::sleep(RENEWAL).await;
            let until = lease_until(self.ingestor.clock.now());
            if let Err(error @ StoreError::Lost) = self.ingestor.store.renew(&self.lease, until).await {
                return failure_of(error);
            }
        }
    }

    /// A batch with nothing in it yet.
    pub(super) fn batch(&self) -> BatchWrite {
        let now = self.ingestor.clock.now();
        BatchWrite {
            candidates: Vec::new(),
            passed_over: Vec::new(),
            unusable: Vec::new(),
            gone: Vec::new(),
            position: None,
            now,
            lease_until: lease_until(now),
            run_id: self.run_id.to_owned(),
        }
    }
}

fn lease_until(now: Timestamp) -> Timestamp {
    let lease = SignedDuration::from_secs(LEASE_SECONDS);
    now.saturating_add(lease).unwrap_or(now)
}

/// A store's trouble for people.
#[expect(clippy::needless_pass_by_value, reason = "it is handed to `map_err`")]
pub(crate) fn failure_of(error: StoreError) -> Failure {
    let mut message = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        message = format!("{message}: {cause}");
        source = cause.source();
    }
    Failure::new(500, message)
        .with_hint(error.hint())
        .with_retry(Retry::Later)
}
