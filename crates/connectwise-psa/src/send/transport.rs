//! One attempt: send, read the body, tell what kind of end it came to.

use std::error::Error as StdError;
use std::io;
use std::time::{Duration, Instant};

use http::{HeaderMap, StatusCode};
use jiff::Timestamp;

use super::answer::{Answer, server_time};
use super::buffers::Buffers;
use crate::error::describe;
use crate::{Error, ErrorKind, VendorError};

/// Sends a request and reads the whole answer; statuses other than 2xx are errors that keep what the vendor said.
pub(super) async fn attempt(
    http: &reqwest::Client,
    buffers: &Buffers,
    request: reqwest::Request,
) -> Result<Answer, Error> {
    let address = request.url().host_str().unwrap_or_default().to_owned();
    let begun = Instant::now();
    let mut response = http.execute(request).await.map_err(|error| unsent(&address, error))?;
    let took = begun.elapsed();
    let (status, headers) = (response.status(), response.headers().clone());
    let expected = response
        .content_length()
        .and_then(|length| usize::try_from(length).ok())
        .unwrap_or(0);
    let mut body = buffers.take(expected.min(LARGEST_RESERVED));
    while let Some(chunk) = response.chunk().await.map_err(|error| broken(&headers, error))? {
        body.extend_from_slice(&chunk);
    }
    if status.is_success() {
        Ok(Answer::new(status, &headers, buffers.body(body), took))
    } else {
        Err(refused(status, &headers, &body))
    }
}

/// What a server says of its body's length is believed up to this many bytes.
const LARGEST_RESERVED: usize = 32 << 20;

/// What to do when the vendor asks to wait and does not say how long.
const DEFAULT_WAIT: Duration = Duration::from_secs(30);

fn refused(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Error {
    let kind = ErrorKind::of_status(status.as_u16());
    let vendor = VendorError::parse(body);
    let message = match (&vendor, kind) {
        (_, ErrorKind::Redirected) => format!("the server points elsewhere, to {}", location(headers)),
        (Some(vendor), _) => vendor.sentence(),
        (None, _) => describe(body),
    };
    let wait = retry_after(headers).or_else(|| (kind == ErrorKind::RateLimited).then_some(DEFAULT_WAIT));
    Error::new(kind, message)
        .with_status(status.as_u16())
        .with_vendor(vendor)
        .with_request_id(header(headers, "x-cw-request-id"))
        .with_server_time(server_time(headers))
        .with_retry_after(wait)
}

/// No answer began.
fn unsent(address: &str, error: reqwest::Error) -> Error {
    let error = error.without_url();
    let deepest = deepest_text(&error);
    let (kind, message) = if error.is_timeout() {
        (ErrorKind::TimedOut, format!("no answer from {address} in time"))
    } else if deepest.contains("certificate") || deepest.contains("UnknownIssuer") || deepest.contains("TLS") {
        (
            ErrorKind::Tls,
            format!("the certificate of {address} is not trusted: {deepest}"),
        )
    } else if error.is_connect() {
        (ErrorKind::Connect, format!("cannot reach {address}: {deepest}"))
    } else {
        (
            ErrorKind::Protocol,
            format!("the connection to {address} broke: {deepest}"),
        )
    };
    Error::new(kind, message).with_source(error)
}

/// The answer began and did not end.
fn broken(headers: &HeaderMap, error: reqwest::Error) -> Error {
    let error = error.without_url();
    let error_kind = if error.is_timeout() {
        ErrorKind::TimedOut
    } else {
        ErrorKind::Protocol
    };
    let message = match error_kind {
        ErrorKind::TimedOut => "the answer did not arrive in time".to_owned(),
        _ => format!("the answer broke off: {}", deepest_text(&error)),
    };
    Error::new(error_kind, message)
        .with_request_id(header(headers, "x-cw-request-id"))
        .with_source(error)
}

/// The innermost cause says most; an operating system's text comes with its number.
fn deepest_text(error: &(dyn StdError + 'static)) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        if let Some(io) = source.downcast_ref::<io::Error>()
            && io.raw_os_error().is_some()
        {
            return io.to_string();
        }
        deepest = source;
    }
    deepest.to_string()
}

/// `Retry-After` in seconds or as a date, the latter against the answer's own `Date`.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("retry-after")?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds.min(3600)));
    }
    let until: Timestamp = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    let wait = until.as_second() - server_time(headers)?.as_second();
    Some(Duration::from_secs(u64::try_from(wait).unwrap_or(0).min(3600)))
}

fn location(headers: &HeaderMap) -> String {
    header(headers, "location").unwrap_or_else(|| "nowhere".to_owned())
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let wait = |retry: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("retry-after", retry.parse().unwrap());
            headers.insert("date", "Tue, 24 Nov 2026 10:00:00 GMT".parse().unwrap());
            retry_after(&headers)
        };
        assert_eq!(wait("30"), Some(Duration::from_secs(30)));
        assert_eq!(wait("Tue, 24 Nov 2026 10:00:12 GMT"), Some(Duration::from_secs(12)));
        assert_eq!(wait("soon"), None);
    }
}
