//! Everything that changes something in the sandbox, over real HTTP.
#![expect(clippy::unwrap_used, reason = "test code")]

mod bodies;
mod desk;
mod merges;
mod notes;
mod rights;
mod tickets;
