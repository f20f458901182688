//! `cargo xtask generate`: files that are made from the program, so that they cannot disagree with it.
//!
//! One more generated file is one more module here and one more line in [`FILES`]; `commands/` makes one for each command.

mod cli;
mod commands;
mod event_mapping;

use std::fs;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;

use crate::place;
use crate::program::{build, program};

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
    let files = files()?;
    let mut stale = Vec::new();
    for (path, text) in &files {
        if fs::read_to_string(place::root().join(path)).ok().as_deref() != Some(text.as_str()) {
            show_difference(path, text)?;
            stale.push(path.clone());
        }
    }
    stale.extend(commands::left_over(&files)?);
    if stale.is_empty() {
        return Ok(());
    }
    bail!("not up to date: {}; run `cargo xtask generate`", stale.join(", "));
}

fn write() -> anyhow::Result<()> {
    let files = files()?;
    for (path, text) in &files {
        let to = place::root().join(path);
        fs::create_dir_all(to.parent().context("a generated file is in a folder")?)?;
        fs::write(&to, text)?;
        println!("wrote {path}");
    }
    for path in commands::left_over(&files)? {
        fs::remove_file(place::root().join(&path))?;
        println!("removed {path}");
    }
    Ok(())
}

/// Every generated file, with its path.
fn files() -> anyhow::Result<Vec<(String, String)>> {
    build()?;
    let mut files = commands::pages()?;
    for file in FILES {
        files.push((file.path.to_owned(), (file.text)()?));
    }
    Ok(files)
}

/// `diff` may be missing; then the name of the file has to do.
fn show_difference(path: &str, text: &str) -> anyhow::Result<()> {
    let wanted = place::scratch("generated")?.join(path.replace('/', "-"));
    fs::write(&wanted, text)?;
    let mut diff = program("diff");
    let _its_status_says_only_that_they_differ = diff.args(["-u", path]).arg(&wanted).status();
    Ok(())
}
