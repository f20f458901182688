//! The commands and the feed against a sandbox; names begin with the row of the requirements that they check.
#![expect(clippy::unwrap_used, reason = "test code")]

mod failures;
mod feed;
mod fetch_event;
mod filters;
mod lost;
mod moved;
mod support;
mod test_connection;
