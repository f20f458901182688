//! Everything that changes something in the sandbox, over real HTTP.
#![expect(clippy::unwrap_used, reason = "test code")]

mod bodies;
mod callbacks;
mod desk;
mod lost_answers;
mod merges;
mod my_tickets;
mod notes;
mod outbox;
mod quirks;
mod rate_limit;
mod receiver;
mod rights;
mod tickets;
