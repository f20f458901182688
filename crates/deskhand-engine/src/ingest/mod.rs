//! Ingestion: a pass of a feed, each batch stored in one transaction with the position after it.

mod again;
mod claimed;
mod decide;
mod job;
mod mandate;
mod nightly;
mod prepare;
mod report;
mod run;
mod sweep;

pub use again::LookedAgain;
pub(crate) use claimed::failure_of;
pub use decide::{Decision, Known, Note, decide, settle};
pub use job::{IngestJob, Ingestor, Observer, Point, Quiet};
pub use mandate::{Mandate, ToTheEnd};
pub use nightly::{DueSweep, due_sweep};
pub use report::IngestReport;
