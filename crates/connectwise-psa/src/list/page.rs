//! One page of a list.

use jiff::Timestamp;
use serde::Deserialize;

use crate::Error;
use crate::records::{self, RawRecord};
use crate::send::{Answer, bad_body};

/// The records of one page.
#[derive(Debug, Clone)]
pub struct Page {
    /// The records in the server's order.
    pub records: Vec<RawRecord>,
    /// Whether the server says that another page follows.
    pub has_next: bool,
    /// The server's time when it may have read them, to a second: what was changed since may be missing.
    pub server_time: Option<Timestamp>,
    /// The vendor's id of the request.
    pub request_id: Option<String>,
}

impl Page {
    pub(crate) fn of(answer: Answer) -> Result<Self, Error> {
        let records = records::split(&answer.body).map_err(|error| bad_body(&answer, &error))?;
        Ok(Self {
            records,
            has_next: answer.link.as_deref().is_some_and(has_next),
            server_time: answer.read_at(),
            request_id: answer.request_id,
        })
    }

    /// The highest id on it, from which the next page by id goes on.
    pub fn last_id(&self) -> Option<i64> {
        self.records.iter().filter_map(|record| record.id).max()
    }
}

/// True when a `Link` header has a target for `next`.
fn has_next(link: &str) -> bool {
    link.split(',').any(|part| part.contains("rel=\"next\""))
}

#[derive(Deserialize)]
struct Count {
    count: u64,
}

/// The number in a count's answer.
pub(crate) fn count_of(answer: &Answer) -> Result<u64, Error> {
    let count: Count = serde_json::from_slice(&answer.body).map_err(|error| bad_body(answer, &error))?;
    Ok(count.count)
}
