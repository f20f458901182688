//! `cargo xtask bench`: speed and memory, as ratios against a floor that is measured in the same run.
//!
//! The floor is curl reading the same bytes from a static file server and throwing them away. Absolute seconds say
//! something about the machine, ratios something about Deskhand.

mod fetch;
mod floor;
mod ingest;
mod latency;
mod measure;
mod report;
mod sandbox;

use anyhow::Context as _;
use clap::Args;

use crate::tools::{self, Profile};
use report::Report;
use sandbox::Sandbox;

#[derive(Args)]
pub(crate) struct Options {
    /// A tenth of everything: quick, and not what claims are made of
    #[arg(long)]
    quick: bool,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let scale = if options.quick { 10 } else { 1 };
    let tickets = 100_000 / scale;
    println!("building the release …");
    let deskhand = tools::deskhand(Profile::Release)?;
    let folder = tempfile::tempdir()?;
    let mut report = Report::default();

    let desk = Sandbox::start(&deskhand, tickets, 0)?;
    let pages = floor::pages(&desk, folder.path()).context("the pages for the floor")?;
    let floor = floor::from_files(&pages)?;
    report.floor("curl from static files (the floor)", &floor);
    report.ratio("curl from the sandbox", &floor::from_sandbox(&desk, pages.count)?, &floor, 3.0, None);
    let fetched = fetch::everything(&deskhand, &desk)?;
    report.ratio("fetch-event --output jsonl, sorted", &fetched, &floor, 10.0, Some(6.0));
    let ingested = ingest::everything(&deskhand, &desk, &folder.path().join("bench.sqlite"))?;
    report.ratio("ingest, durable", &ingested, &floor, 30.0, Some(18.0));
    report.memory("fetch-event", fetched.peak_bytes, 128, 64);
    report.memory("ingest", ingested.peak_bytes, 128, 64);
    drop(desk);

    let sizes = [50_000 / scale, 400_000 / scale];
    report.growth("fetch-event", sizes, fetch::peaks(&deskhand, sizes)?);
    report.growth("ingest", sizes, ingest::peaks(&deskhand, sizes, folder.path())?);
    latency::measure(&deskhand, tickets, &mut report)?;
    report.finish()
}
