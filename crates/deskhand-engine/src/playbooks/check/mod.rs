//! What is checked before a playbook is accepted, beside what its file alone can tell.

mod commands;
mod inputs;
mod known;
mod nesting;
mod order;
mod templates;
mod triggers;
mod way;

use super::file::{Draft, Notes};

pub use known::{CheckSchedule, Known};
pub(super) use order::{Placed, place};

/// Notes everything that is wrong with what the steps and triggers say.
pub(super) fn check(notes: &mut Notes<'_>, draft: &Draft, placed: &[Placed], known: &Known<'_>) {
    inputs::check(notes, draft);
    triggers::check(notes, draft, known);
    way::check(notes, draft, placed);
    commands::check(notes, draft, known);
    nesting::check(notes, draft, known);
    templates::check(notes, draft, placed);
}
