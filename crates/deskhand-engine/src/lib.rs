//! Events and their ingestion; knows no vendor and no SQL.
//!
//! A [`Feed`](deskhand_command::Feed) brings records in passes, an [`EventStore`] keeps what becomes of them together with
//! the position that brought them. [`ingest`] is what happens in between: `decide` is pure, `run` performs it.

#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
pub mod engine;
pub mod rules;
pub mod vaults;
