//! A whole desk at work on a sandbox, with time moved forward: what the requirements say of it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod approvals;
mod callbacks;
mod circles;
mod commands;
mod connections;
mod dates;
mod dismissals;
mod events;
mod failures;
mod guides;
mod health;
mod jobs;
mod moved;
mod one_psa;
mod people;
mod program;
mod receiver;
mod refusals;
mod rehearsals;
mod schedules;
mod stage;
mod trouble;
mod versions;
