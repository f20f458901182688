//! A whole desk at work on a sandbox, with time moved forward: what the requirements say of it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod approvals;
mod callbacks;
mod commands;
mod connections;
mod dates;
mod failures;
mod health;
mod jobs;
mod program;
mod receiver;
mod stage;
mod trouble;
mod versions;
