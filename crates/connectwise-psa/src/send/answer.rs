//! An answer that worked out.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;

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

    pub(super) fn new(status: StatusCode, headers: &HeaderMap, body: Bytes) -> Self {
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
