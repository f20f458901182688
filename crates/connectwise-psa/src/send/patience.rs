//! How often, and how patiently, a read is tried again.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

/// How often a read that may succeed later is tried again; being asked to wait does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Tries after the first one.
    pub retries: usize,
    /// The wait before the second try; later ones double, each with up to as much again at random.
    pub first_delay: Duration,
    /// The longest wait.
    pub longest_delay: Duration,
    /// How often the vendor may ask to wait before that becomes the error.
    pub refusals: usize,
}

impl Patience {
    /// For work in the background.
    pub const PATIENT: Self = Self {
        retries: 5,
        first_delay: Duration::from_millis(300),
        longest_delay: Duration::from_secs(20),
        refusals: 30,
    };

    /// For somebody who waits.
    pub const PROMPT: Self = Self {
        retries: 3,
        first_delay: Duration::from_millis(100),
        longest_delay: Duration::from_secs(3),
        refusals: 5,
    };

    /// The waits between tries.
    pub(super) fn delays(&self) -> ExponentialBackoff {
        ExponentialBuilder::default()
            .with_min_delay(self.first_delay)
            .with_max_delay(self.longest_delay)
            .with_max_times(self.retries)
            .with_jitter()
            .build()
    }
}
