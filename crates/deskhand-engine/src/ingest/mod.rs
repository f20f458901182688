//! Ingestion: a pass of a feed, each batch stored in one transaction with the position after it.

mod claimed;
mod decide;
mod job;
mod nightly;
mod prepare;
mod report;
mod run;
mod sweep;

pub use decide::{Decision, Known, Note, decide, settle};
pub use job::{IngestJob, Ingestor, Observer, Point, Quiet};
pub use nightly::{DueSweep, due_sweep};
pub use report::IngestReport;
