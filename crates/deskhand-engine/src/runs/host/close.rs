//! Closing: what is at work is let end, and runs are given back.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// Whether the host is closing.
#[derive(Debug, Default)]
pub(super) struct Closing {
    closing: AtomicBool,
    told: Notify,
}

impl Closing {
    pub(super) fn close(&self) {
        self.closing.store(true, Ordering::SeqCst);
        self.told.notify_waiters();
    }

    pub(super) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::SeqCst)
    }

    /// Comes when the host closes.
    pub(super) async fn closed(&self) {
        let told = self.told.notified();
        tokio::pin!(told);
        told.as_mut().enable();
        if !self.is_closing() {
            told.await;
        }
    }
}
