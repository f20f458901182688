//! What can go wrong on demand, and what was asked and answered.

mod limit;
mod log;
mod pending;
mod rules;

pub(crate) use limit::Limiter;
pub use limit::{Limit, LimitError};
pub use log::{RequestLog, Seen};
pub(crate) use pending::Pending;
pub(crate) use rules::name;
pub use rules::{Fault, FaultKind, Faults, Rule};
