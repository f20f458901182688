//! Ingestion jobs: what is fetched, through which connection, how often and for which site.

mod file;
mod job;
mod log;

pub use file::WrittenIngestion;
pub use job::{IngestionJob, schedule_name};
pub use log::{Fetch, fetch_of};
