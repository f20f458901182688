//! How long deliveries wait.

use std::time::Duration;

/// How long deliveries wait; the vendor's times unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallbackTimes {
    /// How long a receiver may take.
    pub timeout: Duration,
    /// How long to wait before each repetition.
    pub retries: [Duration; 2],
}

impl Default for CallbackTimes {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(5),
            retries: [Duration::from_secs(2), Duration::from_secs(4)],
        }
    }
}
