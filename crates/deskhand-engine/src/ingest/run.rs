//! One pass: batches are read, made into candidates and committed in order, while the next one is on its way.

use deskhand_command::{Batch, Failure, Retry};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use super::job::{IngestJob, Ingestor, Point};
use super::prepare::{Prepared, prepare};
use super::report::IngestReport;
use crate::store::{BatchWrite, Lease, LeaseRequest, RunRecord, StoreError};

/// A claim that is not renewed ends after this many seconds.
const LEASE_SECONDS: i64 = 60;
/// This many batches may wait for the store.
const WAITING: usize = 1;

impl Ingestor {
    /// Runs one pass, or ends the one that was interrupted; whatever was committed before a failure stays.
    pub async fn run(&self, job: &IngestJob, run_id: &str) -> (IngestReport, Result<(), Failure>) {
        let mut report = IngestReport::default();
        let outcome = self.claimed(job, run_id, &mut report).await;
        (report, outcome)
    }

    async fn claimed(&self, job: &IngestJob, run_id: &str, report: &mut IngestReport) -> Result<(), Failure> {
        let started_at = self.clock.now();
        let lease = self.claim(job).await?;
        let outcome = self.pass(job, &lease, run_id, report).await;
        let run = RunRecord {
            id: run_id.to_owned(),
            started_at,
            ended_at: self.clock.now(),
            outcome: if outcome.is_ok() { "Successful" } else { "Failed" },
            report: serde_json::to_value(&*report).unwrap_or_default(),
        };
        let logged = self.store.log_run(&lease, &run).await;
        let released = self.store.release(&lease).await;
        outcome.and(logged.and(released).map_err(|error| failure_of(&error)))
    }

    pub(super) async fn claim(&self, job: &IngestJob) -> Result<Lease, Failure> {
        let request = LeaseRequest {
            holder: job.holder.clone(),
            now: self.clock.now(),
            seconds: LEASE_SECONDS,
        };
        self.store
            .claim(&job.key, &request)
            .await
            .map_err(|error| failure_of(&error))
    }

    async fn pass(
        &self,
        job: &IngestJob,
        lease: &Lease,
        run_id: &str,
        report: &mut IngestReport,
    ) -> Result<(), Failure> {
        let (ready, mut waiting) = mpsc::channel(WAITING);
        let reading = async move {
            let read = self.read(job, lease, &ready).await;
            drop(ready);
            read
        };
        let storing = async {
            while let Some((batch, prepared)) = waiting.recv().await {
                let stored = self.store_batch(lease, run_id, batch, prepared, report).await;
                if stored.is_err() {
                    waiting.close();
                    return stored;
                }
            }
            Ok(())
        };
        let (read, stored) = tokio::join!(reading, storing);
        stored.and(read)
    }

    /// Reads until the pass is over, or until the store has given up.
    async fn read(
        &self,
        job: &IngestJob,
        lease: &Lease,
        ready: &mpsc::Sender<(Batch, Prepared)>,
    ) -> Result<(), Failure> {
        let mut pass = self.feed.resume(lease.position.as_ref()).await?;
        while let Some(mut batch) = pass.next().await? {
            self.observer.at(Point::AnswerRead(batch.records.len()));
            let prepared = prepare(job.sources.clone(), &mut batch).await?;
            if ready.send((batch, prepared)).await.is_err() {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn store_batch(
        &self,
        lease: &Lease,
        run_id: &str,
        batch: Batch,
        prepared: Prepared,
        report: &mut IngestReport,
    ) -> Result<(), Failure> {
        let read = prepared.candidates.len() as u64;
        for unusable in &prepared.unusable {
            report.set_aside(unusable.record_id, &unusable.reason);
        }
        let write = self.batch_write(run_id, prepared, batch.settle_seconds, Some(batch.position));
        self.observer.at(Point::BeforeCommit);
        let committed = self
            .store
            .commit(lease, write)
            .await
            .map_err(|error| failure_of(&error))?;
        report.add(read, &committed);
        self.observer.at(Point::AfterCommit(report.read));
        if batch.done {
            self.observer.at(Point::PassEnded);
        }
        Ok(())
    }

    pub(super) fn batch_write(
        &self,
        run_id: &str,
        prepared: Prepared,
        settle_seconds: i64,
        position: Option<serde_json::Value>,
    ) -> BatchWrite {
        let now = self.clock.now();
        BatchWrite {
            candidates: prepared.candidates,
            unusable: prepared.unusable,
            settle_seconds,
            position,
            now,
            lease_until: lease_until(now),
            run_id: run_id.to_owned(),
        }
    }
}

fn lease_until(now: Timestamp) -> Timestamp {
    now.saturating_add(SignedDuration::from_secs(LEASE_SECONDS))
        .unwrap_or(now)
}

/// A store's trouble for people.
pub(super) fn failure_of(error: &StoreError) -> Failure {
    let mut message = error.to_string();
    if let Some(source) = std::error::Error::source(error) {
        message = format!("{message}: {source}");
    }
    Failure::new(500, message)
        .with_hint(error.hint())
        .with_retry(Retry::Later)
}
