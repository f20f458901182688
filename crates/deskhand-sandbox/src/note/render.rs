//! A new note as the vendor would send it.

use bytes::Bytes;

use super::author;
use super::check::{FLAGS, set};
use crate::ticket::{Store, Writer};
use crate::world::{Document, Kind, Members, iso, text};

/// Ids of notes are far from those of tickets, so that one is not taken for the other.
const FIRST_ID: i64 = 500_000;

/// A note without text: what every note has, as recorded.
pub(super) fn begun(store: &Store<'_>, who: &Writer<'_>, ticket: i64) -> (i64, Members) {
    let id = store.next_id(Kind::Note, FIRST_ID);
    let now = text(&iso(store.world.clock.now_seconds()));
    let by = text(who.identifier);
    let mut note = Members::default();
    set(&mut note, "id", id.to_string());
    set(&mut note, "ticketId", ticket.to_string());
    for flag in FLAGS {
        set(&mut note, flag, "false");
    }
    set(&mut note, "issueFlag", "false");
    set(&mut note, "member", author::member(store.world, who.identifier));
    set(&mut note, "dateCreated", now.clone());
    set(&mut note, "createdBy", by.clone());
    // Recorded whatever was sent.
    set(&mut note, "internalFlag", "true");
    set(&mut note, "externalFlag", "true");
    set(
        &mut note,
        "_info",
        format!("{{\"lastUpdated\":{now},\"updatedBy\":{by}}}"),
    );
    (id, note)
}

/// The note as it is stored.
pub(super) fn document(id: i64, ticket: i64, updated: i64, note: &Members) -> Document {
    Document {
        id,
        parent: ticket,
        updated,
        entered: 0,
        service: true,
        edit: 0,
        raw: Bytes::from(note.to_json()),
    }
}
