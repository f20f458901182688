//! Work that goes on behind a request whose answer was lost.

use std::sync::atomic::{AtomicI64, Ordering};

use parking_lot::Mutex;

/// Work by the time at which it is due, in milliseconds of the sandbox's clock.
#[derive(Debug)]
pub(crate) struct Pending<T> {
    /// The earliest due time, so that whoever asks pays nothing while nothing waits.
    next: AtomicI64,
    waiting: Mutex<Vec<(i64, T)>>,
}

impl<T> Default for Pending<T> {
    fn default() -> Self {
        Self {
            next: AtomicI64::new(i64::MAX),
            waiting: Mutex::default(),
        }
    }
}

impl<T> Pending<T> {
    pub(crate) fn add(&self, due_ms: i64, work: T) {
        let mut waiting = self.waiting.lock();
        waiting.push((due_ms, work));
        self.next.fetch_min(due_ms, Ordering::SeqCst);
    }

    /// Performs what is due, in the order of its time; returns after others have, too, so that nobody sees it half done.
    pub(crate) fn perform(&self, now_ms: i64, mut perform: impl FnMut(T)) {
        if self.next.load(Ordering::SeqCst) > now_ms {
            return;
        }
        let mut waiting = self.waiting.lock();
        waiting.sort_by_key(|(due_ms, _)| *due_ms);
        let due = waiting.iter().take_while(|(due_ms, _)| *due_ms <= now_ms).count();
        for (_, work) in waiting.drain(..due) {
            perform(work);
        }
        let next = waiting.first().map_or(i64::MAX, |(due_ms, _)| *due_ms);
        self.next.store(next, Ordering::SeqCst);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.lock().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_performed_once_when_it_is_due_and_in_its_order() {
        let pending = Pending::default();
        for due in [30, 10, 20] {
            pending.add(due, due);
        }
        let mut done = Vec::new();
        pending.perform(9, |work| done.push(work));
        pending.perform(20, |work| done.push(work));
        assert!(!pending.is_empty());
        pending.perform(99, |work| done.push(work));
        pending.perform(99, |work| done.push(work));
        assert!(pending.is_empty());
        assert_eq!(done, [10, 20, 30]);
    }
}
