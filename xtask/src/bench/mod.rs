//! `cargo xtask bench`: speed and memory, as ratios against a floor that is measured in the same run.
//!
//! The floor is curl reading the same bytes from a static file server and throwing them away; of a playbook's step it is one
//! durable commit. Absolute seconds say something about the machine, ratios something about Deskhand. One file for each thing
//! that is measured; what needs an engine in its own process is in `crates/deskhand/benches/engine/`.

mod cost;
mod engine;
mod fetch;
mod floor;
mod ingest;
mod inside;
mod latency;
mod load;
mod report;
mod start;
mod update;
mod week;

use std::path::Path;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::place;
use crate::program::{cargo, perform};
use crate::sandbox::Sandbox;
use report::Report;

#[derive(Args)]
pub(crate) struct Options {
    /// A tenth of everything: a look, not what claims are made of
    #[arg(long)]
    quick: bool,
    /// Only this; may be given more than once
    #[arg(long, value_name = "PART", value_enum)]
    only: Vec<Part>,
    /// Write what was measured into docs/performance.md
    #[arg(long, conflicts_with_all = ["quick", "only"])]
    write: bool,
}

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Fetching and ingesting: time against the floor, memory, a slow wire
    Reading,
    /// Updates with latency, and answers that are lost
    Writing,
    /// One small command against the program's own start
    Start,
    /// A step of a playbook against a durable commit
    Steps,
    /// Many schedules that are due at once
    Schedules,
    /// Hundreds of connections that are polled every minute
    Load,
    /// Ten times the week of the tests
    Week,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    println!("building the release");
    // Built for measurements, the program has what its tests need, too. The one without that has to be there in the end.
    let engine = inside::built()?;
    perform(&mut cargo(["build", "--quiet", "--release", "--package", "deskhand"]))?;
    let scale = if options.quick { 10 } else { 1 };
    let mut report = Report::new(100_000 / scale);
    for part in Part::value_variants() {
        if options.only.is_empty() || options.only.contains(part) {
            measure(*part, options, &engine, &mut report)?;
        }
    }
    if options.write {
        report.write()?;
    }
    Ok(report.finish())
}

fn measure(part: Part, options: &Options, engine: &Path, report: &mut Report) -> anyhow::Result<()> {
    let scale: u32 = if options.quick { 10 } else { 1 };
    match part {
        Part::Reading => reading(scale.into(), report),
        Part::Writing => {
            update::measure(report)?;
            if !options.quick {
                update::lose_answers(report);
            }
            Ok(())
        }
        Part::Start => start::measure(report),
        Part::Steps => engine::steps(engine, 10 / scale, report),
        Part::Schedules => engine::schedules(engine, 1000 / scale, report),
        Part::Load => load::measure(engine, 500 / scale, report),
        Part::Week => {
            if !options.quick {
                week::ten_times(report);
            }
            Ok(())
        }
    }
}

fn reading(scale: u64, report: &mut Report) -> anyhow::Result<()> {
    speed(100_000 / scale, report)?;
    for tickets in [50_000 / scale, 400_000 / scale] {
        let desk = desk(tickets, &[])?;
        report.size("fetch-event", tickets, fetch::everything(&desk, 1)?);
        report.size("ingest", tickets, ingest::everything(&desk, 1)?);
    }
    latency::measure(100_000 / scale, report)?;
    report.judge_growth();
    Ok(())
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
