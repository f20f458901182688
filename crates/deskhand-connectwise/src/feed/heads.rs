//! Id and stamp of every ticket, for the sweep.

use connectwise_psa::{Scan, ScanRequest};
use deskhand_command::{BoxFuture, Failure, Head, Heads};
use jiff::Timestamp;

use super::{PATH, TicketFeed};
use crate::commands::INQUIRE_TICKETS;
use crate::failure::translate;
use crate::filters::{both, updated};

pub(super) struct TicketHeads {
    scan: Scan,
}

impl TicketHeads {
    pub(super) async fn begin(feed: &TicketFeed, since: Option<Timestamp>) -> Result<Self, Failure> {
        let mut scan = ScanRequest::new(PATH, 1000).fields("id,recordType,_info/lastUpdated");
        scan.conditions = both(updated(since, None), feed.filters.clone());
        let split = feed
            .client
            .split(&scan, 5)
            .await
            .map_err(|error| translate(&error, &[INQUIRE_TICKETS]))?;
        scan.ranges = split.ranges;
        Ok(Self {
            scan: feed.client.scan(scan),
        })
    }

    async fn batch(&mut self) -> Result<Option<Vec<Head>>, Failure> {
        let Some(arrived) = self.scan.next_page().await else {
            return Ok(None);
        };
        let page = arrived
            .map_err(|error| translate(&error.source, &[INQUIRE_TICKETS]))?
            .page;
        let head = |record: &connectwise_psa::records::RawRecord| {
            let service = record.record_type != connectwise_psa::records::RecordType::Other;
            service.then_some(Head {
                id: record.id?,
                stamp: record.last_updated?,
            })
        };
        Ok(Some(page.records.iter().filter_map(head).collect()))
    }
}

impl Heads for TicketHeads {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Vec<Head>>, Failure>> {
        Box::pin(self.batch())
    }
}
