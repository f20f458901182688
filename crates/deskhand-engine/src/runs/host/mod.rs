//! Performs what was decided: claims runs, appends, runs commands, sends letters.

mod at_work;
mod close;
mod commit;
mod drive;
mod load;
mod observer;
mod output;
mod perform;
mod rest;
mod run_host;
mod say;
mod serve;
#[cfg(test)]
mod tests;

pub use observer::{Observer, Point, Quiet};
pub use run_host::{DriveError, Limits, RunHost};
