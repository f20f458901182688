//! What can go wrong on demand, and what was asked and answered.

mod log;
mod rules;

pub use log::{RequestLog, Seen};
pub(crate) use rules::name;
pub use rules::{Fault, FaultKind, Faults, Rule};
