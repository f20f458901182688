//! What the engine asks of a store, and the model of one.

mod batch;
mod claim;
mod desk;
mod error;
mod memory;
mod run;
mod seam;

pub use batch::{BatchWrite, Committed, Unusable};
pub use claim::{FeedKey, Lease, LeaseRequest};
pub use desk::MemoryDesk;
pub use error::StoreError;
pub use memory::MemoryStore;
pub use run::{RunEnd, RunKind, RunOutcome, RunRecord, RunStart};
pub use seam::{EventStore, Measure};
