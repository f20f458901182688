//! `ingest`: everything into a new store.

use std::path::Path;

use super::measure::{Cost, quickest};
use super::sandbox::Sandbox;
use crate::tools;

pub(super) fn everything(deskhand: &Path, desk: &Sandbox, store: &Path) -> anyhow::Result<Cost> {
    let cost = run(deskhand, desk, store, 3)?;
    let mut measure = tools::clean(deskhand);
    measure.args(["events", "measure", "--store"]).arg(store);
    print!("{}", crate::shell::output(measure)?);
    Ok(cost)
}

/// The most memory it takes at each size.
pub(super) fn peaks(deskhand: &Path, sizes: [u64; 2], folder: &Path) -> anyhow::Result<[u64; 2]> {
    let peak = |tickets| {
        let desk = Sandbox::start(deskhand, tickets, 0)?;
        Ok::<_, anyhow::Error>(run(deskhand, &desk, &folder.join("growth.sqlite"), 1)?.peak_bytes)
    };
    Ok([peak(sizes[0])?, peak(sizes[1])?])
}

fn run(deskhand: &Path, desk: &Sandbox, store: &Path, runs: usize) -> anyhow::Result<Cost> {
    quickest(runs, || {
        for suffix in ["", "-wal", "-shm"] {
            let _not_there = std::fs::remove_file(format!("{}{suffix}", store.display()));
        }
        let mut ingest = desk.client(deskhand);
        ingest.args(["ingest", "--store"]).arg(store);
        Ok(ingest)
    })
}
