//! What can only be measured from inside of a process that has an engine, for `cargo xtask bench`, which judges it.
//!
//! Each measurement prints one line of JSON and takes its numbers from the command line:
//! - `steps FOLDER RUNS`: what a step costs beside one durable commit of SQLite in the same folder;
//! - `schedules FOLDER COUNT`: how long it takes until the last of so many schedules has begun that are due at once;
//! - `sandboxes COUNT TICKETS CHANGES`: serves so many sandboxes, each with so many changes a minute, until its input ends;
//! - `look STORE PASSES`: what a store has, in which another process works.

mod desk;
mod floor;
mod look;
mod sandboxes;
mod schedules;
mod spread;
mod steps;

use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use serde_json::Value;

fn main() -> anyhow::Result<()> {
    // Cargo adds a word of its own.
    let given: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        match given[..] {
            ["steps", folder, runs] => say(&steps::measure(Path::new(folder), runs.parse()?).await?),
            ["schedules", folder, count] => say(&schedules::measure(Path::new(folder), count.parse()?).await?),
            ["sandboxes", count, tickets, changes] => {
                sandboxes::serve(count.parse()?, tickets.parse()?, changes.parse()?).await
            }
            ["look", store, passes] => say(&look::look(Path::new(store), passes.parse()?).await?),
            // A bare `cargo bench` measures nothing, and that is no mistake.
            [] => Ok(()),
            _ => bail!("there is no such measurement: {given:?}"),
        }
    })
}

/// Prints a line, at once.
fn say(value: &Value) -> anyhow::Result<()> {
    let mut to = io::stdout().lock();
    writeln!(to, "{value}")
        .and_then(|()| to.flush())
        .context("nobody listens")
}
