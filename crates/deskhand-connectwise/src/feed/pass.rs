//! One pass over what changed.

use connectwise_psa::{IdRange, ScanRequest};
use deskhand_command::{Batch, BoxFuture, Failure, Pass};
use jiff::Timestamp;

use super::position::{PassState, Position};
use super::reader::{Portion, Portions};
use super::records::Sorted;
use super::{PAGES_A_RANGE, PATH, TicketFeed};
use crate::filters::{both, updated};

/// A pass under way, and what is left of each of its ranges.
pub(super) struct TicketPass {
    position: Position,
    t0: Timestamp,
    portions: Portions,
    left: Vec<Option<IdRange>>,
    ended: bool,
}

/// A second is over this long after it: two updates with one stamp can become visible that far apart, because servers
/// commit late and their clocks differ.
const SETTLE_SECONDS: i64 = 10;

impl TicketPass {
    /// Begins a pass, or goes on with the one that the position is in the middle of.
    pub(super) async fn begin(feed: &TicketFeed, position: Position) -> Result<Self, Failure> {
        let position = position.under_way(feed.options.from);
        let mut request = ScanRequest::new(PATH, feed.options.page_size.clamp(1, 1000));
        // The overlap by a second is part of "updated at or after".
        request.conditions = both(updated(position.reads_since(), None), feed.condition().await?);
        let t0 = if let Some(pass) = &position.pass {
            request.ranges.clone_from(&pass.ranges);
            pass.t0
        } else {
            let split = feed
                .client
                .split(&request, PAGES_A_RANGE)
                .await
                .map_err(|error| feed.refused(&error))?;
            request.ranges = split.ranges;
            split.server_time.ok_or_else(no_date)?
        };
        Ok(Self {
            position,
            t0,
            left: request.ranges.iter().copied().map(Some).collect(),
            portions: Portions::begin(&feed.client, request, feed.options.hash.clone()),
            ended: false,
        })
    }

    async fn batch(&mut self) -> Result<Option<Batch>, Failure> {
        if self.ended {
            return Ok(None);
        }
        match self.portions.next().await {
            Some(portion) => self.take(portion?).await.map(Some),
            None if self.left.iter().all(Option::is_none) => {
                self.ended = true;
                Ok(Some(self.last_batch()))
            }
            None => Err(broken_off("the reading stopped before its end")),
        }
    }

    async fn take(&mut self, portion: Portion) -> Result<Batch, Failure> {
        let Sorted { records, quarantined } = portion.sorted.await.map_err(|error| broken_off(&error.to_string()))?;
        self.left[portion.range] = portion.rest;
        let ranges = self.left.iter().copied().flatten().collect();
        let position = Position {
            pass: Some(PassState { t0: self.t0, ranges }),
            ..self.position.clone()
        };
        Ok(Batch {
            records,
            quarantined,
            position: position.to_value(),
            server_time: portion.server_time.unwrap_or(self.t0),
            settle_seconds: SETTLE_SECONDS,
            done: false,
        })
    }

    /// Every range has ended: only now the position moves.
    fn last_batch(&self) -> Batch {
        Batch {
            records: Vec::new(),
            quarantined: Vec::new(),
            position: self.position.after_pass(self.t0).to_value(),
            server_time: self.t0,
            settle_seconds: SETTLE_SECONDS,
            done: true,
        }
    }
}

fn no_date() -> Failure {
    Failure::new(502, "The server's answers have no date.").with_hint("something between here and the PSA takes it out")
}

fn broken_off(why: &str) -> Failure {
    Failure::new(500, format!("A page could not be looked at: {why}.")).with_retry(deskhand_command::Retry::Later)
}

impl Pass for TicketPass {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Batch>, Failure>> {
        Box::pin(self.batch())
    }
}
