//! `deskhand serve` as a service: callbacks, mistakes told at its start, what is wrong around it, and its end.
#![expect(clippy::unwrap_used, reason = "test code")]

mod callbacks;
#[path = "../database/mod.rs"]
mod database;
mod keep;
mod keys;
mod killed;
mod letters;
mod place;
mod trouble;
