//! `fetch-event`: everything, sorted, as JSON Lines.

use super::cost::{Cost, quickest};
use crate::place;
use crate::sandbox::Sandbox;

pub(super) fn everything(desk: &Sandbox, runs: usize) -> anyhow::Result<Cost> {
    quickest(runs, || {
        let mut fetch = desk.client(&place::deskhand_release());
        fetch.args(["fetch-event", "--output", "jsonl"]);
        Ok(fetch)
    })
}
