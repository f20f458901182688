//! `cargo xtask check`: what a person runs before a commit.

mod manifests;

use std::process::ExitCode;

use clap::Args;

use crate::program::{cargo, perform, program};
use crate::steps::Steps;
use crate::{generate, layers, requirements, tools};

#[derive(Args)]
pub(crate) struct Options {
    /// Leave out this step; may be given more than once
    #[arg(long, value_name = "NAME")]
    without: Vec<String>,
}

/// The steps, by the names that `--without` takes.
pub(crate) const STEPS: &[&str] = &[
    "fmt",
    "clippy",
    "doc",
    "deny",
    "manifests",
    "layers",
    "generate",
    "requirements",
];

pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let mut steps = Steps::new(&options.without, STEPS)?;
    all(&mut steps);
    Ok(steps.finish())
}

/// Every check.
pub(crate) fn all(steps: &mut Steps) {
    quick(steps);
    steps.step("doc", doc);
    steps.step("deny", deny);
    steps.step("manifests", manifests::check);
    steps.step("layers", layers::check);
    steps.step("generate", generate::check);
    steps.step("requirements", requirements::check);
}

/// The two that find most.
pub(crate) fn quick(steps: &mut Steps) {
    steps.step("fmt", || perform(&mut cargo(["fmt", "--all", "--check"])));
    steps.step("clippy", || {
        let arguments = [
            "clippy",
            "--quiet",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ];
        perform(&mut cargo(arguments))
    });
}

fn doc() -> anyhow::Result<()> {
    let mut doc = cargo(["doc", "--quiet", "--workspace", "--no-deps", "--document-private-items"]);
    perform(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

/// Advisories are left to a machine that can fetch the advisory database.
fn deny() -> anyhow::Result<()> {
    let mut deny = program(tools::cargo_deny()?);
    deny.args(["--log-level", "error", "check", "licenses", "bans", "sources"]);
    perform(&mut deny)
}
