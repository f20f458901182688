//! What an update makes of a ticket's JSON.

use crate::seed::Desk;
use crate::world::{Members, iso, text};

/// One to three members change, as they do when people work.
pub(super) fn some_members(members: &mut Members, desk: &Desk, edit: u32, random: &mut fastrand::Rng) {
    for _ in 0..random.u8(1..=3) {
        match random.u8(..6) {
            0 => members.set("summary", text(&desk.summary(edit, random))),
            1 => status(members, desk, false, random),
            2 => {
                let priorities = desk.priorities();
                members.set("priority", priorities[random.usize(..priorities.len())].clone());
            }
            3 => {
                let (owner, identifier) = desk.any_member(random);
                members.set("owner", owner.to_owned());
                members.set("resources", text(identifier));
            }
            4 => members.set("actualHours", format!("{}.{:02}", random.u8(..40), random.u8(..100))),
            _ => members.set("severity", text(["Low", "Medium", "High"][random.usize(..3)])),
        }
    }
}

/// Gives the ticket a status of its board; boards from files have none that the desk knows.
pub(super) fn status(members: &mut Members, desk: &Desk, closed: bool, random: &mut fastrand::Rng) {
    let statuses = desk.statuses(reference_id(members, "board"), closed);
    if !statuses.is_empty() {
        members.set("status", statuses[random.usize(..statuses.len())].to_owned());
    }
    if !closed {
        members.set("closedFlag", "false".to_owned());
        for name in ["closedDate", "closedBy", "dateResolved"] {
            members.remove(name);
        }
    }
}

/// A closed status and everything that comes with it.
pub(super) fn closed(members: &mut Members, desk: &Desk, stamp: i64, by: &str, random: &mut fastrand::Rng) {
    status(members, desk, true, random);
    members.set("closedDate", text(&iso(stamp)));
    members.set("closedBy", text(by));
    members.set("closedFlag", "true".to_owned());
    members.set("dateResolved", text(&iso(stamp)));
    members.set("slaStatus", text("Resolved"));
}

fn reference_id(members: &Members, name: &str) -> i64 {
    let reference = members.get(name).and_then(|json| Members::read(json.as_bytes()).ok());
    let id = reference.as_ref().and_then(|reference| reference.get("id"));
    id.and_then(|id| id.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    #[test]
    fn closing_and_opening_keep_status_and_flags_together() {
        let desk = Desk::new(&Seed::default());
        let mut random = fastrand::Rng::with_seed(1);
        let mut members = Members::read(br#"{"id":7,"board":{"id":1},"closedFlag":false,"_info":{}}"#).unwrap();
        closed(&mut members, &desk, 1_800_000_000, "jdoe", &mut random);
        assert!(members.get("status").unwrap().contains(">Closed"));
        assert_eq!(
            (members.get("closedFlag"), members.get("closedBy")),
            (Some("true"), Some("\"jdoe\""))
        );
        status(&mut members, &desk, false, &mut random);
        assert!(!members.get("status").unwrap().contains(">Closed"));
        assert_eq!(
            (members.get("closedFlag"), members.get("closedDate")),
            (Some("false"), None)
        );
    }
}
