//! What was announced, looked at again.

use deskhand_command::{Announced, BoxFuture, Failure, Retry};
use jiff::Timestamp;

use super::CallbackInbox;
use crate::ingest::{IngestJob, IngestReport, Ingestor, LookedAgain, failure_of};

/// A feed that announced records are read through.
#[derive(Clone)]
pub struct CallbackFeed {
    /// What reads and stores.
    pub ingestor: Ingestor,
    /// The job whose feed it is.
    pub job: IngestJob,
}

/// Has the feeds of connections; asked before each look, because definitions and secrets change.
pub trait CallbackFeeds: Send + Sync {
    /// The feeds that a connection's announced records are read through now.
    fn feeds<'a>(&'a self, connection: &'a str) -> BoxFuture<'a, Result<Vec<CallbackFeed>, Failure>>;

    /// When the connection was led to another place; what was announced before is not there.
    fn moved_at<'a>(&'a self, connection: &'a str) -> BoxFuture<'a, Result<Option<Timestamp>, Failure>>;
}

impl CallbackFeeds for Vec<CallbackFeed> {
    fn feeds<'a>(&'a self, _connection: &'a str) -> BoxFuture<'a, Result<Vec<CallbackFeed>, Failure>> {
        Box::pin(std::future::ready(Ok(self.clone())))
    }

    fn moved_at<'a>(&'a self, _connection: &'a str) -> BoxFuture<'a, Result<Option<Timestamp>, Failure>> {
        Box::pin(std::future::ready(Ok(None)))
    }
}

/// What came of one go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Worked {
    /// Nothing waits, or there is no feed to read through.
    Idle,
    /// So many records were looked at, in every feed.
    Done(usize),
    /// A run is at one of the feeds; everything goes on waiting.
    Held,
    /// They cannot be looked at now; everything goes on waiting.
    Failed(Failure),
}

/// This many records are looked at in one go.
pub(super) const AT_ONCE: u32 = 32;

/// Looks at the records that have waited longest through every feed of their connection.
///
/// A feed that fails for good holds up none of the others: its poll reads what it has missed, when it works again. They are taken
/// out of the inbox after all of them are stored. What ends in between is looked at twice, and the second
/// time finds nothing new.
pub async fn work_off(inbox: &dyn CallbackInbox, connection: &str, feeds: &[CallbackFeed]) -> (IngestReport, Worked) {
    let mut report = IngestReport::default();
    let worked = batch(inbox, connection, feeds, &mut report).await;
    (report, worked.unwrap_or_else(Worked::Failed))
}

async fn batch(
    inbox: &dyn CallbackInbox,
    connection: &str,
    feeds: &[CallbackFeed],
    report: &mut IngestReport,
) -> Result<Worked, Failure> {
    if feeds.is_empty() {
        return Ok(Worked::Idle);
    }
    let waiting = inbox.waiting(connection, AT_ONCE).await.map_err(failure_of)?;
    if waiting.is_empty() {
        return Ok(Worked::Idle);
    }
    let announced: Vec<Announced> = waiting.iter().map(|one| one.announced).collect();
    let (mut held, mut stored, mut failures) = (false, false, Vec::new());
    for feed in feeds {
        let (part, outcome) = feed.ingestor.look_again(&feed.job, &announced).await;
        report.add(part);
        match outcome {
            LookedAgain::Stored => stored = true,
            LookedAgain::Held => held = true,
            LookedAgain::Failed(failure) => failures.push(failure),
        }
    }
    let mut failures = failures.into_iter();
    if let Some(failure) = failures.find(|failure| failure.retry != Retry::Never || !stored) {
        return Err(failure);
    }
    if held {
        return Ok(Worked::Held);
    }
    inbox.done(connection, &waiting).await.map_err(failure_of)?;
    Ok(Worked::Done(waiting.len()))
}
