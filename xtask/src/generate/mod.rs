//! `cargo xtask generate`: files that are made from the program, so that they cannot disagree with it.
//!
//! One more generated file is one more module here and one more line in [`FILES`].

mod cli;
mod event_mapping;

use std::fs;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;

use crate::place;
use crate::program::{cargo, perform, program};

#[derive(Args)]
pub(crate) struct Options {
    /// Change nothing; fail when a file is not as it would be written
    #[arg(long)]
    check: bool,
}

/// A generated file: where it is, and what makes its text.
struct Generated {
    path: &'static str,
    text: fn() -> anyhow::Result<String>,
}

const FILES: &[Generated] = &[
    Generated {
        path: "docs/reference/cli.md",
        text: cli::text,
    },
    Generated {
        path: "docs/reference/event-mapping.md",
        text: event_mapping::text,
    },
];

pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    if options.check {
        check()?;
        println!("the generated files are up to date");
    } else {
        write()?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Fails with the difference when a file is not as it would be written.
pub(crate) fn check() -> anyhow::Result<()> {
    build()?;
    let mut stale = Vec::new();
    for file in FILES {
        let text = (file.text)()?;
        if fs::read_to_string(place::root().join(file.path)).ok().as_deref() != Some(text.as_str()) {
            show_difference(file.path, &text)?;
            stale.push(file.path);
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    bail!("not up to date: {}; run `cargo xtask generate`", stale.join(", "));
}

fn write() -> anyhow::Result<()> {
    build()?;
    for file in FILES {
        let path = place::root().join(file.path);
        fs::create_dir_all(path.parent().context("a generated file is in a folder")?)?;
        fs::write(&path, (file.text)()?)?;
        println!("wrote {}", file.path);
    }
    Ok(())
}

fn build() -> anyhow::Result<()> {
    perform(&mut cargo(["build", "--quiet", "--package", "deskhand"]))
}

/// `diff` may be missing; then the name of the file has to do.
fn show_difference(path: &str, text: &str) -> anyhow::Result<()> {
    let wanted = place::scratch("generated")?.join(path.replace('/', "-"));
    fs::write(&wanted, text)?;
    let mut diff = program("diff");
    let _its_status_says_only_that_they_differ = diff.args(["-u", path]).arg(&wanted).status();
    Ok(())
}
