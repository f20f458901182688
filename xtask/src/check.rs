//! `cargo xtask check`: what does not need the program to run.

use clap::Args;

use crate::shell::{self, program};
use crate::steps::Steps;
use crate::{generate, layers, tools};

#[derive(Args)]
pub(crate) struct Options {
    /// Go without this step; may be given more than once
    #[arg(long, value_name = "STEP")]
    without: Vec<String>,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let mut steps = Steps::new(&options.without);
    quick(&mut steps);
    thorough(&mut steps);
    steps.finish()
}

/// What takes little more than compiling.
pub(crate) fn quick(steps: &mut Steps) {
    steps.step("format", || shell::run(program("cargo fmt --all --check")));
    steps.step("layers", layers::run);
    steps.step("clippy", || {
        shell::run(program(
            "cargo clippy --workspace --all-targets --locked -- -D warnings",
        ))
    });
}

/// The rest.
pub(crate) fn thorough(steps: &mut Steps) {
    steps.step("documentation", || {
        let mut doc = program("cargo doc --workspace --no-deps --locked");
        doc.env("RUSTDOCFLAGS", "-D warnings");
        shell::run(doc)
    });
    steps.step("deny", || {
        let deny = tools::cargo_tool("cargo-deny", "0.20.2")?;
        let mut command = std::process::Command::new(deny);
        command
            .args(["check", "licenses", "bans", "sources"])
            .current_dir(shell::root());
        shell::run(command)
    });
    steps.step("generated", || generate::run(&generate::Options { check: true }));
}
