//! `fetch-event`: everything, sorted, as JSON Lines.

use std::path::Path;

use super::measure::{Cost, quickest};
use super::sandbox::Sandbox;

pub(super) fn everything(deskhand: &Path, desk: &Sandbox) -> anyhow::Result<Cost> {
    run(deskhand, desk, 3)
}

/// The most memory it takes at each size.
pub(super) fn peaks(deskhand: &Path, sizes: [u64; 2]) -> anyhow::Result<[u64; 2]> {
    let peak = |tickets| Ok::<_, anyhow::Error>(run(deskhand, &Sandbox::start(deskhand, tickets, 0)?, 1)?.peak_bytes);
    Ok([peak(sizes[0])?, peak(sizes[1])?])
}

fn run(deskhand: &Path, desk: &Sandbox, runs: usize) -> anyhow::Result<Cost> {
    quickest(runs, || {
        let mut fetch = desk.client(deskhand);
        fetch.args(["fetch-event", "--output", "jsonl"]);
        Ok(fetch)
    })
}
