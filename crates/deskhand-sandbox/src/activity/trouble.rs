//! What makes reading hard: tickets that go away while they are read, names and addresses that change in silence.

use super::work::Worker;
use crate::world::{Document, Kind, Members, changed, iso, revised, text};

impl Worker<'_> {
    pub(super) fn delete(&self, ticket: &Document) {
        self.world.remove(Kind::Ticket, ticket.id);
        self.faults.count("deleted");
    }

    /// The ticket becomes a project ticket, which `/service/tickets` does not show.
    pub(super) fn convert(&self, ticket: &Document, random: &mut fastrand::Rng) {
        let stamp = self.stamp(random);
        let mut project = ticket.clone();
        project.service = false;
        project.updated = stamp;
        project.raw = changed(ticket, |members| {
            members.set("recordType", text("ProjectTicket"));
            members.within("_info", |info| info.set("lastUpdated", text(&iso(stamp))));
        });
        self.world.remove(Kind::Ticket, ticket.id);
        self.world.put(Kind::Ticket, project, self.world.clock.now_ms());
        self.faults.count("converted");
    }

    /// The ticket goes to a board that no role may see; its JSON can stay as it is, because nobody does.
    pub(super) fn hide(&self, ticket: &Document) {
        self.world.hide(ticket.clone());
        self.faults.count("moved");
    }

    /// A ticket comes back from there, as an update.
    pub(super) fn show(&self, id: i64, random: &mut fastrand::Rng) -> bool {
        let Some(ticket) = self.world.show(id) else {
            return false;
        };
        self.update(&ticket, random);
        self.faults.count("returned");
        true
    }

    pub(super) fn show_any(&self, random: &mut fastrand::Rng) {
        let hidden = self.world.hidden();
        if let Some(id) = random.choice(hidden) {
            self.show(id, random);
        }
    }

    pub(super) fn rename_company_of(&self, ticket: &Document, random: &mut fastrand::Rng) {
        let name = format!("Renamed {} Ltd", random.u16(..));
        if let Some(id) = company_of(ticket) {
            self.rename(id, &name);
        }
    }

    pub(super) fn rename(&self, company: i64, name: &str) -> bool {
        let known = self.world.rename_company(company, name);
        if known {
            self.faults.count("renamed");
        }
        known
    }

    pub(super) fn next_codebase(&self, random: &mut fastrand::Rng) {
        let now = self.world.codebase();
        let others: Vec<_> = CODEBASES.iter().filter(|codebase| **codebase != now).collect();
        self.set_codebase(others[random.usize(..others.len())]);
    }

    pub(super) fn set_codebase(&self, codebase: &str) {
        self.world.set_codebase(codebase);
        self.faults.count("codebase");
    }

    /// Updates a ticket so that it has this stamp, and shows at once.
    pub(super) fn stamp_with(&self, ticket: &Document, stamp: i64) {
        let revised = revised(ticket, stamp, "dispatch", |_| {});
        self.world.put(Kind::Ticket, revised, self.world.clock.now_ms());
    }
}

/// What the cloud may call itself from one day to the next.
const CODEBASES: [&str; 3] = ["v4_6_release", "v2026_1", "v2026_2"];

fn company_of(ticket: &Document) -> Option<i64> {
    let members = Members::read(&ticket.raw).ok()?;
    Members::read(members.get("company")?.as_bytes())
        .ok()?
        .get("id")?
        .parse()
        .ok()
}
