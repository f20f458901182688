//! Time that is moved: the sandbox's, which passes soon when somebody waits for it.

use std::sync::Arc;
use std::time::Duration;

use deskhand_command::{BoxFuture, Clock, SystemClock};
use deskhand_sandbox::Running;
use jiff::{SignedDuration, Timestamp};

/// What is under way in earnest, such as a request, is given so long before time is moved for those who wait.
const PATIENCE: Duration = Duration::from_millis(50);

/// The sandbox's time. Whoever waits moves it forward.
#[derive(Clone)]
pub(super) struct SandboxTime {
    pub(super) sandbox: Arc<Running>,
}

impl SandboxTime {
    /// Moves the time forward to this one; it never goes back.
    pub(super) fn move_to(&self, time: Timestamp) {
        let ahead = time.duration_since(self.now());
        if ahead.is_positive() {
            self.move_by(ahead);
        }
    }

    fn move_by(&self, by: SignedDuration) {
        let clock = &self.sandbox.world().clock;
        let seconds = by.as_secs() + i64::from(by.subsec_nanos() > 0);
        clock.set_offset(clock.offset() + seconds);
    }
}

impl Clock for SandboxTime {
    fn now(&self) -> Timestamp {
        SystemClock.now() + SignedDuration::from_secs(self.sandbox.world().clock.offset())
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
