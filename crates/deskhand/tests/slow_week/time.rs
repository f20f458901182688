//! Time that is moved, for a desk and all of its sandboxes alike.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use deskhand_command::{BoxFuture, Clock, SystemClock};
use deskhand_sandbox::Running;
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;

/// Time is moved for those who wait when no sandbox was asked anything for so long: nobody is at work then.
const QUIET: Duration = Duration::from_millis(50);
/// How often that is looked at.
const LOOK: Duration = Duration::from_millis(10);
/// It is moved by so much at most: a client that waits by the real clock, as for its next try, asks for nothing meanwhile either.
const STEP: SignedDuration = SignedDuration::from_secs(5);

/// The time of the desk and of its sandboxes.
#[derive(Clone)]
pub(crate) struct MovedTime(Arc<Moved>);

struct Moved {
    offset: AtomicI64,
    sandboxes: Vec<Arc<Running>>,
    /// Until when somebody waits, and how many do.
    waiting: Mutex<BTreeMap<Timestamp, usize>>,
    work: Mutex<Work>,
}

/// What the sandboxes were asked, the last time somebody looked.
struct Work {
    looked: Instant,
    requests: u64,
    /// Since when there was nothing new.
    since: Instant,
}

/// Somebody who waits until then; dropped, nobody does.
struct Waiting<'a> {
    moved: &'a Moved,
    until: Timestamp,
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
            waiting: Mutex::default(),
            work: Mutex::new(Work {
                looked: Instant::now(),
                requests: 0,
                since: Instant::now(),
            }),
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
            let _waiting = self.0.wait_until(end);
            while self.now() < end {
                tokio::time::sleep(LOOK).await;
                if let Some(first) = self.0.first_waiting()
                    && self.0.is_quiet()
                {
                    self.move_to(first.min(self.now() + STEP));
                }
            }
        })
    }
}

impl Moved {
    fn wait_until(&self, until: Timestamp) -> Waiting<'_> {
        *self.waiting.lock().entry(until).or_default() += 1;
        Waiting { moved: self, until }
    }

    fn first_waiting(&self) -> Option<Timestamp> {
        self.waiting.lock().keys().next().copied()
    }

    /// Whether nobody is at work; it is looked at by whoever asks first.
    fn is_quiet(&self) -> bool {
        let mut work = self.work.lock();
        let now = Instant::now();
        if now.duration_since(work.looked) >= LOOK {
            let requests = self.sandboxes.iter().map(|sandbox| sandbox.log().count()).sum();
            work.looked = now;
            if requests != work.requests {
                (work.requests, work.since) = (requests, now);
            }
        }
        // Once for each time that is waited for.
        let is_quiet = now.duration_since(work.since) >= QUIET;
        if is_quiet {
            work.since = now;
        }
        is_quiet
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut waiting = self.moved.waiting.lock();
        if let Some(count) = waiting.get_mut(&self.until) {
            *count -= 1;
            if *count == 0 {
                waiting.remove(&self.until);
            }
        }
    }
}
