//! `deskhand serve` as a service: callbacks, mistakes told at its start, what is wrong around it, and its end.
#![expect(clippy::unwrap_used, reason = "test code")]

mod callbacks;
mod keep;
mod keys;
mod letters;
mod place;
mod trouble;
