//! What announced records are read through: the feeds of the connection's ingestion jobs.

use deskhand_command::{BoxFuture, Failure};
use jiff::Timestamp;

use crate::callbacks::{CallbackFeed, CallbackFeeds};
use crate::engine::after::trouble;
use crate::engine::world::DeskWorld;
use crate::jobs::{IngestionJob, schedule_name};
use crate::schedules::Mode;

impl CallbackFeeds for DeskWorld {
    fn feeds<'a>(&'a self, connection: &'a str) -> BoxFuture<'a, Result<Vec<CallbackFeed>, Failure>> {
        Box::pin(async move {
            let automation = self.automation();
            let (mut feeds, mut failures) = (Vec::new(), Vec::new());
            for job in automation.jobs.values().filter(|job| job.connection == connection) {
                if self.is_let_fetch(job).await? {
                    match self.prepared(&job.name).await {
                        Ok((ingestor, job, _)) => feeds.push(CallbackFeed { ingestor, job }),
                        Err(failure) => failures.push(failure),
                    }
                }
            }
            // A job that cannot work fails by itself when it is due, and holds up no other.
            match failures.into_iter().next() {
                Some(failure) if feeds.is_empty() => Err(failure),
                _ => Ok(feeds),
            }
        })
    }

    fn moved_at<'a>(&'a self, connection: &'a str) -> BoxFuture<'a, Result<Option<Timestamp>, Failure>> {
        Box::pin(self.parts.connections.moved_at(connection))
    }
}

impl DeskWorld {
    /// Whether a job would fetch now: what somebody has paused or stopped fetches nothing, not even what is announced.
    async fn is_let_fetch(&self, job: &IngestionJob) -> Result<bool, Failure> {
        let (automation, now) = (self.automation(), self.parts.clock.now());
        let name = schedule_name(&job.name);
        let Some(schedule) = automation.schedules.get(&name).filter(|schedule| schedule.active) else {
            return Ok(false);
        };
        let has_begun = schedule.starts.is_none_or(|starts| starts <= now);
        let has_ended = schedule.ends.is_some_and(|ends| ends < now);
        if !has_begun || has_ended {
            return Ok(false);
        }
        let standing = self.parts.store.get_schedule(&name).await.map_err(trouble)?;
        Ok(standing.is_none_or(|standing| standing.mode == Mode::Active))
    }
}
