//! `deskhand demo`: the main job on a sandbox, in one process, with nothing to configure.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use deskhand_command::Settings;
use deskhand_connectwise::OpenPsa;
use deskhand_engine::events::EventFilter;
use deskhand_engine::ingest::{IngestJob, Ingestor};
use deskhand_sandbox::{Activity, Running};
use deskhand_store::{Store, StoreAddress};

use super::ingest::{WhatOptions, ingestor, once, prepare};
use crate::config;
use crate::dates::Dates;
use crate::exit::{BadInput, Exit};
use crate::progress::Watch;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// End after the second pass
    #[arg(long)]
    once: bool,
    /// How many tickets the desk begins with
    #[arg(long, value_name = "N", default_value_t = 2000)]
    tickets: u64,
    /// Keep the events in this store, a SQLite file or postgres://…; without it they go with the demo
    #[arg(long, value_name = "STORE")]
    store: Option<PathBuf>,
}

/// What the desk does between the passes.
const CHANGES: usize = 25;
/// Seconds between passes while the demo stays.
const EVERY: u64 = 5;

pub(super) async fn run(options: &Options) -> anyhow::Result<Exit> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let store = match &options.store {
        Some(named) => config::store_address(Some(named))?,
        None => StoreAddress::File(folder.path().join("demo.sqlite")),
    };
    let sandbox = deskhand_sandbox::start(deskhand_sandbox::Options::with_tickets(options.tickets)).await?;
    say(&format!(
        "A desk of {} tickets works at {} (a sandbox inside this process).\n",
        options.tickets,
        sandbox.url()
    ))?;
    let store = super::open_store(&store).await?;
    let (ingestor, job) = assemble(&sandbox, Arc::clone(&store))?;

    // What was updated lately is read again by the second pass, and dismissed: that is the overlap at work.
    sandbox.act(CHANGES, Activity::default(), 3);
    say("First pass: everything is new.")?;
    let first = once(&ingestor, &job).await;
    sandbox.act(CHANGES, Activity::default(), 7);
    say(&format!(
        "\nThe desk has made {CHANGES} changes. Second pass: only what changed is new, what was read before is dismissed."
    ))?;
    let second = once(&ingestor, &job).await;
    say("\nThe newest events:")?;
    show_newest(&*store, 10).await?;
    if options.once || first != Exit::Successful || second != Exit::Successful {
        return Ok(if first == Exit::Successful { second } else { first });
    }
    say(&format!(
        "\nThe desk goes on working, and a pass runs every {EVERY} s; Ctrl-C ends the demo."
    ))?;
    sandbox.start_activity(Activity {
        per_second: 1.0,
        ..Activity::default()
    });
    loop {
        tokio::time::sleep(Duration::from_secs(EVERY)).await;
        once(&ingestor, &job).await;
        show_newest(&*store, 3).await?;
    }
}

fn assemble(sandbox: &Running, store: Arc<dyn Store>) -> anyhow::Result<(Ingestor, IngestJob)> {
    let values = [
        ("serverurl", sandbox.url()),
        ("companyid", "sandbox".to_owned()),
        ("publickey", "public".to_owned()),
        ("clientid", "demo".to_owned()),
    ];
    let psa = OpenPsa::open(&Settings {
        values: values.map(|(key, value)| (key.to_owned(), value)).into(),
        secrets: [("privatekey".to_owned(), "private".into())].into(),
        ..Settings::default()
    });
    let psa = psa.map_err(BadInput::from)?;
    let what = WhatOptions {
        store: None,
        sources: None,
        source: None,
        from: None,
        page_size: 1000,
        #[cfg(debug_assertions)]
        kill_at: None,
    };
    let (feed, job) = prepare(&psa, "demo", "sandbox", &what, &Dates::default())?;
    Ok((ingestor(feed, store, Arc::new(Watch::new(None))), job))
}

async fn show_newest(store: &dyn Store, limit: u32) -> anyhow::Result<()> {
    let filter = EventFilter {
        limit,
        ..EventFilter::default()
    };
    let events = store.list_events(&filter).await.map_err(super::store_trouble)?;
    say(&super::events::event_table(&events, &Dates::default()))
}

/// The demo is a story for people; all of it goes to standard output but the reports.
fn say(text: &str) -> anyhow::Result<()> {
    let mut to = io::stdout().lock();
    writeln!(to, "{text}")?;
    to.flush()?;
    Ok(())
}
