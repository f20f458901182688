//! A note added to a ticket.

use super::check::apply;
use super::mail;
use super::render::{begun, document};
use crate::binding::Bound;
use crate::refusal::Refusal;
use crate::ticket::{Store, Writer};
use crate::world::{Document, Kind, revised};

/// Adds a note; the ticket is updated by it, and mails go out where note and ticket say so.
pub(crate) fn create(store: &Store<'_>, who: &Writer<'_>, ticket: i64, wanted: &Bound) -> Result<Document, Refusal> {
    let _turn = store.world.turn();
    let before = store.ticket(ticket)?;
    let now = store.world.clock.now_seconds();
    let (id, mut note) = begun(store, who, ticket);
    apply(store.world, wanted, &mut note)?;
    let note = document(id, ticket, now, &note);
    store.put(Kind::Note, note.clone());
    touch(store, who, &before, wanted.flag("customerUpdatedFlag"));
    if wanted.flag("processNotifications") {
        mail::send(store, &before, &note);
    }
    Ok(note)
}

/// Inferred from what clients of the vendor rely on: a note moves its ticket's `lastUpdated`.
pub(super) fn touch(store: &Store<'_>, who: &Writer<'_>, ticket: &Document, by_customer: bool) {
    let now = store.world.clock.now_seconds();
    let after = revised(ticket, now, who.identifier, |members| {
        if by_customer {
            members.set("customerUpdatedFlag", "true".to_owned());
        }
    });
    store.put(Kind::Ticket, after);
}
