//! The vendor's query language as the sandbox reads it: conditions, order and fields.
//!
//! It is written apart from any client, so that the two cannot share a misunderstanding. What the vendor has not
//! published is marked as invented where it is decided.

mod evaluate;
mod fields;
mod names;
mod order;
mod parse;
mod quirk;
mod tokens;

pub use evaluate::{Row, matches};
pub(crate) use evaluate::{check_names, child_matches, custom_field_matches};
pub use fields::Fields;
pub use names::Names;
#[cfg(test)]
pub(crate) use names::TICKET_MEMBERS;
pub use order::Order;
pub use parse::{Condition, Literal, Operator, parse};
pub(crate) use quirk::find_nothing_from_a_date_on;

/// Why a query is refused, as the vendor would answer it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError {
    /// 400, or 500 for a value of the wrong type.
    pub status: u16,
    /// `ApiFindCondition` or `ConnectWiseApi`.
    pub code: &'static str,
    /// The vendor's sentence where one is recorded, an invented one elsewhere.
    pub message: String,
}

impl QueryError {
    /// The recorded answer to a name that the record does not have.
    pub(crate) fn unknown_name(path: &str) -> Self {
        Self {
            status: 400,
            code: "ApiFindCondition",
            message: format!("{path} is not a recognized name."),
        }
    }

    /// Invented: the vendor's words for broken syntax are not known.
    pub(crate) fn syntax(message: impl Into<String>) -> Self {
        Self {
            status: 400,
            code: "ApiFindCondition",
            message: message.into(),
        }
    }
}
