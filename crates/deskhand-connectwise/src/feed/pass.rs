//! One pass over what changed.

use connectwise_psa::{Client, Condition, ErrorKind, IdRange, Scan, ScanError, ScanPage, ScanRequest};
use deskhand_command::event_source::Hash;
use deskhand_command::{Batch, BoxFuture, Failure, Pass, Quarantined};
use jiff::Timestamp;

use super::position::{PassState, Position};
use super::records::sorted_out_aside;
use super::{PATH, TicketFeed};
use crate::commands::INQUIRE_TICKETS;
use crate::failure::translate;
use crate::filters::{both, updated};

/// A pass under way: what is left of each range, and the size of the pages asked for.
pub(super) struct TicketPass {
    client: Client,
    hash: Hash,
    conditions: Option<Condition>,
    position: Position,
    t0: Timestamp,
    scan: Scan,
    left: Vec<Option<IdRange>>,
    whole_page: u32,
    page: u32,
    smooth: u32,
    ended: bool,
}

/// More than this many pages are read as several ranges at once.
const PAGES_A_RANGE: u64 = 5;
/// A second is over this long after it: two updates with one stamp can become visible that far apart, because servers
/// commit late and their clocks differ.
const SETTLE_SECONDS: i64 = 10;
/// After this many pages without trouble, pages grow again.
const SMOOTH: u32 = 3;

impl TicketPass {
    /// Begins a pass, or goes on with the one that the position is in the middle of.
    pub(super) async fn begin(feed: &TicketFeed, position: Position) -> Result<Self, Failure> {
        let since = position.since.or(feed.options.from);
        // The overlap by a second is part of "updated at or after".
        let conditions = both(updated(since, None), feed.filters.clone());
        let whole_page = feed.options.page_size.clamp(1, 1000);
        let mut scan = ScanRequest::new(PATH, whole_page);
        scan.conditions.clone_from(&conditions);
        let (t0, ranges) = if let Some(pass) = &position.pass {
            (pass.t0, pass.ranges.clone())
        } else {
            let split = feed.client.split(&scan, PAGES_A_RANGE).await.map_err(failed)?;
            (split.server_time.ok_or_else(no_date)?, split.ranges)
        };
        scan.ranges.clone_from(&ranges);
        let client = feed.client.clone();
        Ok(Self {
            scan: client.scan(scan),
            client,
            hash: feed.options.hash.clone(),
            conditions,
            left: ranges.into_iter().map(Some).collect(),
            position,
            t0,
            whole_page,
            page: whole_page,
            smooth: 0,
            ended: false,
        })
    }

    async fn batch(&mut self) -> Result<Option<Batch>, Failure> {
        loop {
            if self.ended {
                return Ok(None);
            }
            match self.scan.next_page().await {
                None => {
                    self.ended = true;
                    return Ok(Some(self.last_batch()));
                }
                Some(Ok(page)) => return self.page_batch(page).await.map(Some),
                Some(Err(error)) => {
                    if let Some(quarantined) = self.make_smaller(error).await? {
                        return Ok(Some(self.made(Vec::new(), vec![quarantined], self.t0)));
                    }
                }
            }
        }
    }

    async fn page_batch(&mut self, arrived: ScanPage) -> Result<Batch, Failure> {
        self.grow_again();
        self.left[arrived.range] = arrived.rest;
        let server_time = arrived.page.server_time.unwrap_or(self.t0);
        let (records, quarantined) = sorted_out_aside(arrived.page.records, self.hash.clone()).await?;
        Ok(self.made(records, quarantined, server_time))
    }

    fn made(
        &self,
        records: Vec<deskhand_command::Record>,
        quarantined: Vec<Quarantined>,
        server_time: Timestamp,
    ) -> Batch {
        let ranges = self.left.iter().copied().flatten().collect();
        let position = Position {
            pass: Some(PassState { t0: self.t0, ranges }),
            ..self.position.clone()
        };
        Batch {
            records,
            quarantined,
            position: position.to_value(),
            server_time,
            settle_seconds: SETTLE_SECONDS,
            done: false,
        }
    }

    /// Every range has ended: only now the position moves.
    fn last_batch(&self) -> Batch {
        let position = self.position.after_pass(self.t0).to_value();
        Batch {
            records: Vec::new(),
            quarantined: Vec::new(),
            position,
            server_time: self.t0,
            settle_seconds: SETTLE_SECONDS,
            done: true,
        }
    }

    /// A page that times out or fails at the server is asked for in halves, down to the record that is to blame.
    async fn make_smaller(&mut self, error: ScanError) -> Result<Option<Quarantined>, Failure> {
        let halving = matches!(error.source.kind(), ErrorKind::TimedOut | ErrorKind::Server)
            && error.source.status() != Some(503);
        if !halving {
            return Err(failed(error.source));
        }
        self.smooth = 0;
        if self.page > 1 {
            self.page = self.page.div_ceil(2);
            self.scan.set_page_size(self.page);
            self.scan.resume(error.index, error.range);
            return Ok(None);
        }
        self.set_aside(error).await
    }

    /// The id of the record that cannot be read is found by asking for nothing else of it; the pass goes on after it.
    async fn set_aside(&mut self, error: ScanError) -> Result<Option<Quarantined>, Failure> {
        let mut only_id = ScanRequest::new(PATH, 1).fields("id");
        only_id.conditions.clone_from(&self.conditions);
        let page = self
            .client
            .list(&only_id.to_list_request(error.range))
            .await
            .map_err(failed)?;
        let Some(id) = page.last_id() else {
            // It is gone: the range is looked at again.
            self.scan.resume(error.index, error.range);
            return Ok(None);
        };
        let rest = IdRange {
            after: id,
            ..error.range
        };
        let ended = rest.upto.is_some_and(|upto| id >= upto);
        self.left[error.index] = (!ended).then_some(rest);
        if !ended {
            self.scan.resume(error.index, rest);
        }
        let reason = format!("the PSA does not hand the ticket out: {}", error.source);
        Ok(Some(Quarantined {
            id: Some(id),
            reason,
            raw: None,
        }))
    }

    fn grow_again(&mut self) {
        self.smooth += 1;
        if self.page < self.whole_page && self.smooth >= SMOOTH {
            self.smooth = 0;
            self.page = self.page.saturating_mul(2).min(self.whole_page);
            self.scan.set_page_size(self.page);
        }
    }
}

fn no_date() -> Failure {
    Failure::new(502, "The server's answers have no date.").with_hint("something between here and the PSA takes it out")
}

fn failed(error: connectwise_psa::Error) -> Failure {
    translate(&error, &[INQUIRE_TICKETS])
}

impl Pass for TicketPass {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Batch>, Failure>> {
        Box::pin(self.batch())
    }
}
