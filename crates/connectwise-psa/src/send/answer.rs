//! An answer that worked out.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use jiff::{SignedDuration, Timestamp};

use super::bad_body;
use crate::Error;
use crate::records::{self, RawRecord};

/// The body of a successful answer, and what its headers said.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status, 200 to 299.
    pub status: u16,
    /// The body as received.
    pub body: Bytes,
    /// The server's time when it answered, in whole seconds (the `Date` header).
    pub server_time: Option<Timestamp>,
    /// How long it took to begin.
    pub(crate) took: Duration,
    /// The vendor's id of the request.
    pub request_id: Option<String>,
    /// The `Link` header.
    pub(crate) link: Option<String>,
}

impl Answer {
    /// The record in the body.
    pub fn record(&self) -> Result<RawRecord, Error> {
        records::single(&self.body).map_err(|error| bad_body(self, &error))
    }

    /// The server's time when it may have read what it answered, to a second: before it began to answer.
    pub(crate) fn read_at(&self) -> Option<Timestamp> {
        let took = i64::try_from(self.took.as_secs()).unwrap_or(i64::MAX);
        self.server_time?.checked_sub(SignedDuration::from_secs(took)).ok()
    }

    pub(super) fn new(status: StatusCode, headers: &HeaderMap, body: Bytes, took: Duration) -> Self {
        let text = |name: &str| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        Self {
            status: status.as_u16(),
            body,
            server_time: server_time(headers),
            took,
            request_id: text("x-cw-request-id"),
            link: text("link"),
        }
    }
}

/// The `Date` header.
pub(super) fn server_time(headers: &HeaderMap) -> Option<Timestamp> {
    let date = headers.get("date")?.to_str().ok()?;
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_answer_shows_may_have_been_read_when_it_was_asked_for() {
        let mut headers = HeaderMap::new();
        headers.insert("date", "Thu, 26 Nov 2026 12:00:30 GMT".parse().unwrap());
        let answer = |took: Duration| Answer::new(StatusCode::OK, &headers, Bytes::new(), took);
        let read_at = |took: Duration| answer(took).read_at().unwrap().to_string();
        assert_eq!(read_at(Duration::from_millis(900)), "2026-11-26T12:00:30Z");
        assert_eq!(read_at(Duration::from_millis(12_400)), "2026-11-26T12:00:18Z");
    }
}
