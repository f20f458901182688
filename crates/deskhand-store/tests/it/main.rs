//! The store as others use it.

#![expect(clippy::unwrap_used, reason = "what a test cannot do without ends it")]

mod backup;
mod callbacks;
mod conformance;
mod database;
mod desk;
mod file;
mod journal;
mod sample;
mod server;
mod server_away;
mod size;
