//! `ingest`: everything mapped, hashed and stored, durably, in a store that is new each time.

use std::fs;
use std::path::PathBuf;

use super::cost::{Cost, quickest};
use crate::place;
use crate::program::{alone, capture};
use crate::sandbox::Sandbox;

pub(super) fn everything(desk: &Sandbox, runs: usize) -> anyhow::Result<Cost> {
    quickest(runs, || {
        let store = store()?;
        for ending in ["", "-wal", "-shm"] {
            let _there_may_be_none = fs::remove_file(format!("{}{ending}", store.display()));
        }
        let mut ingest = desk.client(&place::deskhand_release());
        ingest.args(["ingest", "--store"]).arg(store);
        Ok(ingest)
    })
}

/// How much room each event takes in the store of the last run.
pub(super) fn room() -> anyhow::Result<String> {
    let mut measure = alone(&place::deskhand_release());
    capture(measure.args(["events", "measure", "--store"]).arg(store()?))
}

fn store() -> anyhow::Result<PathBuf> {
    Ok(place::scratch("bench")?.join("bench.sqlite"))
}
