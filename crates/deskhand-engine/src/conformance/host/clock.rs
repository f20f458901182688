//! A clock that stands still until it is moved.

use std::time::Duration;

use deskhand_command::{BoxFuture, Clock};
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use tokio::sync::Notify;

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub(crate) struct ToyClock {
    now: Mutex<Timestamp>,
    moved: Notify,
}

impl ToyClock {
    pub(crate) fn new(second: i64) -> Self {
        Self {
            now: Mutex::new(Timestamp::from_second(second).unwrap_or_default()),
            moved: Notify::new(),
        }
    }

    /// Moves it to a time; back, too.
    pub(crate) fn set(&self, to: Timestamp) {
        *self.now.lock() = to;
        self.moved.notify_waiters();
    }

    pub(crate) fn advance(&self, seconds: i64) {
        let to = self.now().saturating_add(SignedDuration::from_secs(seconds));
        self.set(to.unwrap_or(Timestamp::MAX));
    }
}

impl Clock for ToyClock {
    fn now(&self) -> Timestamp {
        *self.now.lock()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        let until = self.now().saturating_add(duration).unwrap_or(Timestamp::MAX);
        Box::pin(async move {
            loop {
                let moved = self.moved.notified();
                tokio::pin!(moved);
                moved.as_mut().enable();
                if self.now() >= until {
                    return;
                }
                moved.await;
            }
        })
    }
}
