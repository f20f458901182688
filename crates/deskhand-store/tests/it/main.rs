//! The store as others use it.

#![expect(clippy::unwrap_used, reason = "what a test cannot do without ends it")]

mod conformance;
mod desk;
mod file;
mod journal;
mod size;
