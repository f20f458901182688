//! Automation rules, and new events on their way to rules and playbooks.
//!
//! `decide.rs` is pure: an event, the rules and who waits for events, to what becomes of it. `hand_out.rs` performs it.

mod decide;
mod file;
mod hand_out;
mod rule;

pub(crate) use decide::ids_of_runs;
pub use decide::{Fetched, Led, Moment, Subscription, Waiting, decide, set_off};
pub use file::WrittenRule;
pub use hand_out::hand_out;
pub use rule::{EVENT_MEMBERS, Rule, Verdict, roots_of};
