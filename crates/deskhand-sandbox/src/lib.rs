//! A local PSA that behaves like the ConnectWise PSA REST API.
//!
//! It answers what the vendor's documents and recorded answers are certain of, makes switchable what they disagree on,
//! and says where something is invented. It has seeds that look like an MSP's desk ([`Seed`]), goes on working by itself
//! ([`Activity`]), fails on demand ([`Faults`]) and knows the truth about everything that could be seen ([`World`]).
//!
//! ```
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! use deskhand_sandbox::{Options, start};
//!
//! let sandbox = start(Options::with_tickets(10)).await?;
//! println!("company sandbox, keys public / private, at {}", sandbox.url());
//! # Ok::<(), deskhand_sandbox::StartError>(()) })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod activity;
mod binding;
mod callback;
mod control;
mod fault;
mod http;
mod note;
mod options;
mod outbox;
mod pairs;
pub mod query;
mod quirks;
mod refusal;
mod running;
mod seed;
mod ticket;
mod world;

pub use activity::{Activity, Mix};
pub use callback::{CallbackTimes, Delivery};
pub use fault::{Fault, FaultKind, Faults, Limit, LimitError, RequestLog, Rule, Seen};
pub use options::Options;
pub use outbox::{Mail, Outbox, Recipient};
pub use quirks::{Quirk, QuirkError, Quirks};
pub use running::{Running, StartError, start};
pub use seed::{Desk, LoadError, Priorities, Seed, load, plant};
pub use world::{
    Document, Kind, Level, Member, Members, Page, ROLE_LINES, Reach, Right, Role, SandboxClock, Table, Ticking,
    TruthRow, VOLATILE, World,
};
