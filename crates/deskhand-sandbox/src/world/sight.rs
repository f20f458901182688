//! What is seen and when: everything at once, the clock set back, tickets that go where nobody looks.

use super::{Document, Kind, Revision, World};

impl World {
    /// Makes everything visible that was still waiting for its time.
    pub fn make_all_visible(&self) {
        let mut table = self.tables[&Kind::Ticket].write();
        let now = self.clock.now_ms();
        table.shift(|from| from.min(now));
        self.shift_truth(|from| from.min(now));
    }

    /// Puts the clock this many seconds ahead of the machine's; what is visible stays visible.
    pub fn set_clock(&self, seconds: i64) {
        let mut table = self.tables[&Kind::Ticket].write();
        let before = self.clock.now_ms();
        let back = (self.clock.offset() - seconds) * 1000;
        self.clock.set_offset(seconds);
        if back > 0 {
            let now = before.saturating_sub(back);
            // What still waited waits as long as before.
            let moved = |from: i64| if from > before { from - back } else { from.min(now) };
            table.shift(moved);
            self.shift_truth(moved);
        }
    }

    fn shift_truth(&self, change: impl Fn(i64) -> i64) {
        for revision in self.truth.lock().values_mut().flatten() {
            revision.from_ms = change(revision.from_ms);
        }
    }

    /// Takes a ticket out of sight until [`World::show`]: to a board that no role may see.
    pub fn hide(&self, ticket: Document) {
        let mut table = self.tables[&Kind::Ticket].write();
        if table.remove(ticket.id).is_some_and(|removed| removed.service) {
            let gone = Revision::gone(self.clock.now_ms());
            self.truth.lock().entry(ticket.id).or_default().push(gone);
        }
        self.hidden.lock().insert(ticket.id, ticket);
    }

    /// A ticket that was hidden, which now has to be [put](World::put) back or be forgotten.
    pub fn show(&self, id: i64) -> Option<Document> {
        self.hidden.lock().remove(&id)
    }

    /// The tickets that are out of sight.
    pub fn hidden(&self) -> Vec<i64> {
        self.hidden.lock().keys().copied().collect()
    }
}
