//! What is ingested, with what, and who watches.

use std::sync::Arc;

use deskhand_command::{Clock, EventSource, Feed};

use jiff::Timestamp;

use super::Mandate;
use crate::store::{EventStore, FeedKey};

/// What is ingested.
#[derive(Debug, Clone)]
pub struct IngestJob {
    /// Where its position is kept.
    pub key: FeedKey,
    /// The event sources, tried in order; the last should take everything.
    pub sources: Arc<Vec<EventSource>>,
    /// Who does it, unique to this process.
    pub holder: String,
    /// Whether it waits for its turn while another process reads the same, however long that takes; else it fails.
    pub patient: bool,
    /// Whose feed it is, if anybody's, as the store notes it.
    pub reader: Option<String>,
    /// What was updated before this is left alone also where another feed has come to.
    pub not_before: Option<Timestamp>,
}

/// Everything that ingestion needs; see [`Ingestor::run`] and [`Ingestor::sweep`].
#[derive(Clone)]
pub struct Ingestor {
    /// Where records come from.
    pub feed: Arc<dyn Feed>,
    /// Where events go.
    pub store: Arc<dyn EventStore>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Who watches.
    pub observer: Arc<dyn Observer>,
    /// Whether it is still wanted.
    pub mandate: Arc<dyn Mandate>,
}

/// Hears where ingestion is; tests end the process here.
pub trait Observer: Send + Sync {
    /// This point was reached.
    fn at(&self, point: Point);
}

/// Where ingestion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// A batch of so many records was read and is not stored.
    AnswerRead(usize),
    /// The batch is about to be committed.
    BeforeCommit,
    /// The batch was committed, with so many records read in all.
    AfterCommit(u64),
    /// The pass is over and its position stored.
    PassEnded,
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quiet;

impl Observer for Quiet {
    fn at(&self, _point: Point) {}
}
