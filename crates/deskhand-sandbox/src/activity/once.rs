//! Single acts on the desk, as the control interface and tests ask for them.

use super::work::Worker;
use crate::world::{Document, Kind};

impl Worker<'_> {
    /// Updates a ticket. False when it is not there.
    pub(crate) fn touch(&self, id: i64, random: &mut fastrand::Rng) -> bool {
        self.once(id, |ticket| self.update(ticket, random))
    }

    /// Deletes a ticket. False when it is not there.
    pub(crate) fn delete_one(&self, id: i64) -> bool {
        self.once(id, |ticket| self.delete(ticket))
    }

    /// Makes a project ticket of it. False when it is not there.
    pub(crate) fn convert_one(&self, id: i64, random: &mut fastrand::Rng) -> bool {
        self.once(id, |ticket| self.convert(ticket, random))
    }

    /// Moves a ticket to a board that no role may see. False when it is not there.
    pub(crate) fn move_one(&self, id: i64) -> bool {
        self.once(id, |ticket| self.hide(ticket))
    }

    /// Moves a ticket back from there. False when it is not there.
    pub(crate) fn return_one(&self, id: i64, random: &mut fastrand::Rng) -> bool {
        let _turn = self.world.turn();
        self.show(id, random)
    }

    /// Renames a company inside its tickets, whose stamps stay. False when it is not known.
    pub(crate) fn rename_company(&self, company: i64, name: &str) -> bool {
        let _turn = self.world.turn();
        self.rename(company, name)
    }

    /// Writes another codebase into all hrefs.
    pub(crate) fn new_codebase(&self, codebase: &str) {
        self.set_codebase(codebase);
    }

    /// Updates the first so many service tickets within one second, the present one; returns their number.
    pub(crate) fn one_second(&self, count: usize) -> usize {
        let _turn = self.world.turn();
        let tickets: Vec<Document> = self.world.read(Kind::Ticket, |table| {
            let service = table.newest_after(i64::MIN).filter(|ticket| ticket.service);
            service.take(count).cloned().collect()
        });
        let stamp = self.world.clock.now_seconds();
        for ticket in &tickets {
            self.stamp_with(ticket, stamp);
        }
        tickets.len()
    }

    fn once(&self, id: i64, act: impl FnOnce(&Document)) -> bool {
        let _turn = self.world.turn();
        let ticket = self.world.newest(Kind::Ticket, id).filter(|ticket| ticket.service);
        ticket.as_ref().map(act).is_some()
    }
}
