//! `allNotes`: a ticket's notes in another shape, together with those of the tickets that were merged into it.

use memchr::memmem;
use serde_json::{Value, json};

use crate::seed::href;
use crate::world::{Document, Kind, World};

/// Every visible note of a ticket, as `allNotes` has it. Invented: that merged tickets' notes are among them, which the
/// names of the members suggest.
pub(crate) fn all(world: &World, ticket: i64) -> Vec<Document> {
    let now = world.clock.now_ms();
    let mut of = vec![ticket];
    of.extend(merged_into(world, ticket));
    let mut notes = world.read(Kind::Note, |table| {
        let wanted = table.after(0, now).filter(|note| of.contains(&note.parent));
        wanted.cloned().collect::<Vec<_>>()
    });
    for note in &mut notes {
        let merged = note.parent != ticket;
        let read: Value = serde_json::from_slice(&note.raw).unwrap_or_default();
        note.raw = in_other_shape(&read, &summary(world, note.parent), merged).into();
        note.parent = ticket;
    }
    notes
}

fn merged_into(world: &World, parent: i64) -> Vec<i64> {
    let now = world.clock.now_ms();
    let named = memmem::Finder::new(&format!("\"mergedParentTicket\":{{\"id\":{parent},")).into_owned();
    world.read(Kind::Ticket, |table| {
        let has_some = |ticket: &Document| memmem::find(&ticket.raw, b"\"hasMergedChildTicketFlag\":true").is_some();
        if !table.visible(parent, now).is_some_and(has_some) {
            return Vec::new();
        }
        let children = table.after(0, now).filter(|ticket| named.find(&ticket.raw).is_some());
        children.map(|ticket| ticket.id).collect()
    })
}

fn summary(world: &World, ticket: i64) -> Value {
    let ticket = world.visible(Kind::Ticket, ticket);
    let read = ticket.and_then(|ticket| serde_json::from_slice::<Value>(&ticket.raw).ok());
    read.map_or(Value::Null, |ticket| ticket["summary"].clone())
}

fn in_other_shape(note: &Value, summary: &Value, merged: bool) -> String {
    let ticket = note["ticketId"].as_i64().unwrap_or(0);
    let mut other = json!({
        "id": note["id"],
        "noteType": "TicketNote",
        "ticket": {
            "id": ticket,
            "summary": summary,
            "_info": {"ticket_href": href(&format!("service/tickets/{ticket}"))},
        },
        "text": note["text"],
        "isMarkdownFlag": false,
        "detailDescriptionFlag": note["detailDescriptionFlag"],
        "internalAnalysisFlag": note["internalAnalysisFlag"],
        "resolutionFlag": note["resolutionFlag"],
        "bundledFlag": false,
        "mergedFlag": merged,
        "issueFlag": false,
        "originalAuthor": note["createdBy"],
        "createdByParentFlag": false,
    });
    for name in ["member", "contact", "_info"] {
        if let Some(value) = note.get(name) {
            other[name] = value.clone();
        }
    }
    other.to_string()
}
