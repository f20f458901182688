//! The feed of service tickets: what changed since the last pass, by id, with a position that survives anything.

mod digest;
mod heads;
mod look_up;
mod page_size;
mod pass;
mod position;
mod reader;
mod records;

use std::sync::Arc;

use connectwise_psa::{Client, Condition, Error, Patience};
use deskhand_command::event_source::Hash;
use deskhand_command::{BoxFuture, Failure, Feed, Heads, Lookup, Pass};
use jiff::Timestamp;
use parking_lot::Mutex;
use serde_json::Value;

pub use digest::digest;

use crate::commands::rights::INQUIRE_TICKETS;
use crate::failure::translate;
use crate::filters::Filters;

/// What a feed reads, and how.
#[derive(Debug, Clone)]
pub struct FeedOptions {
    /// Which tickets.
    pub filters: Filters,
    /// What makes two readings of a ticket the same revision.
    pub hash: Hash,
    /// For the very first pass: tickets updated since then; `None` is from the beginning.
    pub from: Option<Timestamp>,
    /// Records a page.
    pub page_size: u32,
}

/// The feed of one connection.
#[derive(Debug, Clone)]
pub struct TicketFeed {
    client: Client,
    options: FeedOptions,
    /// The filters with the names that the PSA has, once they have been looked up.
    resolved: Arc<Mutex<Option<Filters>>>,
}

/// What a feed asks for.
const PATH: &str = "service/tickets";

/// More than this many pages are read as several ranges at once.
const PAGES_A_RANGE: u64 = 5;

/// Small requests are tried again a few times, and being asked to wait is no failure.
const PATIENCE: Patience = Patience {
    retries: 3,
    first_delay: std::time::Duration::from_millis(100),
    longest_delay: std::time::Duration::from_secs(2),
    refusals: 1_000,
};

impl TicketFeed {
    /// A feed on this connection.
    pub fn new(client: &Client, options: FeedOptions) -> Self {
        Self {
            client: client.bulk().with_patience(PATIENCE),
            options,
            resolved: Arc::default(),
        }
    }

    /// What the filters ask for, in the names that the PSA has.
    async fn condition(&self) -> Result<Option<Condition>, Failure> {
        let known = self.resolved.lock().clone();
        let filters = match known {
            Some(filters) => filters,
            None => self.options.filters.clone().resolve(&self.client).await?,
        };
        let condition = filters.condition();
        *self.resolved.lock() = Some(filters);
        Ok(condition)
    }

    /// What an error means that came when the filters were asked with.
    fn refused(&self, error: &Error) -> Failure {
        self.options.filters.refused(error, &[INQUIRE_TICKETS])
    }

    /// The position to go on from; another filter than before is another feed, and begins anew.
    fn position(&self, stored: Option<&Value>) -> Result<position::Position, Failure> {
        Ok(position::Position::read(stored)?.for_filters(self.filters()))
    }

    /// The filters as a position keeps them.
    fn filters(&self) -> Option<String> {
        let condition = self.options.filters.condition();
        condition.map(|condition| condition.to_string())
    }
}

fn failed(error: &Error) -> Failure {
    translate(error, &[INQUIRE_TICKETS])
}

impl Feed for TicketFeed {
    fn resume<'a>(&'a self, position: Option<&'a Value>) -> BoxFuture<'a, Result<Box<dyn Pass>, Failure>> {
        Box::pin(async move {
            // Names can have changed since the last pass.
            *self.resolved.lock() = None;
            let pass = pass::TicketPass::begin(self, self.position(position)?).await?;
            Ok(Box::new(pass) as Box<dyn Pass>)
        })
    }

    fn heads(&self, since: Option<Timestamp>) -> BoxFuture<'_, Result<Box<dyn Heads>, Failure>> {
        Box::pin(async move { Ok(Box::new(heads::TicketHeads::begin(self, since).await?) as Box<dyn Heads>) })
    }

    fn look_up(&self, id: i64) -> BoxFuture<'_, Result<Lookup, Failure>> {
        Box::pin(look_up::look_up(self, id))
    }

    fn read_until(&self, position: &Value) -> Option<Timestamp> {
        self.position(Some(position)).ok()?.since
    }

    fn read_from(&self, position: &Value) -> Option<Timestamp> {
        self.position(Some(position)).ok()?.from
    }

    fn go_on_from(&self, before: &Value, not_before: Option<Timestamp>) -> Value {
        position::going_on_from(before, not_before, self.filters())
    }

    fn learn(&self, position: &Value, late: u64, lag_seconds: i64) -> Value {
        position::learned(position, late, lag_seconds)
    }
}
