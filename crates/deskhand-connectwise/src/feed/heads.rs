//! Id and stamp of every ticket, for the sweep.

use connectwise_psa::records::{RawRecord, RecordType};
use connectwise_psa::{Scan, ScanRequest};
use deskhand_command::{BoxFuture, Failure, Head, Heads};
use jiff::Timestamp;

use super::{PAGES_A_RANGE, PATH, TicketFeed, failed};
use crate::filters::{both, updated};

pub(super) struct TicketHeads {
    scan: Scan,
}

impl TicketHeads {
    pub(super) async fn begin(feed: &TicketFeed, since: Option<Timestamp>) -> Result<Self, Failure> {
        let mut scan = ScanRequest::new(PATH, 1000).fields("id,recordType,_info/lastUpdated");
        scan.conditions = both(updated(since, None), feed.condition().await?);
        let split = feed
            .client
            .split(&scan, PAGES_A_RANGE)
            .await
            .map_err(|error| feed.refused(&error))?;
        scan.ranges = split.ranges;
        Ok(Self {
            scan: feed.client.scan(scan),
        })
    }

    async fn batch(&mut self) -> Result<Option<Vec<Head>>, Failure> {
        let Some(arrived) = self.scan.next_page().await else {
            return Ok(None);
        };
        let page = arrived.map_err(|error| failed(&error.source))?.page;
        Ok(Some(page.records.iter().filter_map(head_of).collect()))
    }
}

fn head_of(record: &RawRecord) -> Option<Head> {
    let service = record.record_type != RecordType::Other;
    service.then_some(Head {
        id: record.id?,
        stamp: record.last_updated?,
    })
}

impl Heads for TicketHeads {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Vec<Head>>, Failure>> {
        Box::pin(self.batch())
    }
}
