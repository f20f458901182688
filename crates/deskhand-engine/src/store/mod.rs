//! What the engine asks of a store.

mod error;
mod memory;
mod seam;

pub use error::StoreError;
pub use memory::MemoryStore;
pub use seam::{BatchWrite, Committed, EventStore, FeedKey, Lease, LeaseRequest, Measure, RunRecord, Unusable};
