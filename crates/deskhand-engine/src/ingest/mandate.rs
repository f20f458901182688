//! Whether a run is still wanted, which is asked while it reads: a first pass can take hours.

use deskhand_command::{BoxFuture, Failure};

/// Knows whether a run is still wanted as it was prepared.
pub trait Mandate: Send + Sync {
    /// Asked before the run begins, and before each page; when it is not, the run ends, and what it has committed stays.
    fn stands(&self) -> BoxFuture<'_, Result<bool, Failure>>;
}

/// Whoever began the run waits for its end.
#[derive(Debug, Clone, Copy, Default)]
pub struct ToTheEnd;

impl Mandate for ToTheEnd {
    fn stands(&self) -> BoxFuture<'_, Result<bool, Failure>> {
        Box::pin(std::future::ready(Ok(true)))
    }
}
