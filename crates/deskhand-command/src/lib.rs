//! The contract of a command, of its output and failures, and of what brings events.
//!
//! A command is declared once ([`Declaration`]) and runs everywhere; what it returns ([`CommandOutput`]) is the same JSON
//! on every surface. A [`Feed`] is how an integration brings records in, an [`EventSource`] says what becomes of them.
//! This crate knows no vendor, does no network I/O and reads no clock but the one it is handed.

mod callbacks;
mod clock;
mod command;
pub mod event_source;
mod failure;
mod feed;
pub mod input;
mod integration;
pub mod journal;
mod output;
mod results;

pub use callbacks::{Announced, Callbacks, Delivery, NotBelieved, Registered, WantedCallback};
pub use clock::{Clock, SystemClock};
pub use command::{BoxFuture, Command, Context, Declaration, Effect, Mode, NoProgress, Progress, States};
pub use event_source::EventSource;
pub use failure::{Failure, Retry};
pub use feed::{Batch, Feed, Head, Heads, Lookup, Pass, Quarantined, Record};
pub use integration::{
    FeedWish, Integration, IntegrationDescription, OpenConnection, Parameter, Settings, find_declaration,
};
pub use output::{
    Column, CommandOutput, ContextData, KeyField, Of, Outcome, ReturnData, Rows, RunSummary, Table, html_table,
};
pub use results::{Results, Spill, SpillKey};
