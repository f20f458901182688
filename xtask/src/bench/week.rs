//! Ten times the week that is tested: 200 connections, 500 schedules, seven days with restarts and faults.

use std::time::Instant;

use super::report::Report;
use crate::program::{perform, program};
use crate::tools;

/// Lives the week by the release; nothing may be wrong afterwards.
pub(super) fn ten_times(report: &mut Report) {
    let began = Instant::now();
    let lived = live();
    if let Err(error) = &lived {
        println!("{error:#}");
    }
    let minutes = began.elapsed().as_secs().div_ceil(60);
    let what = format!("ten times the week, in {minutes} min with its build: nothing lost, nothing twice");
    report.held(&what, lived.is_ok());
}

fn live() -> anyhow::Result<()> {
    let mut test = program(tools::cargo_nextest()?);
    test.args([
        "nextest",
        "run",
        "--release",
        "--package",
        "deskhand",
        "--test",
        "slow_week",
    ]);
    test.args(["--run-ignored", "only", "--no-capture"]);
    perform(&mut test)
}
