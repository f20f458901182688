//! `cargo xtask bench`: speed and memory, as ratios against a floor that is measured in the same run.
//!
//! The floor is curl reading the same bytes from a static file server and throwing them away. Absolute seconds say
//! something about the machine, ratios something about Deskhand. One file for each thing that is measured.

mod cost;
mod fetch;
mod floor;
mod ingest;
mod latency;
mod report;
mod start;
mod update;
mod week;

use std::process::ExitCode;

use clap::Args;

use crate::place;
use crate::program::{cargo, perform};
use crate::sandbox::Sandbox;
use report::Report;

#[derive(Args)]
pub(crate) struct Options {
    /// A tenth of everything: a look, not what claims are made of
    #[arg(long)]
    quick: bool,
    /// Write what was measured into docs/performance.md
    #[arg(long, conflicts_with = "quick")]
    write: bool,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    println!("building the release");
    perform(&mut cargo(["build", "--quiet", "--release", "--package", "deskhand"]))?;
    let scale = if options.quick { 10 } else { 1 };
    let mut report = Report::new(100_000 / scale);
    speed(100_000 / scale, &mut report)?;
    for tickets in [50_000 / scale, 400_000 / scale] {
        let desk = desk(tickets, &[])?;
        report.size("fetch-event", tickets, fetch::everything(&desk, 1)?);
        report.size("ingest", tickets, ingest::everything(&desk, 1)?);
    }
    latency::measure(100_000 / scale, &mut report)?;
    report.judge_growth();
    update::measure(&mut report)?;
    start::measure(&mut report)?;
    if !options.quick {
        update::lose_answers(&mut report);
        week::ten_times(&mut report);
    }
    if options.write {
        report.write()?;
    }
    Ok(report.finish())
}

fn speed(tickets: u64, report: &mut Report) -> anyhow::Result<()> {
    let desk = desk(tickets, &[])?;
    let pages = floor::Pages::prepare(&desk, tickets)?;
    let floor = pages.read_files()?;
    report.floor(&floor);
    report.ratio("curl from the sandbox", &pages.read_sandbox(&desk)?, 3.0, None);
    let fetched = fetch::everything(&desk, 3)?;
    report.ratio("fetch-event, sorted, as JSON Lines", &fetched, 10.0, Some(6.0));
    let ingested = ingest::everything(&desk, 3)?;
    report.ratio("ingest into a new store", &ingested, 30.0, Some(18.0));
    report.memory("memory of fetch-event", &fetched);
    report.memory("memory of ingest", &ingested);
    print!("{}", ingest::room()?);
    Ok(())
}

/// A sandbox with this many tickets, by the release.
fn desk(tickets: u64, more: &[&str]) -> anyhow::Result<Sandbox> {
    let tickets = tickets.to_string();
    let options = [&["--control", "--tickets", &tickets], more].concat();
    Sandbox::start(&place::deskhand_release(), &options)
}
