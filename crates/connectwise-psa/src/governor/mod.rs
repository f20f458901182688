//! How many requests may be under way at once: as many as the server bears, and none while it asked to wait.
//!
//! [`Limit`](limit::Limit) decides, with the time passed in; [`Governor`] makes callers wait accordingly.

mod limit;
mod queue;
mod shared;

pub use queue::{Governor, Measured, Urgency};
pub(crate) use queue::{Permit, Seen};
