//! The health of connections: a check every so many minutes, what it came to, and who hears of it.

mod check;
mod state;

pub use check::{HealthCheck, schedule_name};
pub use state::{CheckResult, Health, HealthState, health, results};
