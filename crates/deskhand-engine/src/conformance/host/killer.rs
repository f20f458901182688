//! Kills a process at one of its points: nothing that it would do afterwards happens.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

use crate::runs::host::{Observer, Point};

/// Ends a process at a point, counted from 1.
#[derive(Debug)]
pub struct Killer {
    at: usize,
    passed: AtomicUsize,
    died: Notify,
}

impl Killer {
    /// Kills at this point.
    pub fn at(point: usize) -> Self {
        Self {
            at: point,
            passed: AtomicUsize::new(0),
            died: Notify::new(),
        }
    }

    /// Lets everything happen.
    pub fn never() -> Self {
        Self::at(usize::MAX)
    }

    /// How many points were passed.
    pub fn passed(&self) -> usize {
        self.passed.load(Ordering::SeqCst)
    }

    /// Whether it has killed.
    pub fn is_dead(&self) -> bool {
        self.passed() >= self.at
    }

    /// Comes when the process is dead.
    pub async fn dies(&self) {
        let died = self.died.notified();
        tokio::pin!(died);
        died.as_mut().enable();
        if !self.is_dead() {
            died.await;
        }
    }

    /// A point inside of a work: the dead do not come back from it.
    pub(crate) async fn point(&self) {
        if self.pass() {
            std::future::pending::<()>().await;
        }
    }

    /// Passes a point; true for the dead.
    fn pass(&self) -> bool {
        if !self.is_dead() {
            self.passed.fetch_add(1, Ordering::SeqCst);
        }
        if self.is_dead() {
            self.died.notify_waiters();
        }
        self.is_dead()
    }
}

impl Observer for Killer {
    fn at(&self, _run: &str, _point: Point<'_>) -> ControlFlow<()> {
        if self.pass() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}
