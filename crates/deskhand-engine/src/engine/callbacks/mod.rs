//! Callbacks of a whole desk: every connection that takes part has a door, a registration that is looked after, and
//! somebody who reads what was announced.
//!
//! `part.rs` says who takes part, `attendant.rs` keeps to that, `look.rs` is what is done for one connection now and then,
//! and `feeds.rs` what its records are read through.

mod attendant;
mod feeds;
mod look;
mod part;

pub use attendant::Attendant;
