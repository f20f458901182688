//! The kinds of error that callers tell apart.

/// What kind of thing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// 401: the keys were not accepted.
    Unauthorized,
    /// 403: the security role does not allow it, or the client id is missing.
    Forbidden,
    /// 404.
    NotFound,
    /// Another 4xx: the vendor refused the request.
    Rejected,
    /// 429.
    RateLimited,
    /// 5xx.
    Server,
    /// No answer in time.
    TimedOut,
    /// No connection: unknown host, refused, unreachable, or a proxy that did not let us through.
    Connect,
    /// The server's certificate is not trusted.
    Tls,
    /// The connection broke, or what came over it was not HTTP.
    Protocol,
    /// An answer that is not what was asked for: HTML, empty, cut off, or other JSON.
    BadBody,
    /// The server wanted to send us elsewhere, which is not followed: the keys would travel.
    Redirected,
    /// The client cannot be built this way.
    Configuration,
}

impl ErrorKind {
    /// The kind of an answer with this status.
    pub(crate) fn of_status(status: u16) -> Self {
        match status {
            300..=399 => Self::Redirected,
            401 => Self::Unauthorized,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            429 => Self::RateLimited,
            500..=599 => Self::Server,
            _ => Self::Rejected,
        }
    }
}
