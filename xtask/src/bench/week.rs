//! Ten times the week that is tested: 200 connections, 500 schedules, seven days with restarts and faults.

use std::path::Path;
use std::time::Instant;

use super::report::Report;
use crate::program::{perform, program};
use crate::tools;

/// Where this machine has a folder in memory. The store of the week lies there: its processes die, the machine does not, and on a
/// disk most of the time would be waiting for that.
const MEMORY: &str = "/dev/shm";

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
    if Path::new(MEMORY).is_dir() {
        test.env("TMPDIR", MEMORY);
    } else {
        println!("there is no {MEMORY}: the week's store lies on a disk, which takes twice as long");
    }
    perform(&mut test)
}
