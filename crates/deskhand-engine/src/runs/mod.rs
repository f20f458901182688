//! Runs: everything that the desk does by itself, journaled entry by entry.

mod entry;
mod run;
mod seam;

pub use entry::{Entry, StepEnding, What};
pub use run::{Cause, NewRun, Plan, RunFilter, RunOutcome, RunState, RunSummary};
pub use seam::{Append, ClaimedRun, RunClaim, RunLease, RunStore, RunStory, Signalled, Then};
