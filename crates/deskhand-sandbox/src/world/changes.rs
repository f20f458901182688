//! Who is told that tickets change.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use super::{Document, World};

/// What happened to a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Added,
    Updated,
    Deleted,
}

/// A service ticket that was added, updated or deleted.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) action: Action,
    /// As it is now, or was.
    pub(crate) ticket: Document,
    /// The identifier of who did it, where that is known.
    pub(crate) by: String,
}

/// A queue to whoever listens; nothing is queued while nobody wants to know.
#[derive(Debug, Default)]
pub(super) struct Changes {
    wanted: AtomicBool,
    queue: OnceLock<UnboundedSender<Change>>,
}

impl World {
    /// The queue of changes, once.
    pub(crate) fn changes(&self) -> UnboundedReceiver<Change> {
        let (sender, receiver) = mpsc::unbounded_channel();
        let _only_once = self.changes.queue.set(sender);
        receiver
    }

    /// Whether changes are to be queued.
    pub(crate) fn tell_changes(&self, wanted: bool) {
        self.changes.wanted.store(wanted, Ordering::Relaxed);
    }

    pub(super) fn wants_changes(&self) -> bool {
        self.changes.wanted.load(Ordering::Relaxed)
    }

    pub(super) fn tell(&self, action: Action, ticket: &Document, by: Option<&str>) {
        if !self.wants_changes() || !ticket.service {
            return;
        }
        if let Some(queue) = self.changes.queue.get() {
            let by = by.map_or_else(|| updated_by(ticket), str::to_owned);
            let ticket = ticket.clone();
            // Nobody listens any more when the sandbox ends.
            let _ended = queue.send(Change { action, ticket, by });
        }
    }
}

fn updated_by(ticket: &Document) -> String {
    let read: Value = serde_json::from_slice(&ticket.raw).unwrap_or_default();
    read["_info"]["updatedBy"].as_str().unwrap_or_default().to_owned()
}
