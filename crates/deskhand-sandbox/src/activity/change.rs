//! What an update makes of a ticket's JSON.

use bytes::Bytes;

use crate::seed::Desk;
use crate::world::{Document, EDIT_COUNT, Members, iso, text};

/// A ticket with some of its members changed, and the rest as it was written.
pub(super) fn changed(ticket: &Document, change: impl FnOnce(&mut Members)) -> Bytes {
    let Ok(mut members) = Members::read(&ticket.raw) else {
        return ticket.raw.clone();
    };
    change(&mut members);
    members.to_json().into_bytes().into_boxed_slice().into()
}

/// The next revision of a ticket: one edit more, stamped, by somebody.
pub(super) fn revised(ticket: &Document, stamp: i64, by: &str, change: impl FnOnce(&mut Members)) -> Document {
    let edit = ticket.edit + 1;
    let raw = changed(ticket, |members| {
        change(members);
        count_edit(members, edit);
        members.within("_info", |info| {
            info.set("lastUpdated", text(&iso(stamp)));
            info.set("updatedBy", text(by));
        });
    });
    Document {
        updated: stamp,
        edit,
        raw,
        ..ticket.clone()
    }
}

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

/// Writes the edit count into its custom field, which tickets from files do not have at first.
fn count_edit(members: &mut Members, edit: u32) {
    let fields = members.get("customFields").unwrap_or("[]");
    let mut fields: Vec<Members> = serde_json::from_str(fields).unwrap_or_default();
    let caption = text(EDIT_COUNT);
    if let Some(field) = fields
        .iter_mut()
        .find(|field| field.get("caption") == Some(caption.as_str()))
    {
        field.set("value", edit.to_string());
    } else if let Ok(field) = Members::read(new_edit_count(edit).as_bytes()) {
        fields.push(field);
    }
    let fields: Vec<_> = fields.iter().map(Members::to_json).collect();
    members.set("customFields", format!("[{}]", fields.join(",")));
}

/// Its id is far from those that desks have.
fn new_edit_count(edit: u32) -> String {
    format!(
        "{{\"id\":9009,\"caption\":{},\"type\":\"Number\",\"entryMethod\":\"EntryField\",\"numberOfDecimals\":0,\"value\":{edit}}}",
        text(EDIT_COUNT)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    #[test]
    fn a_revision_leaves_what_it_does_not_change_as_it_was_written() {
        let json = r#"{"id":7,"summary":"é \"q\"","estimatedTimeCost":0.00,"_info":{"lastUpdated":"2026-01-01T00:00:00Z","a_href":"x"},"escalationLevel":1}"#;
        let ticket = Document::read(Bytes::from_static(json.as_bytes()), 0).unwrap();
        let revised = revised(&ticket, 1_800_000_000, "jdoe", |members| {
            members.set("impact", text("High"));
        });
        let expected = r#"{"id":7,"summary":"é \"q\"","estimatedTimeCost":0.00,"impact":"High","_info":{"lastUpdated":"2027-01-15T08:00:00Z","a_href":"x","updatedBy":"jdoe"},"escalationLevel":1,"customFields":[{"id":9009,"caption":"Edit Count","type":"Number","entryMethod":"EntryField","numberOfDecimals":0,"value":1}]}"#;
        assert_eq!(revised.raw, expected);
        assert_eq!(Document::read(revised.raw, 0).unwrap().edit, 1);
    }

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
