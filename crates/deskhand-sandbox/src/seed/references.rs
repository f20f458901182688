//! Records that tickets from files name and the world does not have: made from the references.

use serde_json::Value;
use serde_json::value::RawValue;

use super::desk::{SET_UP, document};
use crate::world::{Document, Kind, Members, World, iso, text};

/// Members of a ticket that refer to records the sandbox lists, and whether these belong to a board.
const REFERENCES: [(&str, Kind, bool); 14] = [
    ("board", Kind::Board, false),
    ("status", Kind::BoardStatus, true),
    ("type", Kind::BoardType, true),
    ("subType", Kind::BoardSubType, true),
    ("item", Kind::BoardItem, true),
    ("team", Kind::BoardTeam, true),
    ("priority", Kind::Priority, false),
    ("company", Kind::Company, false),
    ("contact", Kind::Contact, false),
    ("source", Kind::Source, false),
    ("serviceLocation", Kind::ServiceLocation, false),
    ("location", Kind::SystemLocation, false),
    ("department", Kind::Department, false),
    ("owner", Kind::Member, false),
];

/// Makes known what a ticket refers to.
pub(super) fn know(world: &World, ticket: &Document) {
    let Ok(members) = Members::read(&ticket.raw) else {
        return;
    };
    let board = members.get("board");
    let board_id = board.and_then(id_of).unwrap_or(0);
    for (name, kind, of_board) in REFERENCES {
        let Some(reference) = members.get(name) else { continue };
        let Some(id) = id_of(reference) else { continue };
        if world.newest(kind, id).is_some() {
            continue;
        }
        let parent = if of_board { board_id } else { 0 };
        if let Some(record) = record(reference, kind, &members) {
            world.seed(kind, document(id, parent, record));
        }
    }
}

fn id_of(reference: &str) -> Option<i64> {
    let reference: Value = serde_json::from_str(reference).ok()?;
    reference.get("id")?.as_i64()
}

/// The reference's members without its addresses, with those that lists are asked for.
fn record(reference: &str, kind: Kind, ticket: &Members) -> Option<String> {
    let mut record = Members::read(reference.as_bytes()).ok()?;
    match kind {
        Kind::BoardStatus => {
            record.set("board", ticket.get("board").unwrap_or("{}").to_owned());
            record.set("inactive", "false".to_owned());
            record.set("closedStatus", ticket.get("closedFlag").unwrap_or("false").to_owned());
        }
        Kind::BoardType | Kind::BoardSubType | Kind::BoardItem => {
            record.set("board", ticket.get("board").unwrap_or("{}").to_owned());
        }
        Kind::Priority => {
            let sort = record.get("sort").unwrap_or("1").to_owned();
            record.remove("sort");
            record.set("sortOrder", sort);
        }
        Kind::Contact | Kind::Member => named(&mut record, kind, ticket),
        _ => {}
    }
    record.set(
        "_info",
        format!("{{\"lastUpdated\":{},\"updatedBy\":\"zadmin\"}}", text(&iso(SET_UP))),
    );
    Some(record.to_json())
}

/// People have first and last names where references have one.
fn named(record: &mut Members, kind: Kind, ticket: &Members) {
    let name: String = record
        .get("name")
        .and_then(|name| serde_json::from_str(name).ok())
        .unwrap_or_default();
    let (first, last) = name.split_once(' ').unwrap_or((&name, ""));
    record.remove("name");
    record.set("firstName", text(first));
    if !last.is_empty() {
        record.set("lastName", text(last));
    }
    record.set("inactiveFlag", "false".to_owned());
    if let (Kind::Contact, Some(company)) = (kind, ticket.get("company")) {
        record.set("company", company.to_owned());
        let items = communication(ticket.get("contactEmailAddress"), ticket.get("contactPhoneNumber"));
        record.set("communicationItems", items);
    }
}

fn communication(email: Option<&str>, phone: Option<&str>) -> String {
    let item = |id: u8, kind: &str, value: &str| {
        format!(
            "{{\"id\":{id},\"type\":{{\"id\":{id},\"name\":\"{kind}\"}},\"value\":{value},\"defaultFlag\":true,\"communicationType\":\"{kind}\"}}"
        )
    };
    let items: Vec<_> = [(1, "Email", email), (2, "Phone", phone)]
        .into_iter()
        .filter_map(|(id, kind, value)| value.map(|value| item(id, kind, value)))
        .collect();
    format!("[{}]", items.join(","))
}

/// A ticket has an id and a summary; what has not is another kind of record.
pub(super) fn is_ticket(record: &RawValue) -> bool {
    Members::read(record.get().as_bytes())
        .is_ok_and(|members| members.get("id").is_some() && members.get("summary").is_some())
}
