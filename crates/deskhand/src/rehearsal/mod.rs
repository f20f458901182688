//! `deskhand playbook test`: a playbook at work on a sandbox inside this process, with time moved forward.
//!
//! `expectations.rs` is the file that says what happens and what should come of it, `stage.rs` sets the desk up, `act.rs`
//! lets it happen, `differ.rs` says what came differently.

mod act;
mod clock;
mod differ;
mod expectations;
mod letters;
mod stage;

use std::path::Path;

pub(crate) use expectations::Expectations;
use stage::Stage;

/// Rehearses what a file of expectations says; returns what came differently, in sentences.
pub(crate) async fn rehearse(expectations: &Expectations, folder: &Path) -> anyhow::Result<Rehearsed> {
    let stage = Stage::set(expectations, folder).await?;
    let story = act::act(&stage, expectations).await?;
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
