//! `deskhand ingest`: brings tickets in, once or for ever.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use deskhand_command::{EventSource, SystemClock};
use deskhand_connectwise::{OpenPsa, TicketFeed};
use deskhand_engine::ingest::{DueSweep, IngestJob, IngestReport, Ingestor, Observer, ToTheEnd, due_sweep};
use deskhand_engine::store::{BY_HAND, FeedKey};
use deskhand_store::Store;
use jiff::{SignedDuration, Timestamp};

use crate::config::{self, ConnectionOptions};
use crate::dates::Dates;
use crate::exit::{BadInput, Exit};
use crate::progress::Watch;
use crate::render;

#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(flatten)]
    connection: ConnectionOptions,
    #[command(flatten)]
    what: WhatOptions,
    /// Go on until stopped, a pass every so many seconds
    #[arg(long)]
    follow: bool,
    /// Seconds between passes with `--follow`
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    every: u64,
    /// After the pass, compare the last N days with the PSA for what was missed or deleted; 0 compares everything. With
    /// `--follow` a sweep of 7 days comes every night (02:00 UTC) by itself, and on Sundays one of everything
    #[arg(long, value_name = "DAYS")]
    sweep: Option<u32>,
}

/// What is ingested, and where to.
#[derive(Debug, Args)]
pub(crate) struct WhatOptions {
    /// The store: a SQLite file, or postgres://… [env: `DESKHAND_STORE`; default:
    /// the configuration's, else deskhand/deskhand.sqlite below the data folder]
    #[arg(long, value_name = "STORE")]
    pub(crate) store: Option<PathBuf>,
    /// Event sources from this file; without it the Default Event Source
    #[arg(long, value_name = "FILE")]
    pub(crate) sources: Option<PathBuf>,
    /// Fetch by the filters of this event source of the file
    #[arg(long, value_name = "NAME", requires = "sources")]
    pub(crate) source: Option<String>,
    /// The very first pass takes tickets updated since then: 2026-01-01 00:00
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<String>,
    /// Tickets a page
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) page_size: u32,
    /// End the process by SIGKILL at the N-th time this point is reached: read, before-commit, after-commit, ended
    #[cfg(debug_assertions)]
    #[arg(long, value_name = "POINT:N", hide = true)]
    pub(crate) kill_at: Option<String>,
}

pub(super) async fn run(options: &Options) -> anyhow::Result<Exit> {
    let (psa, settings) = config::connect(&options.connection)?;
    let dates = Dates::find(options.what.store.as_deref()).await?;
    let (feed, job) = prepare(&psa, &settings.name, &settings.company_id, &options.what, &dates)?;
    let watch = Arc::new(Watch::new(options.what.kill_point()?));
    // A store is made only when the rest is right.
    let ingestor = ingestor(feed, open_store(&options.what).await?, watch);
    loop {
        let exit = once(&ingestor, &job).await;
        let exit = match options.sweep {
            Some(days) if exit == Exit::Successful => sweep(&ingestor, &job, days).await,
            _ => exit,
        };
        if !options.follow {
            return Ok(exit);
        }
        if exit == Exit::Successful {
            sweep_when_due(&ingestor, &job).await?;
        }
        tokio::time::sleep(Duration::from_secs(options.every)).await;
    }
}

/// One pass, and what it came to.
pub(super) async fn once(ingestor: &Ingestor, job: &IngestJob) -> Exit {
    let run_id = super::run_id();
    let (report, outcome) = ingestor.run(job, &run_id).await;
    finish(&report, outcome, "Ingest")
}

/// Sweeps when a night has passed since the last sweep of this feed, or since it was first read.
async fn sweep_when_due(ingestor: &Ingestor, job: &IngestJob) -> anyhow::Result<()> {
    let last = ingestor.store.last_sweep(&job.key).await;
    let Some(since) = last.map_err(super::store_trouble)? else {
        return Ok(());
    };
    match due_sweep(ingestor.clock.now(), since) {
        None => Ok(()),
        Some(due) => {
            let days = match due {
                DueSweep::LastDays(days) => days,
                DueSweep::Everything => 0,
            };
            // What failed is told, and due again after the next pass.
            let _told = sweep(ingestor, job, days).await;
            Ok(())
        }
    }
}

async fn sweep(ingestor: &Ingestor, job: &IngestJob, days: u32) -> Exit {
    let since = (days > 0).then(|| {
        let span = SignedDuration::from_hours(i64::from(days) * 24);
        ingestor.clock.now().saturating_sub(span).unwrap_or(Timestamp::MIN)
    });
    let (report, outcome) = ingestor.sweep(job, since, &super::run_id()).await;
    finish(&report, outcome, "Sweep")
}

fn finish(report: &IngestReport, outcome: Result<(), deskhand_command::Failure>, what: &str) -> Exit {
    render::error::say(&render::report::text(what, report));
    match outcome {
        Ok(()) => Exit::Successful,
        Err(failure) => {
            render::error::report_failures(&[failure.indicated(what)]);
            Exit::Failed
        }
    }
}

pub(super) async fn open_store(what: &WhatOptions) -> anyhow::Result<Arc<dyn Store>> {
    super::open_store(&config::store_address(what.store.as_deref())?).await
}

/// The feed and what it is kept under.
pub(super) fn prepare(
    psa: &OpenPsa,
    connection: &str,
    company: &str,
    what: &WhatOptions,
    dates: &Dates,
) -> anyhow::Result<(TicketFeed, IngestJob)> {
    let sources = super::sources::load(what.sources.as_deref())?;
    let source = match &what.source {
        Some(name) => super::sources::named(&sources, name)?.clone(),
        None => EventSource::default_source(),
    };
    let from = what.from.as_deref();
    let from = from.map(|typed| dates.read("--from", typed)).transpose()?;
    let feed = psa.tickets(&source, from, what.page_size).map_err(BadInput::from)?;
    let key = FeedKey {
        connection: connection.to_owned(),
        company: company.to_owned(),
        source: source.name.clone(),
        site: "Main".to_owned(),
        filters: serde_json::to_string(&source.fetch)?,
    };
    let holder = format!("process {} {}", std::process::id(), super::run_id());
    Ok((
        feed,
        IngestJob {
            key,
            sources: Arc::new(sources),
            holder,
            patient: false,
            reader: Some(BY_HAND.to_owned()),
            not_before: None,
        },
    ))
}

pub(super) fn ingestor(feed: TicketFeed, store: Arc<dyn Store>, observer: Arc<dyn Observer>) -> Ingestor {
    Ingestor {
        feed: Arc::new(feed),
        store,
        clock: Arc::new(SystemClock),
        observer,
        mandate: Arc::new(ToTheEnd),
    }
}

impl WhatOptions {
    /// Where tests want the process to end; there is no such thing in a release.
    fn kill_point(&self) -> anyhow::Result<Option<(String, u64)>> {
        #[cfg(debug_assertions)]
        if let Some(text) = &self.kill_at {
            let (point, nth) = text
                .split_once(':')
                .ok_or_else(|| BadInput::new("`--kill-at` is POINT:N"))?;
            return Ok(Some((point.to_owned(), nth.parse()?)));
        }
        Ok(None)
    }
}
