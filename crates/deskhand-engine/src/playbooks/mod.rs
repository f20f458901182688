//! Playbooks: what they are, how they are written and what is checked before one is accepted.

mod check;
#[cfg(test)]
mod examples;
mod file;
mod playbook;
mod read;
#[cfg(test)]
mod tests;
pub mod values;

pub use check::{CheckSchedule, Known, Need, Readable, WrongInput, wrong_command_inputs, wrong_inputs, wrong_template};
pub(crate) use file::plain_map;
pub use file::{KnownPlaybook, Problem, json_schema, sketch};
pub use playbook::{
    ANSWERS, After, Does, EventMatch, FAILED, Input, InputKind, Join, OTHERS, OnFailure, Playbook, Retries, Step,
    StepIndex, Trigger, Wait,
};
pub use read::read;
