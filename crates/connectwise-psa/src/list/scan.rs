//! Everything that matches, by id: `… and id > n`, in order of ids, several ranges of ids at once.
//!
//! Page numbers shift while records are written; ids do not. A range goes on from the last id that was read, so a scan
//! can be stopped anywhere and resumed from what its pages said.

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::split::split;
use super::{ListRequest, Page};
use crate::send::Client;
use crate::{BoxFuture, Condition, Error};

/// What to read, and where to begin.
#[derive(Debug, Clone)]
pub struct ScanRequest {
    /// The list, `service/tickets`.
    pub path: String,
    /// Only what matches this.
    pub conditions: Option<Condition>,
    /// Only what has an element in one of its lists that matches this.
    pub child_conditions: Option<Condition>,
    /// Only these members; `id` must be among them.
    pub fields: Option<String>,
    /// Records a page.
    pub page_size: u32,
    /// The ranges that are still to be read.
    pub ranges: Vec<IdRange>,
    /// How many pages may be under way or waiting to be taken: memory is this many pages.
    pub window: usize,
}

/// Ids from the one after `after` to `upto`, which is part of it; without `upto` to the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdRange {
    /// The id before the first.
    pub after: i64,
    /// The last id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upto: Option<i64>,
}

/// A page of one of the ranges; pages of one range come in order, those of different ranges as they arrive.
#[derive(Debug)]
pub struct ScanPage {
    /// Which of the request's ranges.
    pub range: usize,
    /// What is left of that range after this page; `None` when it ended.
    pub rest: Option<IdRange>,
    /// The page.
    pub page: Page,
}

/// A page that could not be read; nothing of its range is lost, it can be scanned again from `range`.
#[derive(Debug, thiserror::Error)]
#[error("a page of ids after {} could not be read", range.after)]
pub struct ScanError {
    /// Which of the request's ranges.
    pub index: usize,
    /// What was left of it.
    pub range: IdRange,
    /// Why.
    #[source]
    pub source: Error,
}

/// A scan under way.
pub struct Scan {
    client: Client,
    request: ScanRequest,
    waiting: Vec<(usize, IdRange)>,
    under_way: FuturesUnordered<BoxFuture<'static, Result<ScanPage, ScanError>>>,
}

impl ScanRequest {
    /// A scan of a whole list, in one range.
    pub fn new(path: impl Into<String>, page_size: u32) -> Self {
        let everything = IdRange { after: 0, upto: None };
        Self {
            path: path.into(),
            conditions: None,
            child_conditions: None,
            fields: None,
            page_size,
            ranges: vec![everything],
            window: 4,
        }
    }

    /// Only what matches this.
    #[must_use]
    pub fn conditions(mut self, conditions: Condition) -> Self {
        self.conditions = Some(conditions);
        self
    }

    /// Only these members.
    #[must_use]
    pub fn fields(mut self, fields: impl Into<String>) -> Self {
        self.fields = Some(fields.into());
        self
    }

    /// The request for the page that begins a range.
    pub fn to_list_request(&self, range: IdRange) -> ListRequest {
        let mut conditions = self.conditions.clone().into_iter().collect::<Vec<_>>();
        conditions.push(Condition::compare("id", ">", range.after));
        if let Some(upto) = range.upto {
            conditions.push(Condition::compare("id", "<=", upto));
        }
        let list = ListRequest::new(&self.path)
            .conditions(Condition::All(conditions))
            .order_by("id asc")
            .page_size(self.page_size)
            .page(1);
        let list = self.child_conditions.iter().fold(list, ListRequest::child_conditions);
        self.fields.iter().fold(list, ListRequest::fields)
    }
}

/// What there is to read, before it is read.
#[derive(Debug, Clone)]
pub struct Split {
    /// How many records match now; `None` when the conditions are too long for the vendor's count.
    pub count: Option<u64>,
    /// The ranges that hold them, the last one open.
    pub ranges: Vec<IdRange>,
    /// The server's time when it may have counted them, to a second.
    pub server_time: Option<Timestamp>,
}

impl Client {
    /// Cuts what matches into ranges of about `pages` pages each when it is more than `pages` pages in all.
    pub fn split(&self, request: &ScanRequest, pages: u64) -> BoxFuture<'_, Result<Split, Error>> {
        let list = || {
            let list = request
                .conditions
                .iter()
                .fold(ListRequest::new(&request.path), ListRequest::conditions);
            request
                .child_conditions
                .iter()
                .fold(list, ListRequest::child_conditions)
        };
        let end = |order: &str| list().order_by(order).fields("id").page_size(1);
        let (all, first, last) = (list(), end("id asc"), end("id desc"));
        let a_range = pages.max(1) * u64::from(request.page_size);
        Box::pin(async move {
            let (mut count, mut server_time) = (None, None);
            if all.is_countable(self.root_length()) {
                let (matching, time) = self.timed_count(&all).await?;
                (count, server_time) = (Some(matching), time);
            }
            let mut ranges = vec![IdRange { after: 0, upto: None }];
            if count.is_none_or(|count| count > a_range) {
                let (first, last) = (self.list(&first).await?, self.list(&last).await?);
                server_time = server_time.or(first.server_time);
                if let (Some(lowest), Some(highest)) = (first.last_id(), last.last_id()) {
                    // There are at most as many records as ids.
                    let most = count.unwrap_or(highest.abs_diff(lowest) + 1);
                    ranges = split(lowest, highest, parts(most, a_range));
                    // What appears below the lowest id while this is read belongs to the first range.
                    ranges[0].after = 0;
                }
            }
            Ok(Split {
                count,
                ranges,
                server_time,
            })
        })
    }
}

