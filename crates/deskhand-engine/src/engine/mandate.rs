//! Whether the pass of a job is still wanted as it was prepared.

use std::sync::Arc;

use deskhand_command::{BoxFuture, EventSource, Failure};
use parking_lot::Mutex;

use super::after::trouble;
use super::{Automation, Parts};
use crate::connections::Connection;
use crate::desk::Desk;
use crate::ingest::Mandate;
use crate::jobs::{IngestionJob, schedule_name};
use crate::runs::What;
use crate::schedules::Mode;

/// What a pass was prepared of.
#[derive(Clone)]
pub(super) struct Origin {
    /// The revision of the definitions.
    pub(super) revision: i64,
    pub(super) job: IngestionJob,
    pub(super) connection: Arc<Connection>,
    /// The site that events land in.
    pub(super) site: String,
    /// The filters, as the feed's key has them.
    pub(super) filters: String,
}

/// The mandate of a pass.
pub(super) struct PassMandate {
    parts: Parts,
    origin: Origin,
    run: String,
    /// Whether the schedule had been stopped when somebody asked for this pass all the same.
    was_stopped: bool,
    found: Mutex<Found>,
}

/// What was found at the last look.
struct Found {
    /// The revision at which everything was as prepared.
    revision: i64,
    /// The job is wanted, and reads something else.
    changed: bool,
}

impl PassMandate {
    pub(super) async fn of(parts: &Parts, origin: Origin, pass_id: &str) -> Result<Self, Failure> {
        // A pass has its run's id, its step and the attempt in its own.
        let run = pass_id.rsplit_once('/').map_or(pass_id, |(run, _)| run);
        let mut mandate = Self {
            parts: parts.clone(),
            run: run.to_owned(),
            was_stopped: false,
            found: Mutex::new(Found {
                revision: origin.revision,
                changed: false,
            }),
            origin,
        };
        mandate.was_stopped = mandate.is_stopped().await?;
        Ok(mandate)
    }

    /// Whether the pass was not wanted because it is to be prepared again.
    pub(super) fn has_changed(&self) -> bool {
        self.found.lock().changed
    }

    async fn look(&self) -> Result<bool, Failure> {
        Ok(self.is_as_prepared().await?
            && (self.was_stopped || !self.is_stopped().await?)
            && !self.is_cancelled().await?)
    }

    async fn is_as_prepared(&self) -> Result<bool, Failure> {
        let revision = self.parts.store.revision().await.map_err(trouble)?;
        if self.found.lock().revision == revision {
            return Ok(true);
        }
        let desk = self.parts.connections.desk().await?;
        let definitions = self.parts.store.definitions().await.map_err(trouble)?;
        let automation = Automation::read(&definitions, desk, self.parts.declarations);
        let (is_wanted, same) = self.compare(&automation);
        let mut found = self.found.lock();
        found.changed = is_wanted && !same;
        if is_wanted && same {
            found.revision = revision;
        }
        Ok(is_wanted && same)
    }

    /// Whether the job is there and let fetch, and whether it fetches the same.
    fn compare(&self, now: &Automation) -> (bool, bool) {
        let before = &self.origin;
        let name = &before.job.connection;
        let Some(job) = now.jobs.get(&before.job.name) else {
            return (false, false);
        };
        let connection = now.desk.connections.get(&job.connection);
        let is_wanted = (job.active || !before.job.active) && connection.is_some_and(|known| known.active);
        let same = job.connection == *name
            && connection.is_some_and(|known| **known == *before.connection)
            && (&job.source, &job.page_size, &job.not_before)
                == (&before.job.source, &before.job.page_size, &before.job.not_before)
            && connection.is_some_and(|known| lands_in(job, known) == before.site)
            && filters_of(&now.desk, &job.source).is_some_and(|filters| filters == before.filters);
        (is_wanted, same)
    }

    async fn is_stopped(&self) -> Result<bool, Failure> {
        let name = schedule_name(&self.origin.job.name);
        let standing = self.parts.store.get_schedule(&name).await.map_err(trouble)?;
        Ok(standing.is_some_and(|standing| standing.mode == Mode::Stopped))
    }

    async fn is_cancelled(&self) -> Result<bool, Failure> {
        let story = self.parts.store.get_run(&self.run).await.map_err(trouble)?;
        let entries = story.into_iter().flat_map(|story| story.entries);
        let mut cancelled = false;
        for entry in entries {
            match entry.what {
                What::CancelAsked { .. } => cancelled = true,
                What::RetryAsked { .. } => cancelled = false,
                _ => {}
            }
        }
        Ok(cancelled)
    }
}

impl Mandate for PassMandate {
    fn stands(&self) -> BoxFuture<'_, Result<bool, Failure>> {
        Box::pin(self.look())
    }
}

/// The site that a job's events land in.
pub(super) fn lands_in(job: &IngestionJob, connection: &Connection) -> String {
    let site = job.site.as_deref().unwrap_or_else(|| connection.site.home());
    connection.lands_in(site).to_owned()
}

/// The event source of this name.
pub(super) fn source_of(desk: &Desk, name: &str) -> Option<EventSource> {
    let default = EventSource::default_source();
    if name == default.name {
        return Some(default);
    }
    desk.sources.get(name).map(|source| EventSource::clone(source))
}

/// A source's filters, as a feed's key has them.
fn filters_of(desk: &Desk, source: &str) -> Option<String> {
    serde_json::to_string(&source_of(desk, source)?.fetch).ok()
}
