//! The sweep: id and stamp of everything against the store, for what passes missed and what is gone.

use deskhand_command::{Failure, Head, Lookup, Quarantined, Record};
use futures_util::StreamExt;
use futures_util::stream;
use jiff::Timestamp;

use super::claimed::{Claimed, failure_of};
use super::prepare::{Preparer, ReadBy};
use super::report::IngestReport;
use crate::store::BatchWrite;

/// This many records are looked up at once.
const AT_ONCE: usize = 8;
/// This many are stored at once.
const PER_COMMIT: usize = 64;

impl Claimed<'_> {
    /// Compares what the PSA lists as updated after `since` with what is stored.
    ///
    /// Before the end of the first pass there is nothing to compare.
    pub(super) async fn compare(&self, since: Option<Timestamp>, report: &mut IngestReport) -> Result<(), Failure> {
        let feed = &self.ingestor.feed;
        let position = self.lease.position.as_ref();
        let Some(due) = position.and_then(|position| feed.read_until(position)) else {
            return Ok(());
        };
        let begins = position.and_then(|position| feed.read_from(position));
        let Some((missing, vanished)) = self.differences(since.max(begins)).await? else {
            report.stopped = true;
            return Ok(());
        };
        // What was updated later is the next pass's to read.
        let missed = missing.into_iter().filter(|head| head.stamp <= due.as_second());
        let lag = self.take_missed(missed.collect(), report).await?;
        if !report.stopped {
            self.look_for(vanished, report).await?;
        }
        self.learn(lag, report).await
    }

    /// Heads that are not stored, and stored ones that are no longer listed; `None`: the sweep is not wanted any more.
    async fn differences(&self, since: Option<Timestamp>) -> Result<Option<(Vec<Head>, Vec<Head>)>, Failure> {
        let store = &self.ingestor.store;
        // What is known is looked up first, so that nothing listed meanwhile is taken for vanished.
        let known = store.known(&self.lease, since.map_or(i64::MIN, Timestamp::as_second));
        let known = known.await.map_err(failure_of)?;
        let mut listed = vec![false; known.len()];
        let mut missing = Vec::new();
        let mut heads = self.ingestor.feed.heads(since).await?;
        while let Some(heads) = heads.next().await? {
            for head in &heads {
                if let Ok(at) = known.binary_search_by_key(&head.id, |known| known.id) {
                    listed[at] = true;
                }
            }
            missing.extend(store.missing(&self.lease, &heads).await.map_err(failure_of)?);
            if !self.ingestor.mandate.stands().await? {
                return Ok(None);
            }
        }
        let vanished = known.into_iter().zip(listed).filter(|(_, listed)| !listed);
        Ok(Some((missing, vanished.map(|(head, _)| head).collect())))
    }

    /// Fetches what passes missed; returns how many seconds ago the oldest of what became events was updated.
    async fn take_missed(&self, missed: Vec<Head>, report: &mut IngestReport) -> Result<i64, Failure> {
        let mut lag = 0;
        for heads in missed.chunks(PER_COMMIT) {
            if !self.ingestor.mandate.stands().await? {
                report.stopped = true;
                break;
            }
            let found = self.look_up(ids_of(heads)).await?.out_of_sight();
            let now = self.ingestor.clock.now().as_second();
            let oldest = found.records.iter().map(|record| now - record.stamp).max();
            let late = self.take(found, ReadBy::Sweep { late: true }, report).await?;
            // What is set aside or known is found in every sweep, and was not late.
            if late > 0 {
                lag = lag.max(oldest.unwrap_or_default());
            }
            report.late += late;
        }
        Ok(lag)
    }

    /// Looks for records that the list no longer has: gone, merged, or changed so that a filter leaves them out.
    async fn look_for(&self, vanished: Vec<Head>, report: &mut IngestReport) -> Result<(), Failure> {
        for heads in vanished.chunks(PER_COMMIT) {
            if !self.ingestor.mandate.stands().await? {
                report.stopped = true;
                break;
            }
            let mut found = self.look_up(ids_of(heads)).await?.out_of_sight();
            // There, known, and not in the list: moved out of sight. With a new stamp, it is a revision first.
            for head in heads {
                let same = |record: &Record| (record.id, record.stamp) == (head.id, head.stamp);
                if found.records.iter().any(same) {
                    found.gone.push(head.id);
                    found.records.retain(|record| !same(record));
                }
            }
            self.take(found, ReadBy::Sweep { late: false }, report).await?;
        }
        Ok(())
    }

    pub(super) async fn look_up(&self, ids: Vec<i64>) -> Result<Found, Failure> {
        let feed = &self.ingestor.feed;
        let lookups: Vec<_> = ids.iter().map(|id| feed.look_up(*id)).collect();
        let mut lookups = stream::iter(lookups).buffered(AT_ONCE).zip(stream::iter(ids));
        let mut found = Found::default();
        while let Some((lookup, id)) = lookups.next().await {
            match lookup {
                Ok(Lookup::Found(record)) => found.records.push(*record),
                Ok(Lookup::Gone) => found.gone.push(id),
                Ok(Lookup::Elsewhere) => found.elsewhere.push(id),
                Err(failure) if is_the_records_own(&failure) => found.unreadable.push(Quarantined {
                    id: Some(id),
                    reason: failure.message,
                    raw: None,
                }),
                Err(failure) => return Err(failure),
            }
        }
        Ok(found)
    }

    /// Stores what was found; returns how many became events.
    pub(super) async fn take(&self, found: Found, read: ReadBy, report: &mut IngestReport) -> Result<u64, Failure> {
        let preparer = Preparer::new(&self.job.sources);
        report.gone += found.gone.len() as u64;
        let prepared = preparer.prepare(found.records, found.unreadable, read);
        report.add_read(&prepared);
        let write = BatchWrite {
            candidates: prepared.candidates,
            passed_over: prepared.passed_over,
            unusable: prepared.unusable,
            gone: found.gone,
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

    /// What came late makes the feed look further back from now on.
    async fn learn(&self, lag_seconds: i64, report: &mut IngestReport) -> Result<(), Failure> {
        let Some(position) = self.lease.position.as_ref().filter(|_| report.late > 0) else {
            return Ok(());
        };
        let learned = self.ingestor.feed.learn(position, report.late, lag_seconds);
        report.looks_further_back = learned != *position;
        tracing::warn!(late = report.late, position = %learned, "Records came later than passes look back");
        let write = BatchWrite {
            position: Some(learned),
            ..self.batch()
        };
        let committed = self.ingestor.store.commit(&self.lease, write).await;
        committed.map(|_| ()).map_err(failure_of)
    }
}

/// What looking records up came to.
#[derive(Debug, Default)]
pub(super) struct Found {
    records: Vec<Record>,
    pub(super) gone: Vec<i64>,
    /// There, and not what the feed reads.
    elsewhere: Vec<i64>,
    unreadable: Vec<Quarantined>,
}

impl Found {
    /// Takes what is elsewhere for gone: for records that the feed has read before.
    fn out_of_sight(mut self) -> Self {
        self.gone.append(&mut self.elsewhere);
        self
    }
}

fn ids_of(heads: &[Head]) -> Vec<i64> {
    heads.iter().map(|head| head.id).collect()
}

/// Whether it is about this record, so that the others are looked at all the same.
fn is_the_records_own(failure: &Failure) -> bool {
    matches!(failure.status_code, 400..=500) && !matches!(failure.status_code, 401 | 403 | 408 | 429)
}
