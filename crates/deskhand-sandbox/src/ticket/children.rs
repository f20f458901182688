//! The children of a bundle's parent.

use memchr::memmem;
use serde_json::{Value, json};

use super::compose::reference_id;
use super::reference::find_where;
use super::update::{members_of, with_status};
use super::{Store, Writer};
use crate::refusal::Refusal;
use crate::world::{Document, Kind, Members, revised};

/// Tickets whose `parentTicketId` is this one.
pub(super) fn children_of(store: &Store<'_>, parent: i64) -> Vec<Document> {
    let named = memmem::Finder::new(&format!("\"parentTicketId\":{parent},")).into_owned();
    store.world.read(Kind::Ticket, |table| {
        let service = table.newest_after(i64::MIN).filter(|ticket| ticket.service);
        service
            .filter(|ticket| named.find(&ticket.raw).is_some())
            .cloned()
            .collect()
    })
}

/// Closes the children that are still open, together with their parent.
///
/// Invented: which status they get. It is the one of their own board that is called as the parent's, else the first
/// that closes.
pub(super) fn close_children(store: &Store<'_>, who: &Writer<'_>, parent: &Document) -> Result<(), Refusal> {
    let name = status_name(&members_of(parent)?);
    for child in children_of(store, parent.id) {
        let members = members_of(&child)?;
        if members.get("closedFlag") == Some("true") {
            continue;
        }
        let Some(status) = closing_status(store, reference_id(&members, "board"), &name) else {
            continue;
        };
        let closed = with_status(store, who, &child, &json!({ "id": status }))?;
        let now = store.world.clock.now_seconds();
        let after = revised(&child, now, who.identifier, |members| *members = closed);
        store.put(Kind::Ticket, after);
    }
    Ok(())
}

fn status_name(ticket: &Members) -> Value {
    let status = ticket
        .get("status")
        .and_then(|json| serde_json::from_str::<Value>(json).ok());
    status.map_or(Value::Null, |status| status["name"].clone())
}

fn closing_status(store: &Store<'_>, board: i64, name: &Value) -> Option<i64> {
    let closes = |record: &Value| record["closedStatus"] == true;
    let same = find_where(store.world, Kind::BoardStatus, |status, record| {
        status.parent == board && closes(record) && record["name"] == *name
    });
    let any = || {
        find_where(store.world, Kind::BoardStatus, |status, record| {
            status.parent == board && closes(record)
        })
    };
    same.or_else(any).map(|(status, _)| status.id)
}
