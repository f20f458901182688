//! What is answered: compact JSON when it worked, pretty JSON with CRLF when it did not, as recorded.

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use serde_json::{Value, json};

use crate::query::QueryError;
use crate::refusal::Refusal;

pub(crate) type Body = BoxBody<Bytes, std::io::Error>;

/// An answer before faults and common headers.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
    pub(crate) content_type: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Answer {
    pub(crate) fn json(body: impl Into<Bytes>) -> Self {
        Self {
            status: 200,
            body: body.into(),
            content_type: "application/json; charset=utf-8",
            headers: Vec::new(),
        }
    }

    /// The vendor's error family.
    pub(crate) fn error(status: u16, code: &str, message: &str) -> Self {
        Self::pretty(status, &json!({"code": code, "message": message}))
    }

    /// Errors have two spaces and CRLF.
    fn pretty(status: u16, body: &Value) -> Self {
        let pretty = serde_json::to_string_pretty(body)
            .unwrap_or_default()
            .replace('\n', "\r\n");
        Self {
            status,
            ..Self::json(pretty)
        }
    }

    pub(crate) fn page(status: u16, title: &str) -> Self {
        let page = format!(
            "<!DOCTYPE html>\r\n<html><head><title>{title}</title></head><body><h2>{title}</h2></body></html>\r\n"
        );
        Self {
            status,
            content_type: "text/html",
            ..Self::json(page)
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn into_response(self, common: &[(&'static str, String)], body: Option<Body>) -> Response<Body> {
        let length = self.body.len();
        let mut response =
            Response::new(body.unwrap_or_else(|| Full::new(self.body).map_err(|never| match never {}).boxed()));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let fixed = [
            ("content-type", self.content_type.to_owned()),
            ("content-length", length.to_string()),
        ];
        for (name, value) in fixed.iter().chain(common).chain(&self.headers) {
            if let Ok(value) = value.parse() {
                response.headers_mut().insert(*name, value);
            }
        }
        response
    }
}

impl From<QueryError> for Answer {
    fn from(error: QueryError) -> Self {
        Self::error(error.status, error.code, &error.message)
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Plain { status, code, message } => Self::error(status, code, &message),
            Refusal::Invalid { resource, problems } => {
                let errors: Vec<_> = problems
                    .into_iter()
                    .map(|problem| {
                        json!({
                            "code": problem.code,
                            "message": problem.message,
                            "resource": resource,
                            "field": problem.field,
                        })
                    })
                    .collect();
                let message = format!("{resource} object is invalid");
                Self::pretty(
                    400,
                    &json!({"code": "InvalidObject", "message": message, "errors": errors}),
                )
            }
        }
    }
}
