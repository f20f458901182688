//! The ConnectWise PSA integration: its commands, and the feed that brings service tickets in.
//!
//! `commands/` has one file for each command, `feed/` reads what changed, pass by pass, `failure/` puts the client's
//! errors into words that say what to do. `integration.rs` is what they have in common: opening a connection.

mod callbacks;
mod commands;
mod doctor;
mod failure;
mod feed;
mod filters;
mod integration;
mod names;
mod writes;

pub use callbacks::TicketCallbacks;
pub use commands::{catalogue, declarations};
pub use doctor::{Checkup, Right, RightState, examine};
pub use failure::translate;
pub use feed::{FeedOptions, TicketFeed, digest};
pub use filters::Filters;
pub use integration::{ConnectWise, OpenPsa, PAGE_SIZE};
pub use writes::TicketMark;
