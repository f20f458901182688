//! One pass: batches are read, made into candidates and committed in order, while the next ones are on their way.

use std::sync::Arc;

use deskhand_command::{Batch, Failure};
use futures_util::future::try_join;
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinHandle;

use super::claimed::{Claimed, failure_of};
use super::job::Point;
use super::prepare::{Prepared, Preparer, ReadBy};
use super::report::IngestReport;
use crate::store::BatchWrite;

/// This many batches are held at once: one on its way into the store, and one that is mapped meanwhile.
const AT_ONCE: usize = 2;

/// A batch that is being mapped on another thread.
struct Ahead {
    prepared: JoinHandle<Prepared>,
    position: Value,
    done: bool,
    /// Given back when the batch is stored.
    _room: OwnedSemaphorePermit,
}

impl Claimed<'_> {
    /// Reads to the end of the pass, or to a failure; what was read before it is stored all the same. False: it was not wanted
    /// any more on the way.
    pub(super) async fn pass(&self, report: &mut IngestReport) -> Result<bool, Failure> {
        let (ready, waiting) = mpsc::channel(AT_ONCE);
        // A failure to read is told only after what is waiting was stored; a failure to store ends the reading.
        let reading = async move { Ok(self.read(ready).await) };
        let (read, ()) = try_join(reading, self.store(waiting, report)).await?;
        read
    }

    async fn read(&self, ready: mpsc::Sender<Ahead>) -> Result<bool, Failure> {
        let preparer = Preparer::new(&self.job.sources);
        let rooms = Arc::new(Semaphore::new(AT_ONCE));
        let begins = self.begins_at().await?;
        let mut pass = self.ingestor.feed.resume(begins.as_ref()).await?;
        while let Ok(room) = Arc::clone(&rooms).acquire_owned().await {
            let Some(batch) = pass.next().await? else { break };
            self.ingestor.observer.at(Point::AnswerRead(batch.records.len()));
            let done = batch.done;
            if ready.send(ahead(&preparer, batch, room)).await.is_err() {
                break;
            }
            if !done && !self.ingestor.mandate.stands().await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The position to go on from. A feed that has not come anywhere goes on from the one that its job read before, and knows
    /// what that has decided on: what both read becomes no second event.
    async fn begins_at(&self) -> Result<Option<Value>, Failure> {
        let Some(before) = &self.lease.before else {
            return Ok(self.lease.position.clone());
        };
        let feed = &self.ingestor.feed;
        let begins = feed.go_on_from(&before.position, self.job.not_before);
        let since = feed.read_until(&begins).map_or(i64::MIN, Timestamp::as_second);
        let carried = self.ingestor.store.carry_over(&self.lease, since).await;
        carried.map_err(failure_of)?;
        Ok(Some(begins))
    }

    async fn store(&self, mut waiting: mpsc::Receiver<Ahead>, report: &mut IngestReport) -> Result<(), Failure> {
        while let Some(ahead) = waiting.recv().await {
            let prepared = ahead.prepared.await;
            let prepared =
                prepared.map_err(|error| Failure::new(500, format!("A page could not be mapped: {error}.")))?;
            report.add_read(&prepared);
            self.ingestor.observer.at(Point::BeforeCommit);
            self.commit(prepared, Some(ahead.position), report).await?;
            self.ingestor.observer.at(Point::AfterCommit(report.read));
            if ahead.done {
                self.ingestor.observer.at(Point::PassEnded);
            }
        }
        Ok(())
    }

    /// Commits what was prepared with the position after it; returns how many became events.
    pub(super) async fn commit(
        &self,
        prepared: Prepared,
        position: Option<Value>,
        report: &mut IngestReport,
    ) -> Result<u64, Failure> {
        let write = BatchWrite {
            candidates: prepared.candidates,
            passed_over: prepared.passed_over,
            unusable: prepared.unusable,
            position,
            ..self.batch()
        };
        let committed = self
            .ingestor
            .store
            .commit(&self.lease, write)
            .await
            .map_err(failure_of)?;
        report.add_committed(&committed);
        Ok(committed.taken)
    }
}

fn ahead(preparer: &Preparer, batch: Batch, room: OwnedSemaphorePermit) -> Ahead {
    let Batch {
        records,
        quarantined,
        position,
        server_time,
        settle_seconds,
        done,
    } = batch;
    let read = ReadBy::Pass {
        at: server_time.as_second(),
        settle_seconds,
    };
    let preparer = preparer.clone();
    Ahead {
        prepared: tokio::task::spawn_blocking(move || preparer.prepare(records, quarantined, read)),
        position,
        done,
        _room: room,
    }
}
