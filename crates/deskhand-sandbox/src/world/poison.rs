//! Tickets that make every page fail on which they are.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::RwLock;

use super::World;

/// The poisoned tickets; asked for every ticket of a page, so that none has to cost nothing.
#[derive(Debug, Default)]
pub(super) struct Poison {
    any: AtomicBool,
    ids: RwLock<BTreeSet<i64>>,
}

impl World {
    /// A page that holds this ticket answers 500; 0 is none.
    pub fn set_poison(&self, id: i64) {
        self.set_poisons((id != 0).then_some(id));
    }

    /// A page that holds one of these tickets answers 500.
    pub fn set_poisons(&self, ids: impl IntoIterator<Item = i64>) {
        let mut known = self.poison.ids.write();
        *known = ids.into_iter().collect();
        self.poison.any.store(!known.is_empty(), Ordering::Relaxed);
    }

    /// The tickets that make their pages fail.
    pub fn poisons(&self) -> Vec<i64> {
        self.poison.ids.read().iter().copied().collect()
    }

    /// True when this ticket makes its page fail.
    pub fn is_poisoned(&self, id: i64) -> bool {
        self.poison.any.load(Ordering::Relaxed) && self.poison.ids.read().contains(&id)
    }
}
