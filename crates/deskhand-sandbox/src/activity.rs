//! A desk that goes on working: tickets are created, updated, closed, merged, and go away.

use serde::{Deserialize, Serialize};

use crate::fault::Faults;
use crate::seed::{Desk, Ticket};
use crate::world::{Document, EDIT_COUNT, Kind, Members, Table, World, iso, text};

/// How lively the desk is, and how unruly.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Activity {
    /// Changes a second.
    pub per_second: f64,
    /// A change becomes visible up to this many seconds after its stamp.
    pub commit_lag_seconds: f64,
    /// The stamps of different servers differ by up to this many seconds, either way.
    pub skew_seconds: i64,
    /// Tickets are deleted, converted and moved out of sight as well.
    pub removals: bool,
    /// Companies are renamed, the codebase of hrefs changes, and now and then a ticket makes its page fail.
    pub upheaval: bool,
}

impl Default for Activity {
    fn default() -> Self {
        Self {
            per_second: 1.0,
            commit_lag_seconds: 0.0,
            skew_seconds: 0,
            removals: false,
            upheaval: false,
        }
    }
}

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
        let choice = random.u32(..1000);
        match choice {
            0..=119 => self.create(random),
            800..=899 => self.close(random),
            900..=959 => self.update_twice(random),
            960..=969 => self.merge(random),
            970..=989 if self.activity.removals => self.remove(random),
            990..=999 if self.activity.upheaval => self.upheave(random),
            _ => self.update(random),
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

    fn update(&self, random: &mut fastrand::Rng) {
        let Some(ticket) = self.any(random) else { return };
        self.change(&ticket, self.stamp(random), random, |_, _| {});
    }

    fn close(&self, random: &mut fastrand::Rng) {
        let Some(ticket) = self.any(random) else { return };
        let stamp = self.stamp(random);
        self.change(&ticket, stamp, random, |members, _| {
            members.set("closedFlag", "true".to_owned());
            members.set("closedDate", text(&iso(stamp)));
        });
    }

    /// Two updates with one stamp: whoever read in between has to notice the second.
    fn update_twice(&self, random: &mut fastrand::Rng) {
        let Some(ticket) = self.any(random) else { return };
        let stamp = self.stamp(random);
        self.change(&ticket, stamp, random, |_, _| {});
        if let Some(ticket) = self.world.newest(Kind::Ticket, ticket.id) {
            self.change(&ticket, stamp, random, |_, _| {});
            self.faults.count("same-second");
        }
    }

    fn merge(&self, random: &mut fastrand::Rng) {
        let (Some(child), Some(parent)) = (self.any(random), self.any(random)) else {
            return;
        };
        self.change(&child, self.stamp(random), random, |members, _| {
            members.set(
                "mergedParentTicket",
                format!("{{\"id\":{},\"summary\":\"merged\"}}", parent.id),
            );
            members.set("closedFlag", "true".to_owned());
        });
    }

    fn remove(&self, random: &mut fastrand::Rng) {
        let Some(ticket) = self.any(random) else { return };
        let how = ["deleted", "converted", "moved"][random.usize(..3)];
        self.world.remove(Kind::Ticket, ticket.id);
        if how == "converted" {
            let mut project = ticket;
            project.service = false;
            project.raw = changed(&project, |members| members.set("recordType", text("ProjectTicket")));
            self.world.put(Kind::Ticket, project, self.world.clock.now_ms());
        }
        self.faults.count(how);
    }

    fn upheave(&self, random: &mut fastrand::Rng) {
        match random.u8(..3) {
            0 => self.rename_company(random),
            1 => {
                self.world
                    .set_codebase(["v4_6_release", "v2026_1", "v2026_2"][random.usize(..3)]);
                self.faults.count("codebase");
            }
            _ => {
                let id = self.any(random).map_or(0, |ticket| ticket.id);
                self.world.set_poison(id);
            }
        }
    }

    /// The name changes inside every ticket of the company, and no ticket's stamp does.
    fn rename_company(&self, random: &mut fastrand::Rng) {
        let Some(ticket) = self.any(random) else { return };
        let Ok(members) = Members::read(&ticket.raw) else {
            return;
        };
        let Some(old) = members.get("company").map(str::to_owned) else {
            return;
        };
        let mut new = members.clone();
        new.within("company", |company| {
            company.set("name", text(&format!("Renamed {} Ltd", random.u16(..))));
        });
        let new = new.get("company").unwrap_or_default().to_owned();
        self.world.rewrite(Kind::Ticket, |ticket| {
            let json = std::str::from_utf8(&ticket.raw).ok()?;
            json.contains(&old)
                .then(|| json.replace(&old, &new).into_bytes().into())
        });
        self.faults.count("renamed");
    }

    /// A service ticket, the later ones more often.
    fn any(&self, random: &mut fastrand::Rng) -> Option<Document> {
        let last = self.world.read(Kind::Ticket, Table::last_id);
        (0..20).find_map(|_| {
            let id = random.i64(1_000.min(last)..=last);
            self.world.newest(Kind::Ticket, id).filter(|ticket| ticket.service)
        })
    }

    fn change(
        &self,
        ticket: &Document,
        stamp: i64,
        random: &mut fastrand::Rng,
        more: impl FnOnce(&mut Members, &mut fastrand::Rng),
    ) {
        let (edit, updated) = (ticket.edit + 1, stamp.max(ticket.updated));
        let raw = changed(ticket, |members| {
            members.set("summary", text(&format!("Changed {edit} times: “{}”", random.u32(..))));
            members.set("actualHours", format!("{}.{:02}", random.u8(..9), random.u8(..99)));
            more(members, random);
            count_edit(members, edit);
            members.within("_info", |info| {
                info.set("lastUpdated", text(&iso(updated)));
                info.set("updatedBy", text("mfischer"));
            });
        });
        self.commit(
            Document {
                updated,
                edit,
                raw,
                ..ticket.clone()
            },
            random,
        );
    }

    /// Stores it so that it shows after the commit lag.
    fn commit(&self, ticket: Document, random: &mut fastrand::Rng) {
        let lag = random.f64() * self.activity.commit_lag_seconds;
        if lag > 0.0 {
            self.faults.count("commit-lag");
        }
        #[expect(clippy::cast_possible_truncation, reason = "a few seconds")]
        let visible_from = self.world.clock.now_ms() + (lag * 1000.0) as i64;
        self.world.put(Kind::Ticket, ticket, visible_from);
    }

    /// Now, as one of several servers has it.
    fn stamp(&self, random: &mut fastrand::Rng) -> i64 {
        let skew = self.activity.skew_seconds;
        if skew == 0 {
            return self.world.clock.now_seconds();
        }
        self.faults.count("skew");
        self.world.clock.now_seconds() + random.i64(-skew..=skew)
    }
}

