//! The runs that a host is at work on, which it must not take from itself.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::runs::RunLease;

/// The runs that a host is at work on, with the fences of its claims.
///
/// After an outage, or when the machine has slept, the time of claims may be over before any of them could be renewed. Who
/// drives such a run knows what its steps have done, and the journal does not.
#[derive(Debug, Default)]
pub(super) struct AtWork(Mutex<HashMap<String, i64>>);

/// One of these runs; it is none any more when this is dropped.
pub(super) struct Kept {
    at_work: Arc<AtWork>,
    lease: RunLease,
}

impl AtWork {
    pub(super) fn ids(&self) -> Vec<String> {
        self.0.lock().keys().cloned().collect()
    }

    pub(super) fn keep(self: &Arc<Self>, lease: &RunLease) -> Kept {
        self.0.lock().insert(lease.run.clone(), lease.fence);
        Kept {
            at_work: Arc::clone(self),
            lease: lease.clone(),
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let mut at_work = self.at_work.0.lock();
        if at_work.get(&self.lease.run) == Some(&self.lease.fence) {
            at_work.remove(&self.lease.run);
        }
    }
}
