//! Time that passes when somebody waits for it, here and in the sandbox alike.

use std::sync::Arc;
use std::time::Duration;

use deskhand_command::{BoxFuture, Clock, Context, SystemClock};
use deskhand_sandbox::Running;
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;

/// What happens while somebody waits.
type WhileWaiting = Box<dyn FnMut(&Running) + Send>;

/// A clock that moves the sandbox's along.
pub(crate) struct MovedClock {
    sandbox: Arc<Running>,
    meanwhile: Mutex<Option<WhileWaiting>>,
}

impl MovedClock {
    pub(crate) fn new(sandbox: &Arc<Running>) -> Arc<Self> {
        Arc::new(Self {
            sandbox: Arc::clone(sandbox),
            meanwhile: Mutex::default(),
        })
    }

    /// Does something at the first wait.
    pub(crate) fn meanwhile(&self, what: impl FnMut(&Running) + Send + 'static) {
        *self.meanwhile.lock() = Some(Box::new(what));
    }

    /// A run at this time.
    pub(crate) fn context(self: &Arc<Self>, run: &str) -> Context {
        Context::new(Arc::clone(self) as Arc<dyn Clock>, run)
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        SystemClock.now() + SignedDuration::from_secs(self.sandbox.world().clock.offset())
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        if let Some(mut what) = self.meanwhile.lock().take() {
            what(&self.sandbox);
        }
        let clock = &self.sandbox.world().clock;
        clock.set_offset(clock.offset() + i64::try_from(duration.as_millis().div_ceil(1000)).unwrap());
        Box::pin(std::future::ready(()))
    }
}
