//! Time that is moved, for a desk and all of its sandboxes alike.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use deskhand_command::{BoxFuture, Clock, SystemClock};
use deskhand_sandbox::Running;
use jiff::{SignedDuration, Timestamp};

/// What is under way in earnest, such as a request, is given so long before time is moved for those who wait.
const PATIENCE: Duration = Duration::from_millis(20);

/// The time of the desk and of its sandboxes.
#[derive(Clone)]
pub(crate) struct MovedTime(Arc<Moved>);

struct Moved {
    offset: AtomicI64,
    sandboxes: Vec<Arc<Running>>,
}

impl MovedTime {
    /// Begins at a time; nothing has happened in the sandboxes yet.
    pub(crate) fn beginning(at: Timestamp, sandboxes: Vec<Arc<Running>>) -> Self {
        let offset = at.duration_since(SystemClock.now()).as_secs();
        for sandbox in &sandboxes {
            sandbox.world().set_clock(offset);
        }
        Self(Arc::new(Moved {
            offset: AtomicI64::new(offset),
            sandboxes,
        }))
    }

    /// Moves the time forward to this one; it never goes back.
    pub(crate) fn move_to(&self, time: Timestamp) {
        let ahead = time.duration_since(self.now());
        if ahead.is_positive() {
            let seconds = ahead.as_secs() + i64::from(ahead.subsec_nanos() > 0);
            let offset = self.0.offset.fetch_add(seconds, Ordering::SeqCst) + seconds;
            for sandbox in &self.0.sandboxes {
                sandbox.world().clock.set_offset(offset);
            }
        }
    }
}

impl Clock for MovedTime {
    fn now(&self) -> Timestamp {
        SystemClock.now() + SignedDuration::from_secs(self.0.offset.load(Ordering::SeqCst))
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        let duration = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
        let end = self.now().saturating_add(duration).unwrap_or(Timestamp::MAX);
        Box::pin(async move {
            tokio::time::sleep(PATIENCE).await;
            self.move_to(end);
        })
    }
}