fn parts(records: u64, a_range: u64) -> usize {
    let parts = usize::try_from(records.div_ceil(a_range)).unwrap_or(MOST_RANGES);
    parts.min(MOST_RANGES)
}

/// More ranges than this only make positions long.
const MOST_RANGES: usize = 16;

impl Scan {
    pub(crate) fn new(client: Client, request: ScanRequest) -> Self {
        let waiting = request.ranges.iter().copied().enumerate().rev().collect();
        Self {
            client,
            request,
            waiting,
            under_way: FuturesUnordered::new(),
        }
    }

    /// The next page to arrive; `None` when every range has ended or failed.
    pub fn next_page(&mut self) -> BoxFuture<'_, Option<Result<ScanPage, ScanError>>> {
        Box::pin(async move {
            self.fill();
            let arrived = self.under_way.next().await?;
            if let Ok(ScanPage {
                range,
                rest: Some(rest),
                ..
            }) = &arrived
            {
                self.waiting.push((*range, *rest));
            }
            Some(arrived)
        })
    }

    /// Puts a range back, after a failure that the caller has dealt with.
    pub fn resume(&mut self, index: usize, range: IdRange) {
        self.waiting.push((index, range));
    }

    /// Asks for pages of this size from now on.
    pub fn set_page_size(&mut self, size: u32) {
        self.request.page_size = size;
    }

    fn fill(&mut self) {
        while self.under_way.len() < self.request.window.max(1)
            && let Some((index, range)) = self.waiting.pop()
        {
            let list = self.request.to_list_request(range);
            let (client, size) = (self.client.clone(), self.request.page_size);
            self.under_way
                .push(Box::pin(async move { read(client, list, size, index, range).await }));
        }
    }
}

async fn read(
    client: Client,
    list: ListRequest,
    size: u32,
    index: usize,
    range: IdRange,
) -> Result<ScanPage, ScanError> {
    let page = client
        .list(&list)
        .await
        .map_err(|source| ScanError { index, range, source })?;
    Ok(ScanPage {
        range: index,
        rest: rest_of(range, &page, size),
        page,
    })
}

/// A range ends at an empty page, or at one that is both short and says that nothing follows; a page without a usable id
/// would come again for ever, so it ends the range as well.
fn rest_of(range: IdRange, page: &Page, size: u32) -> Option<IdRange> {
    let short = page.records.len() < usize::try_from(size).unwrap_or(usize::MAX);
    if page.records.is_empty() || (short && !page.has_next) {
        return None;
    }
    let after = page.last_id().filter(|id| *id > range.after)?;
    let ended = range.upto.is_some_and(|upto| after >= upto);
    (!ended).then_some(IdRange { after, ..range })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_by_id_is_asked_for_with_the_filters_before_it() {
        let request = ScanRequest::new("service/tickets", 1000).conditions(Condition::Written("a=1 or b=2".to_owned()));
        let text = |range| request.to_list_request(range).to_request(0);
        let query = |range| text(range).query[0].1.clone();
        assert_eq!(query(IdRange { after: 5, upto: None }), "(a=1 or b=2) and id > 5");
        assert_eq!(
            query(IdRange {
                after: 5,
                upto: Some(9)
            }),
            "(a=1 or b=2) and id > 5 and id <= 9"
        );
    }

    fn page(ids: &[i64], has_next: bool) -> Page {
        let records = ids
            .iter()
            .map(|id| crate::records::single(&bytes::Bytes::from(format!("{{\"id\":{id}}}"))).unwrap())
            .collect();
        Page {
            records,
            has_next,
            server_time: None,
            request_id: None,
        }
    }

    #[test]
    fn a_range_ends_only_when_the_server_left_no_doubt() {
        let range = IdRange {
            after: 5,
            upto: Some(20),
        };
        let rest = |ids: &[i64], has_next| rest_of(range, &page(ids, has_next), 2).map(|rest| rest.after);
        assert_eq!(rest(&[6, 7], false), Some(7));
        assert_eq!(rest(&[6], true), Some(6));
        assert_eq!(rest(&[6], false), None);
        assert_eq!(rest(&[], true), None);
        assert_eq!(rest(&[8, 20], true), None);
    }
}
