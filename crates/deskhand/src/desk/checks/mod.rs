//! What is given to be applied, held against what there is, and what there is against what is given.
//!
//! `check.rs` goes through all of it, `names.rs` is what can be referred to, and each kind of definition has a file.

mod check;
mod connection;
mod ingestion;
mod names;
mod playbook;
mod rule;
mod schedule;
mod user;

pub(crate) use check::{Against, check, check_playbooks};
