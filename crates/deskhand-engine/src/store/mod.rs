//! What the engine asks of a store, and the model of one.

mod batch;
mod claim;
mod desk;
mod error;
mod memory;
mod reader;
mod run;
mod seam;

pub use batch::{BatchWrite, Committed, Unusable};
pub use claim::{BY_HAND, Before, FeedKey, Lease, LeaseRequest};
pub use desk::MemoryDesk;
pub use error::StoreError;
pub use memory::MemoryStore;
pub use reader::{Reading, Turned, turn_to};
pub use run::{RunEnd, RunKind, RunOutcome, RunRecord, RunStart};
pub use seam::{EventStore, Measure};
