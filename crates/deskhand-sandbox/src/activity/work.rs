//! The daily work: tickets are created, updated, closed and merged.

use super::change::{closed, some_members};
use super::rate::{Activity, Deed};
use crate::fault::Faults;
use crate::seed::{Desk, Ticket, merged_into};
use crate::world::{Document, Kind, Members, Table, World, revised};

/// Who works on the desk.
pub(crate) struct Worker<'a> {
    pub(crate) world: &'a World,
    pub(crate) desk: &'a Desk,
    pub(crate) faults: &'a Faults,
    pub(crate) activity: Activity,
}

impl Worker<'_> {
    /// Does one thing.
    pub(crate) fn step(&self, random: &mut fastrand::Rng) {
        let _turn = self.world.turn();
        match self.activity.choose(random) {
            Deed::Create => self.create(random),
            Deed::Update => self.with_any(random, |ticket, random| self.update(ticket, random)),
            Deed::Close => self.with_any(random, |ticket, random| self.close(ticket, random)),
            Deed::SameSecond => self.with_any(random, |ticket, random| self.update_twice(ticket, random)),
            Deed::Merge => self.merge(random),
            Deed::Delete => self.with_any(random, |ticket, _| self.delete(ticket)),
            Deed::Convert => self.with_any(random, |ticket, random| self.convert(ticket, random)),
            Deed::Hide => self.with_any(random, |ticket, _| self.hide(ticket)),
            Deed::Show => self.show_any(random),
            Deed::RenameCompany => self.with_any(random, |ticket, random| self.rename_company_of(ticket, random)),
            Deed::NewCodebase => self.next_codebase(random),
            Deed::Poison => self.with_any(random, |ticket, _| self.world.set_poison(ticket.id)),
        }
    }

    fn create(&self, random: &mut fastrand::Rng) {
        let id = self.world.read(Kind::Ticket, |table| table.last_id().max(999) + 1);
        let stamp = self.stamp(random);
        let ticket = Ticket {
            id,
            entered: stamp,
            updated: stamp,
            edit: 0,
            project: false,
            closed: false,
        };
        self.commit(ticket.document(self.desk, random), random);
    }

    pub(super) fn update(&self, ticket: &Document, random: &mut fastrand::Rng) {
        self.update_at(ticket, self.stamp(random), random);
    }

    pub(super) fn update_at(&self, ticket: &Document, stamp: i64, random: &mut fastrand::Rng) {
        let by = self.desk.any_member(random).1;
        let revised = revised(ticket, stamp, by, |members| {
            some_members(members, self.desk, ticket.edit + 1, random);
        });
        self.commit(revised, random);
    }

    fn close(&self, ticket: &Document, random: &mut fastrand::Rng) {
        let (stamp, by) = (self.stamp(random), self.desk.any_member(random).1);
        let revised = revised(ticket, stamp, by, |members| {
            closed(members, self.desk, stamp, by, random);
        });
        self.commit(revised, random);
    }

    /// Two updates with one stamp: whoever read in between has to notice the second.
    fn update_twice(&self, ticket: &Document, random: &mut fastrand::Rng) {
        let stamp = self.stamp(random);
        self.update_at(ticket, stamp, random);
        if let Some(ticket) = self.world.newest(Kind::Ticket, ticket.id) {
            self.update_at(&ticket, stamp, random);
            self.faults.count("same-second");
        }
    }

    /// The child is closed and names its parent, and the parent says that it has such a child.
    fn merge(&self, random: &mut fastrand::Rng) {
        let (Some(child), Some(parent)) = (self.any(random), self.any(random)) else {
            return;
        };
        if child.id == parent.id {
            return;
        }
        let (stamp, by) = (self.stamp(random), self.desk.any_member(random).1);
        let summary = Members::read(&parent.raw)
            .ok()
            .and_then(|members| members.get("summary").map(str::to_owned))
            .unwrap_or_else(|| "\"\"".to_owned());
        let child = revised(&child, stamp, by, |members| {
            closed(members, self.desk, stamp, by, random);
            members.set("mergedParentTicket", merged_into(parent.id, &summary));
        });
        self.commit(child, random);
        let parent = revised(&parent, stamp, by, |members| {
            members.set("hasMergedChildTicketFlag", "true".to_owned());
        });
        self.commit(parent, random);
    }

    fn with_any(&self, random: &mut fastrand::Rng, act: impl FnOnce(&Document, &mut fastrand::Rng)) {
        if let Some(ticket) = self.any(random) {
            act(&ticket, random);
        }
    }

    /// Some service ticket that is there.
    fn any(&self, random: &mut fastrand::Rng) -> Option<Document> {
        self.world.read(Kind::Ticket, |table| pick(table, random).cloned())
    }

    /// Stores it so that it shows after the commit lag.
    pub(super) fn commit(&self, ticket: Document, random: &mut fastrand::Rng) {
        let lag = random.f64() * self.activity.commit_lag_seconds.clamp(0.0, LONGEST_LAG);
        #[expect(clippy::cast_possible_truncation, reason = "at most some hours")]
        let lag_ms = (lag * 1000.0) as i64;
        if lag_ms > 0 {
            self.faults.count("commit-lag");
        }
        self.world.put(Kind::Ticket, ticket, self.world.clock.now_ms() + lag_ms);
    }

    /// Now, as one of three servers has it.
    pub(super) fn stamp(&self, random: &mut fastrand::Rng) -> i64 {
        let skew = self.activity.skew_seconds.clamp(-LONGEST_SKEW, LONGEST_SKEW);
        let off = [0, -skew, skew][random.usize(..3)];
        if off != 0 {
            self.faults.count("skew");
        }
        self.world.clock.now_seconds() + off
    }
}

/// Bounds for what people write: a day.
const LONGEST_LAG: f64 = 86_400.0;
const LONGEST_SKEW: i64 = 86_400;

/// From some id on, the first service ticket; round to the lowest when there is none.
fn pick<'t>(table: &'t Table, random: &mut fastrand::Rng) -> Option<&'t Document> {
    let (first, last) = (table.first_id()?, table.last_id());
    let from = random.i64(first..=last.max(first)) - 1;
    let is_open_to_all = |ticket: &&Document| ticket.service;
    table
        .newest_after(from)
        .find(is_open_to_all)
        .or_else(|| table.newest_after(i64::MIN).find(is_open_to_all))
}
