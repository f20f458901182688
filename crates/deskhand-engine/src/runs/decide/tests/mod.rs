//! Decisions, without a store and without a world.

mod approvals;
mod away;
mod batches;
mod flow;
mod loops;
mod nested_runs;
mod pretend;
mod random;
mod retries;
mod waits;

use pretend::{Pretend, bad, good};
