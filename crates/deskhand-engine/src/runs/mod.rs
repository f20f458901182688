//! Runs: everything that the desk does by itself, journaled entry by entry.
//!
//! [`state`] folds a journal, [`decide`] says what follows from it, and the [`RunHost`] performs that and appends.

mod awaited;
pub mod decide;
mod entry;
pub mod host;
mod id;
mod plan;
mod questions;
mod run;
mod seam;
pub mod state;
pub mod world;

pub use awaited::{Awaited, awaited};
pub use decide::{Facts, Known};
pub use entry::{Entry, StepEnding, What};
pub use host::{DriveError, Limits, RunHost};
pub use questions::{Question, open_questions};
pub use run::{Cause, NewRun, Plan, RunFilter, RunOutcome, RunState, RunSummary};
pub use seam::{Append, ClaimedRun, RunClaim, RunLease, RunStore, RunStory, Signalled, Then};
pub use world::World;

pub(crate) use id::{fitting, id_after};
