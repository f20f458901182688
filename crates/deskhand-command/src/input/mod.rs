//! Inputs as people and programs give them, made into what a command wants, before anything is sent.

mod names;
mod read;

pub use names::{distance, resolve_names};
pub use read::{Inputs, parse_time};
