//! What is checked before a playbook is accepted, beside what its file alone can tell.

mod commands;
mod inputs;
mod known;
mod letters;
mod needs;
mod nesting;
mod order;
mod people;
mod template;
mod templates;
mod triggers;
mod way;

use super::file::{Draft, Notes};

pub use commands::wrong_command_inputs;
pub use inputs::{WrongInput, wrong_inputs};
pub use known::{CheckSchedule, Known};
pub use needs::Need;
pub(super) use needs::{needs, steps_of, steps_of_playbook};
pub(super) use order::{Placed, place};
pub use template::{Readable, wrong_template};

/// Notes everything that is wrong with what the steps and triggers say.
pub(super) fn check(notes: &mut Notes<'_>, draft: &Draft, placed: &[Placed], known: &Known<'_>) {
    inputs::check(notes, draft);
    triggers::check(notes, draft, placed, known);
    way::check(notes, draft, placed);
    commands::check(notes, draft, known);
    nesting::check(notes, draft, known);
    templates::check(notes, draft, placed);
    people::check(notes, draft, known);
    if known.strictly {
        letters::check(notes, draft);
    }
}
