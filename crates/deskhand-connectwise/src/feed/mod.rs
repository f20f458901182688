//! The feed of service tickets: what changed since the last pass, by id, with a position that survives anything.

mod digest;
mod heads;
mod look_up;
mod pass;
mod position;
mod records;

use connectwise_psa::{Client, Condition, Patience};
use deskhand_command::event_source::Hash;
use deskhand_command::{BoxFuture, Failure, Feed, Heads, Lookup, Pass};
use jiff::Timestamp;
use serde_json::Value;

pub use digest::digest;

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
    filters: Option<Condition>,
}

/// What a feed asks for.
const PATH: &str = "service/tickets";

/// Pages are tried again a few times; what still fails is asked for in smaller pieces.
const PATIENCE: Patience = Patience {
    retries: 3,
    first_delay: std::time::Duration::from_millis(100),
    longest_delay: std::time::Duration::from_secs(2),
    refusals: 1_000,
};

impl TicketFeed {
    /// A feed on this connection.
    pub fn new(client: &Client, options: FeedOptions) -> Self {
        let filters = options.filters.condition();
        Self {
            client: client.bulk().with_patience(PATIENCE),
            options,
            filters,
        }
    }
}

impl Feed for TicketFeed {
    fn resume<'a>(&'a self, position: Option<&'a Value>) -> BoxFuture<'a, Result<Box<dyn Pass>, Failure>> {
        Box::pin(async move {
            let pass = pass::TicketPass::begin(self, position::Position::read(position)?).await?;
            Ok(Box::new(pass) as Box<dyn Pass>)
        })
    }

    fn heads(&self, since: Option<Timestamp>) -> BoxFuture<'_, Result<Box<dyn Heads>, Failure>> {
        Box::pin(async move { Ok(Box::new(heads::TicketHeads::begin(self, since).await?) as Box<dyn Heads>) })
    }

    fn look_up(&self, id: i64) -> BoxFuture<'_, Result<Lookup, Failure>> {
        Box::pin(look_up::look_up(self, id))
    }

    fn learn(&self, position: &Value, late: u64, lag_seconds: i64) -> Value {
        position::learned(position, late, lag_seconds)
    }
}
