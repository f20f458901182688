//! Playbooks: what they are, how they are written and what is checked before one is accepted.

mod playbook;
pub mod values;

pub use playbook::{
    ANSWERS, After, Does, EventMatch, FAILED, Input, InputKind, Join, OTHERS, OnFailure, Playbook, Retries, Step,
    StepIndex, Trigger, Wait,
};
