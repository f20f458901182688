//! The ConnectWise PSA integration: its commands, and the feed that brings service tickets in.
//!
//! `commands/` has one file for each command, `feed/` reads what changed, pass by pass, `failure/` puts the client's
//! errors into words that say what to do.

mod callbacks;
mod commands;
mod doctor;
mod failure;
mod feed;
mod filters;
mod names;
mod writes;

pub use callbacks::TicketCallbacks;
pub use commands::{catalogue, declarations};
pub use doctor::{Checkup, Right, RightState, examine};
pub use failure::translate;
pub use feed::{FeedOptions, TicketFeed, digest};
pub use filters::Filters;
pub use writes::TicketMark;
