//! `cargo xtask requirements`: every row of `docs/requirements.md` has tests, or says which part it waits for.
//!
//! `page.rs` reads the rows, `scan.rs` finds tests by their names, `judge.rs` holds one against the other.

#[cfg(test)]
mod guide;
mod judge;
mod page;
mod scan;

use std::fmt::Write as _;
use std::fs;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;

use crate::place;
use judge::{Judgement, Standing};

const PAGE: &str = "docs/requirements.md";

#[derive(Args)]
pub(crate) struct Options {
    /// Show one requirement, with its tests and where they are
    #[arg(long, value_name = "ID")]
    list: Option<String>,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    if let Some(id) = &options.list {
        println!("{}", one(&judgement()?, id)?);
    } else {
        print!("{}", table(&judgement()?));
        check()?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Fails with the rows that have no test, and with whatever else is wrong.
pub(crate) fn check() -> anyhow::Result<()> {
    let judgement = judgement()?;
    let count = |which: fn(&Standing) -> bool| judgement.standings.iter().filter(|row| which(row)).count();
    let untested = judgement.untested();
    println!(
        "{} requirements: {} with tests, {} later, {} without a test",
        judgement.standings.len(),
        count(|row| !row.tests.is_empty()),
        count(|row| row.tests.is_empty() && row.row.later.is_some()),
        untested.len()
    );
    let mut wrong = judgement.complaints.clone();
    if !untested.is_empty() {
        wrong.push(format!("without a test: {}", untested.join(", ")));
    }
    if wrong.is_empty() {
        return Ok(());
    }
    bail!("{}", wrong.join("\n"));
}

fn judgement() -> anyhow::Result<Judgement> {
    let text = fs::read_to_string(place::root().join(PAGE)).with_context(|| format!("cannot read `{PAGE}`"))?;
    let rows = page::rows(&text).with_context(|| format!("`{PAGE}` is not as expected"))?;
    let tests = scan::all()?;
    Ok(judge::judge(rows, &tests, page::Part::exists))
}

/// A line for each row, and one for each further test of it.
fn table(judgement: &Judgement) -> String {
    let mut table = String::new();
    for Standing { row, tests } in &judgement.standings {
        let later = row.later.map(|part| format!("later: {}", part.name()));
        let mut cells: Vec<&str> = tests.iter().map(|test| test.name.as_str()).collect();
        cells.extend(later.as_deref());
        if cells.is_empty() {
            cells.push("no test");
        }
        for (at, cell) in cells.iter().enumerate() {
            let id = if at == 0 { row.id.as_str() } else { "" };
            let _infallible = writeln!(table, "{id:<6} {cell}");
        }
    }
    table
}

fn one(judgement: &Judgement, id: &str) -> anyhow::Result<String> {
    let mut standings = judgement.standings.iter();
    let Some(Standing { row, tests }) = standings.find(|known| known.row.id.eq_ignore_ascii_case(id)) else {
        bail!("`{PAGE}` has no requirement `{id}`");
    };
    let mut shown = format!("{}: {}", row.id, row.holds);
    if let Some(part) = row.later {
        let _infallible = write!(shown, "\n  later: {}", part.name());
    }
    for test in tests {
        let _infallible = write!(shown, "\n  {} ({}:{})", test.name, test.file, test.line);
    }
    if tests.is_empty() && row.later.is_none() {
        shown.push_str("\n  no test");
    }
    Ok(shown)
}