fn changed(ticket: &Document, change: impl FnOnce(&mut Members)) -> bytes::Bytes {
    let Ok(mut members) = Members::read(&ticket.raw) else {
        return ticket.raw.clone();
    };
    change(&mut members);
    members.to_json().into()
}

/// Writes the edit count into its custom field, which tickets from files may not have.
fn count_edit(members: &mut Members, edit: u32) {
    let fields = members.get("customFields").unwrap_or("[]").to_owned();
    let mut fields: Vec<Members> = serde_json::from_str(&fields).unwrap_or_default();
    fields.retain(|field| field.get("caption") != Some(&text(EDIT_COUNT)));
    let count = format!(
        "{{\"id\":9,\"caption\":{},\"type\":\"Number\",\"entryMethod\":\"EntryField\",\"numberOfDecimals\":0,\"value\":{edit}}}",
        text(EDIT_COUNT)
    );
    let mut all = vec![count];
    all.extend(fields.iter().map(Members::to_json));
    members.set("customFields", format!("[{}]", all.join(",")));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::{Seed, plant};

    #[test]
    fn the_truth_is_one_story_for_each_ticket() {
        let world = World::empty();
        let desk = plant(
            &world,
            &Seed {
                tickets: 200,
                ..Seed::default()
            },
        );
        let faults = Faults::new(1);
        let activity = Activity {
            commit_lag_seconds: 0.02,
            skew_seconds: 2,
            removals: true,
            upheaval: true,
            ..Activity::default()
        };
        let worker = Worker {
            world: &world,
            desk: &desk,
            faults: &faults,
            activity,
        };
        let mut random = fastrand::Rng::with_seed(5);
        for _ in 0..3_000 {
            worker.step(&mut random);
        }
        world.make_all_visible();
        let truth = world.truth();
        for pair in truth.windows(2).filter(|pair| pair[0].id == pair[1].id) {
            assert!(
                pair[0].until_ms.is_some_and(|until| until <= pair[1].from_ms),
                "{pair:?}"
            );
        }
        let current: Vec<_> = truth.iter().filter(|row| row.until_ms.is_none()).collect();
        let now = world.clock.now_ms();
        let visible: Vec<_> = world.read(Kind::Ticket, |table| {
            table
                .after(0, now)
                .filter(|ticket| ticket.service)
                .map(|ticket| (ticket.id, ticket.edit))
                .collect()
        });
        assert_eq!(
            current.iter().map(|row| (row.id, row.edit)).collect::<Vec<_>>(),
            visible
        );
        for (id, edit) in visible {
            let ticket = world.newest(Kind::Ticket, id).unwrap();
            assert_eq!(Document::read(ticket.raw, 0).unwrap().edit, edit);
        }
        for what in [
            "commit-lag",
            "skew",
            "same-second",
            "deleted",
            "converted",
            "moved",
            "renamed",
            "codebase",
        ] {
            assert!(faults.fired().contains_key(what), "{what}");
        }
    }
}
