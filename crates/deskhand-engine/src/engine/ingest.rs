//! A pass of an ingestion job, and the sweep of the night.

use std::sync::Arc;

use deskhand_command::{EventSource, Failure, FeedWish};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::after::trouble;
use super::mandate::{Origin, PassMandate, lands_in, source_of};
use super::world::{DeskWorld, actor_at};
use crate::callbacks::note_poll;
use crate::connections::Opened;
use crate::desk::Kind;
use crate::ingest::{DueSweep, IngestJob, IngestReport, Ingestor, Mandate, Quiet, ToTheEnd, due_sweep};
use crate::jobs::{IngestionJob, WrittenIngestion};
use crate::runs::world::Done;
use crate::store::FeedKey;

/// A job that does not say where it begins does so this long before it was defined: the PSA's clock may be behind.
const CLOCKS: SignedDuration = SignedDuration::from_mins(5);

impl DeskWorld {
    pub(super) async fn pass(&self, job: &str, pass_id: &str) -> Done {
        match self.prepared_for(job, pass_id).await {
            Err(failure) => failure.into(),
            Ok((ingestor, ingest, definition, mandate)) => {
                let turn = Arc::clone(self.turns.lock().entry(ingest.key.clone()).or_default());
                let Ok(until_the_end) = turn.try_lock() else {
                    drop(turn.lock().await);
                    // The desk can be another one by now.
                    return Box::pin(self.pass(job, pass_id)).await;
                };
                let (report, outcome) = ingestor.run(&ingest, pass_id).await;
                if report.not_begun && mandate.has_changed() {
                    // It has waited for another process, and reads something else by now.
                    drop(until_the_end);
                    return Box::pin(self.pass(job, pass_id)).await;
                }
                self.listen_for_silence(&definition.connection, &report).await;
                let mut output = json!({ "pass": as_json(&report) });
                let mut failure = outcome.err();
                if failure.is_none() && definition.sweep && !report.stopped {
                    failure = self.sweep(&ingestor, &ingest, pass_id, &mut output).await;
                }
                Done { output, failure }
            }
        }
    }

    /// What a job's pass needs, for as long as it is wanted.
    async fn prepared_for(
        &self,
        job: &str,
        pass_id: &str,
    ) -> Result<(Ingestor, IngestJob, IngestionJob, Arc<PassMandate>), Failure> {
        let (mut ingestor, ingest, origin) = self.prepared(job).await?;
        let definition = origin.job.clone();
        let mandate = Arc::new(PassMandate::of(&self.parts, origin, pass_id).await?);
        ingestor.mandate = Arc::clone(&mandate) as Arc<dyn Mandate>;
        Ok((ingestor, ingest, definition, mandate))
    }

    /// Notes changes that this pass read and no callback announced. A store that cannot note it is the next pass's trouble.
    async fn listen_for_silence(&self, connection: &str, report: &IngestReport) {
        let Some(since) = self.listening.lock().get(connection).copied() else {
            return;
        };
        let noted = note_poll(&*self.parts.store, connection, report, &*self.parts.clock, since).await;
        if let Err(failure) = noted {
            tracing::warn!(
                connection,
                reason = failure.message,
                "It cannot be noted what a poll found"
            );
        }
    }

    /// What a job's pass needs, of what is defined just now.
    pub(super) async fn prepared(&self, name: &str) -> Result<(Ingestor, IngestJob, Origin), Failure> {
        let revision = self.parts.store.revision().await.map_err(trouble)?;
        let (job, desk) = (self.job(name).await?, self.parts.connections.desk().await?);
        let source = source_of(&desk, &job.source).ok_or_else(|| {
            Failure::new(404, format!("There is no event source `{}` any more.", job.source))
                .with_hint("apply its definition again, or name another in the ingestion job")
        })?;
        let home = desk.connections.get(&job.connection).map(|known| known.site.home());
        let site = job.site.clone().or_else(|| home.map(str::to_owned));
        let site = site.unwrap_or_else(|| self.automation().site_of(&job.connection));
        let opened = self.parts.connections.open(&actor_at(&site), &job.connection).await?;
        let feed = opened.open.feed(
            &source,
            FeedWish {
                from: job.from,
                page_size: job.page_size,
            },
        )?;
        let key = key(&job, &opened, &source)?;
        let origin = Origin {
            revision,
            connection: Arc::clone(&opened.definition),
            site: key.site.clone(),
            filters: key.filters.clone(),
            job: job.clone(),
        };
        let ingest = IngestJob {
            key,
            sources: Arc::new(self.mapping(source)),
            holder: format!("{} {name}", self.parts.holder),
            patient: true,
            reader: Some(name.to_owned()),
            not_before: job.not_before,
        };
        let ingestor = Ingestor {
            feed,
            store: self.parts.store.clone(),
            clock: Arc::clone(&self.parts.clock),
            observer: Arc::new(Quiet),
            mandate: Arc::new(ToTheEnd),
        };
        Ok((ingestor, ingest, origin))
    }

