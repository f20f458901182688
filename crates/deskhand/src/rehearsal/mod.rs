//! `deskhand playbook test`: a playbook at work on a sandbox inside this process, with time moved forward.
//!
//! `expectations.rs` is the file that says what happens and what should come of it, `check.rs` holds it against the
//! playbooks, `stage.rs` sets the desk up, `act.rs` lets it happen, `differ.rs` says what came differently.

mod act;
mod check;
mod clock;
mod differ;
mod expectations;
#[cfg(test)]
mod killed;
mod letters;
mod stage;

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use deskhand_store::SqliteStore;

pub(crate) use expectations::Expectations;
use stage::Stage;

/// Rehearses what a file of expectations says; returns what came differently, in sentences.
pub(crate) async fn rehearse(expectations: &Expectations, folder: &Path) -> anyhow::Result<Rehearsed> {
    let place = tempfile::tempdir().context("cannot make a temporary folder")?;
    let store = SqliteStore::open(&place.path().join("rehearsal.sqlite")).await;
    let store = Arc::new(store.map_err(crate::verbs::store_trouble)?);
    let stage = Stage::set(expectations, folder, store).await?;
    act::start(&stage, expectations).await?;
    let story = act::act(&stage, &stage.process("rehearsal"), expectations).await?;
    let differences = differ::differences(&stage, expectations, story.as_ref());
    let steps = story.map(|story| differ::endings(&story)).unwrap_or_default();
    Ok(Rehearsed { differences, steps })
}

/// What came of a rehearsal.
pub(crate) struct Rehearsed {
    /// What came differently.
    pub(crate) differences: Vec<String>,
    /// Steps and how they ended, in the order of their ends.
    pub(crate) steps: Vec<(String, String)>,
}
