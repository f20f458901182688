//! An answer that worked out.

use bytes::Bytes;
use http::HeaderMap;
use jiff::Timestamp;

/// The body of a successful answer, and what its headers said.
#[derive(Debug, Clone)]
pub struct Answer {
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
    pub(super) fn new(headers: &HeaderMap, body: Bytes) -> Self {
        let text = |name: &str| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        Self {
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