    /// A job as it is defined just now; one that does not say where it begins does so when it was first defined, whatever was
    /// changed of it since.
    async fn job(&self, name: &str) -> Result<IngestionJob, Failure> {
        let missing = || {
            Failure::new(404, format!("There is no ingestion job `{name}` any more."))
                .with_hint("apply its definition again, or delete its schedule")
        };
        let versions = self
            .parts
            .store
            .versions(Kind::Ingestion, name)
            .await
            .map_err(trouble)?;
        let since_removal = versions.iter().take_while(|version| !version.removed);
        let first = since_removal.last().ok_or_else(missing)?;
        let newest = versions.first().ok_or_else(missing)?;
        let mut job = read_job(&newest.body).map_err(|why| {
            Failure::new(500, format!("The ingestion job `{name}` cannot be read: {why}."))
                .with_hint("apply it again with this version of the program")
        })?;
        if job.from.is_none() {
            job.from = first.applied_at.checked_sub(CLOCKS).ok();
        }
        Ok(job)
    }

    /// The sources that are tried for a record: those that say by a search which records they are for, the one that fetches
    /// first and the others in the order of their names; the one that fetches, when it is for all; and the default one.
    fn mapping(&self, fetches: EventSource) -> Vec<EventSource> {
        let automation = self.automation();
        let searching = automation.desk.sources.values();
        let searching = searching.filter(|source| source.search.is_some() && source.name != fetches.name);
        let mut sources: Vec<EventSource> = searching.map(|source| EventSource::clone(source)).collect();
        let at = if fetches.search.is_some() { 0 } else { sources.len() };
        sources.insert(at, fetches);
        sources.push(EventSource::default_source());
        sources
    }

    /// Sweeps when a night has passed since the last sweep, or since the job was first run.
    async fn sweep(
        &self,
        ingestor: &Ingestor,
        ingest: &IngestJob,
        pass_id: &str,
        output: &mut Value,
    ) -> Option<Failure> {
        let now = self.parts.clock.now();
        let last = match self.last_sweep(&ingest.key, now).await {
            Ok(last) => last,
            Err(failure) => return Some(failure),
        };
        let since = match due_sweep(now, last)? {
            DueSweep::LastDays(days) => {
                let span = SignedDuration::from_hours(i64::from(days) * 24);
                Some(now.saturating_sub(span).unwrap_or(Timestamp::MIN))
            }
            DueSweep::Everything => None,
        };
        let (report, outcome) = ingestor.sweep(ingest, since, &format!("{pass_id} sweep")).await;
        output["sweep"] = as_json(&report);
        if outcome.is_ok() && !report.stopped {
            self.swept.lock().insert(ingest.key.clone(), now);
        }
        outcome.err()
    }

    /// When this feed was last swept, or first read.
    async fn last_sweep(&self, key: &FeedKey, now: Timestamp) -> Result<Timestamp, Failure> {
        if let Some(last) = self.swept.lock().get(key) {
            return Ok(*last);
        }
        let last = self.parts.store.last_sweep(key).await.map_err(trouble)?;
        let last = last.unwrap_or(now);
        self.swept.lock().insert(key.clone(), last);
        Ok(last)
    }
}

/// A job's definition, read.
fn read_job(body: &str) -> Result<IngestionJob, String> {
    #[derive(Deserialize)]
    struct Body {
        ingestion: Vec<WrittenIngestion>,
    }
    let body: Body = toml::from_str(body).map_err(|error| error.message().to_owned())?;
    let written = body.ingestion.into_iter().next().ok_or("there is none in it")?;
    written.into_job()
}

fn key(job: &IngestionJob, opened: &Opened, source: &EventSource) -> Result<FeedKey, Failure> {
    let filters = serde_json::to_string(&source.fetch)
        .map_err(|error| Failure::new(500, format!("The filters cannot be written down: {error}.")))?;
    Ok(FeedKey {
        connection: job.connection.clone(),
        company: opened.open.account().to_owned(),
        source: source.name.clone(),
        site: lands_in(job, &opened.definition),
        filters,
    })
}

fn as_json(report: &IngestReport) -> Value {
    serde_json::to_value(report).unwrap_or_default()
}
