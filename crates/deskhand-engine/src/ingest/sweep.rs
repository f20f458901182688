//! The sweep: id and stamp of everything against the store, for what passes missed and what is gone.

use std::collections::HashMap;

use deskhand_command::{Batch, Failure, Head, Lookup};
use jiff::Timestamp;

use super::job::{IngestJob, Ingestor};
use super::prepare::prepare;
use super::report::IngestReport;
use super::run::failure_of;
use crate::store::Lease;

impl Ingestor {
    /// Compares what the PSA lists as updated after `since` (`None`: everything) with what is stored.
    pub async fn sweep(
        &self,
        job: &IngestJob,
        since: Option<Timestamp>,
        run_id: &str,
    ) -> (IngestReport, Result<(), Failure>) {
        let mut report = IngestReport::default();
        let outcome = self.sweep_claimed(job, since, run_id, &mut report).await;
        (report, outcome)
    }

    async fn sweep_claimed(
        &self,
        job: &IngestJob,
        since: Option<Timestamp>,
        run_id: &str,
        report: &mut IngestReport,
    ) -> Result<(), Failure> {
        let lease = self.claim(job).await?;
        let swept = self.compare(job, &lease, since, run_id, report).await;
        let released = self.store.release(&lease).await.map_err(|error| failure_of(&error));
        swept.and(released)
    }

    async fn compare(
        &self,
        job: &IngestJob,
        lease: &Lease,
        since: Option<Timestamp>,
        run_id: &str,
        report: &mut IngestReport,
    ) -> Result<(), Failure> {
        // What is known is looked up first, so that nothing stored meanwhile is taken for vanished.
        let known = self
            .store
            .known(lease, since.map_or(i64::MIN, Timestamp::as_second))
            .await
            .map_err(|error| failure_of(&error))?;
        let mut vanished: HashMap<i64, i64> = known.iter().map(|head| (head.id, head.stamp)).collect();
        let mut missing = Vec::new();
        let mut heads = self.feed.heads(since).await?;
        while let Some(batch) = heads.next().await? {
            for head in &batch {
                vanished.remove(&head.id);
            }
            missing.extend(
                self.store
                    .missing(lease, &batch)
                    .await
                    .map_err(|error| failure_of(&error))?,
            );
        }
        let late = self.take_missing(job, lease, &missing, run_id, report).await?;
        self.look_for(job, lease, vanished.into_keys().collect(), run_id, report)
            .await?;
        self.learn(lease, late, run_id, report).await
    }

    /// Fetches what passes missed; returns by how many seconds the latest of them was late.
    async fn take_missing(
        &self,
        job: &IngestJob,
        lease: &Lease,
        missing: &[Head],
        run_id: &str,
        report: &mut IngestReport,
    ) -> Result<i64, Failure> {
        let mut latest = 0;
        for head in missing {
            if let Lookup::Found(record) = self.feed.look_up(head.id).await? {
                latest = latest.max(self.clock.now().as_second() - record.stamp);
                report.late += self.take(job, lease, *record, run_id, report).await?;
            }
        }
        Ok(latest)
    }

    /// Looks for records that the list no longer has: gone, or changed so that a filter leaves them out.
    async fn look_for(
        &self,
        job: &IngestJob,
        lease: &Lease,
        vanished: Vec<i64>,
        run_id: &str,
        report: &mut IngestReport,
    ) -> Result<(), Failure> {
        let mut gone = Vec::new();
        for id in vanished {
            match self.feed.look_up(id).await? {
                Lookup::Gone | Lookup::Elsewhere => gone.push(id),
                Lookup::Found(record) => {
                    self.take(job, lease, *record, run_id, report).await?;
                }
            }
        }
        report.gone += gone.len() as u64;
        self.store
            .mark_gone(lease, &gone, self.clock.now())
            .await
            .map_err(|error| failure_of(&error))
    }

    async fn take(
        &self,
        job: &IngestJob,
        lease: &Lease,
        record: deskhand_command::Record,
        run_id: &str,
        report: &mut IngestReport,
    ) -> Result<u64, Failure> {
        let mut batch = Batch {
            records: vec![record],
            quarantined: Vec::new(),
            position: serde_json::Value::Null,
            server_time: self.clock.now(),
            settle_seconds: i64::MAX,
            done: false,
        };
        let prepared = prepare(job.sources.clone(), &mut batch).await?;
        // Whatever the second, the content decides: a sweep is slow enough to look closely.
        let write = self.batch_write(run_id, prepared, batch.settle_seconds, None);
        let committed = self
            .store
            .commit(lease, write)
            .await
            .map_err(|error| failure_of(&error))?;
        report.add(1, &committed);
        Ok(committed.taken)
    }

    /// What came late makes the feed look further back from now on.
    async fn learn(&self, lease: &Lease, lag_seconds: i64, run_id: &str, report: &IngestReport) -> Result<(), Failure> {
        let Some(position) = lease.position.as_ref().filter(|_| report.late > 0) else {
            return Ok(());
        };
        let learned = self.feed.learn(position, report.late, lag_seconds);
        let nothing = super::prepare::Prepared {
            candidates: Vec::new(),
            unusable: Vec::new(),
        };
        let write = self.batch_write(run_id, nothing, 0, Some(learned));
        self.store
            .commit(lease, write)
            .await
            .map(|_| ())
            .map_err(|error| failure_of(&error))
    }
}
