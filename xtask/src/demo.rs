//! `cargo xtask demo`: builds the program and shows the main job.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;

use crate::place;
use crate::program::{cargo, perform, program};

#[derive(Args)]
pub(crate) struct Options {
    /// End after the second pass
    #[arg(long)]
    once: bool,
}

/// The development profile is lightly optimised, so that waiting for a release build would not pay.
pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    println!("building deskhand (the first time takes a few minutes)");
    perform(&mut cargo(["build", "--package", "deskhand"]))?;
    let mut demo = program(place::deskhand());
    demo.arg("demo").args(options.once.then_some("--once"));
    let status = demo.status().context("cannot start the demo")?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
