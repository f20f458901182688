//! A desk that goes on working: tickets are created, updated, closed, merged, and go away.
//!
//! What a worker does is synchronous and takes its randomness as a parameter, so that a test can do a thousand things at
//! once and move the sandbox's clock in between; the task that keeps to a rate over time only calls it.

mod change;
mod once;
mod rate;
mod trouble;
mod work;

pub use rate::{Activity, Mix};
pub(crate) use work::Worker;

#[cfg(test)]
mod tests;
