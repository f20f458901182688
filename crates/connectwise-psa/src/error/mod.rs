//! What can go wrong, with everything that the vendor said about it.

mod kind;
mod vendor;

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

pub use kind::ErrorKind;
pub(crate) use vendor::describe;
pub use vendor::{FieldError, VendorError};

/// Something on the way gave up waiting; what it waited for may still happen.
const REQUEST_TIMEOUT: u16 = 408;

/// A request that did not work out.
#[derive(Debug)]
pub struct Error {
    inner: Box<Inner>,
}

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    message: String,
    status: Option<u16>,
    vendor: Option<VendorError>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    server_time: Option<Timestamp>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let message = message.into();
        let inner = Inner {
            kind,
            message,
            status: None,
            vendor: None,
            request_id: None,
            retry_after: None,
            server_time: None,
            source: None,
        };
        Self { inner: Box::new(inner) }
    }

    pub(crate) fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.inner.source = Some(Box::new(source));
        self
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.inner.status = Some(status);
        self
    }

    pub(crate) fn with_vendor(mut self, vendor: Option<VendorError>) -> Self {
        self.inner.vendor = vendor;
        self
    }

    pub(crate) fn with_request_id(mut self, id: Option<String>) -> Self {
        self.inner.request_id = id;
        self
    }

    pub(crate) fn with_server_time(mut self, time: Option<Timestamp>) -> Self {
        self.inner.server_time = time;
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.inner.retry_after = wait;
        self
    }

    /// Takes the private key out of what a server may have echoed.
    pub(crate) fn scrubbed(mut self, credentials: &crate::Credentials) -> Self {
        self.inner.message = credentials.scrub(&self.inner.message);
        self.inner.vendor = self.inner.vendor.map(|vendor| vendor.scrubbed(credentials));
        self
    }

    /// What kind of thing went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// The HTTP status, when there was an answer.
    pub fn status(&self) -> Option<u16> {
        self.inner.status
    }

    /// What the vendor said, when its body could be read as one of its errors.
    pub fn vendor(&self) -> Option<&VendorError> {
        self.inner.vendor.as_ref()
    }

    /// One sentence for people: the vendor's own words, the beginning of another body, or what happened to the request.
    pub fn message(&self) -> String {
        self.inner.message.clone()
    }

    /// The vendor's id of the request (`x-cw-request-id`), for its support.
    pub fn request_id(&self) -> Option<&str> {
        self.inner.request_id.as_deref()
    }

    /// How long the vendor asked to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// The server's time when it answered, when there was an answer.
    pub fn server_time(&self) -> Option<Timestamp> {
        self.inner.server_time
    }

    /// True when a write that ended so certainly had no effect: it was refused, or never left.
    ///
    /// Time-outs, broken connections, unreadable answers and most 5xx leave it open. 500s about the type of a value are
    /// refusals (seen in other clients' tests).
    pub fn had_no_effect(&self) -> bool {
        match self.inner.kind {
            ErrorKind::Unauthorized
            | ErrorKind::Forbidden
            | ErrorKind::NotFound
            | ErrorKind::RateLimited
            | ErrorKind::Redirected
            | ErrorKind::Connect
            | ErrorKind::Tls
            | ErrorKind::Configuration => true,
            ErrorKind::Rejected => self.inner.status != Some(REQUEST_TIMEOUT),
            ErrorKind::Server => vendor::is_type_error(&self.inner.message),
            ErrorKind::TimedOut | ErrorKind::Protocol | ErrorKind::BadBody => false,
        }
    }

    /// True when the same read may succeed later.
    pub fn is_retryable(&self) -> bool {
        match self.inner.kind {
            ErrorKind::RateLimited | ErrorKind::TimedOut | ErrorKind::Connect | ErrorKind::Protocol => true,
            ErrorKind::BadBody => self.inner.status != Some(200) || !self.is_html(),
            ErrorKind::Server => !vendor::is_type_error(&self.inner.message),
            _ => false,
        }
    }

    /// True when nothing of the API may be where the request was sent: a 404 that is not the vendor's own `NotFound`, or
    /// the words of the cloud's gateway.
    pub(crate) fn may_be_another_root(&self) -> bool {
        match self.inner.kind {
            ErrorKind::NotFound => self
                .inner
                .vendor
                .as_ref()
                .is_none_or(|vendor| vendor.code != "NotFound"),
            ErrorKind::Rejected => self.inner.vendor.is_none() && self.inner.message.contains("Cannot route"),
            _ => false,
        }
    }

    fn is_html(&self) -> bool {
        self.inner.message.contains("a web page")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.inner.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner
            .source
            .as_ref()
            .map(|source| &**source as &(dyn StdError + 'static))
    }
}
