//! A request before it is sent: a value that can be compared, and shown as text.

use std::fmt::Write as _;

use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::write::Patch;

/// What is asked of the PSA, relative to the API root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The verb.
    pub method: Method,
    /// The path below the API root, without a slash before it: `service/tickets/7`.
    pub path: String,
    /// Query parameters in order, not yet encoded.
    pub query: Vec<(&'static str, String)>,
    /// The header by which forward-only paging is asked for.
    pub forward_only: bool,
    /// A JSON body.
    pub body: Option<String>,
}

/// Left as they are in a query: what no server mistakes for a separator.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b',');

impl Request {
    /// Reads what is at this path.
    pub fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            query: Vec::new(),
            forward_only: false,
            body: None,
        }
    }

    /// Sends this JSON to a path, which makes or does something there.
    pub fn post(path: impl Into<String>, body: &Value) -> Self {
        Self::with_body(Method::POST, path, body)
    }

    /// Changes parts of the record at this path.
    pub fn patch(path: impl Into<String>, patch: &Patch) -> Self {
        Self::with_body(Method::PATCH, path, &patch.to_json())
    }

    /// Replaces the whole record at this path; what the body does not name is set to its default.
    pub fn put(path: impl Into<String>, body: &Value) -> Self {
        Self::with_body(Method::PUT, path, body)
    }

    /// Deletes the record at this path.
    pub fn delete(path: impl Into<String>) -> Self {
        let mut request = Self::get(path);
        request.method = Method::DELETE;
        request
    }

    fn with_body(method: Method, path: impl Into<String>, body: &Value) -> Self {
        let mut request = Self::get(path);
        request.method = method;
        request.body = Some(body.to_string());
        request
    }

    /// Adds a query parameter.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// The path and the encoded query.
    pub fn path_and_query(&self) -> String {
        let mut text = self.path.clone();
        for (at, (name, value)) in self.query.iter().enumerate() {
            text.push(if at == 0 { '?' } else { '&' });
            text.push_str(name);
            text.push('=');
            text.extend(utf8_percent_encode(value, PLAIN));
        }
        text
    }

    /// The request as text, for tests and dry runs: verb, path, query, body.
    ///
    /// ```
    /// use connectwise_psa::Request;
    ///
    /// let request = Request::get("service/tickets").with("conditions", "id > 5");
    /// assert_eq!(request.to_text(), "GET service/tickets?conditions=id%20%3E%205");
    /// ```
    pub fn to_text(&self) -> String {
        let mut text = format!("{} {}", self.method, self.path_and_query());
        if self.forward_only {
            text.push_str("\npagination-type: forward-only");
        }
        if let Some(body) = &self.body {
            write!(text, "\n\n{body}").expect("writing to a string does not fail");
        }
        text
    }

    /// True when sending it again changes nothing.
    pub(crate) fn is_read(&self) -> bool {
        self.method == Method::GET || (self.method == Method::POST && self.path.ends_with("/search"))
    }
}
