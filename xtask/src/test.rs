//! `cargo xtask test`: everything that can be tested, installing what the tests need.

use std::process::ExitCode;

use clap::Args;

use crate::postgres::Server;
use crate::program::{cargo, perform, program};
use crate::steps::Steps;
use crate::{check, conformance, outside, place, postgres, tools};

#[derive(Args)]
pub(crate) struct Options {
    /// Only formatting, lints and the tests that are not slow
    #[arg(long)]
    quick: bool,
    /// Leave out this step; may be given more than once
    #[arg(long, value_name = "NAME")]
    without: Vec<String>,
}

const STEPS: &[&str] = &[
    postgres::STEP,
    "tests",
    "doctests",
    "conformance",
    "pyconnectwise",
    "connectwise-rest",
    "proxies",
    "pass",
    "vault",
];

pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let known = [check::STEPS, STEPS].concat();
    let mut steps = Steps::new(&options.without, &known)?;
    if options.quick {
        check::quick(&mut steps);
        let server = postgres::start(&mut steps, true);
        steps.step("tests", || tests("quick", server.as_ref()));
    } else {
        check::all(&mut steps);
        let server = postgres::start(&mut steps, false);
        steps.step("tests", || tests("ci", server.as_ref()));
        drop(server);
        steps.step("doctests", || {
            perform(&mut cargo(["test", "--quiet", "--workspace", "--doc"]))
        });
        steps.step("conformance", conformance::check);
        outside::all(&mut steps);
    }
    Ok(steps.finish())
}

/// By nextest, which knows the profiles of `.config/nextest.toml`.
fn tests(profile: &str, server: Option<&Server>) -> anyhow::Result<()> {
    if !place::recordings().exists() {
        println!(
            "there are no recordings in {} (`DESKHAND_SHARED` names another folder): what is real is tested with the fixture only",
            place::recordings().display()
        );
    }
    let mut nextest = program(tools::cargo_nextest()?);
    nextest.args(["nextest", "run", "--workspace", "--profile", profile]);
    nextest.env("INSTA_UPDATE", "no");
    postgres::hand_to(&mut nextest, server);
    perform(&mut nextest)
}
