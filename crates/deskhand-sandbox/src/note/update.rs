//! A note changed or replaced.

use super::check::{FLAGS, apply};
use super::create::touch;
use super::render::document;
use crate::binding::{Bound, NOTE};
use crate::refusal::Refusal;
use crate::ticket::{Store, Writer};
use crate::world::{Document, Kind, Members, iso, text};

/// Changes what is wanted and leaves the rest.
pub(crate) fn update(
    store: &Store<'_>,
    who: &Writer<'_>,
    (ticket, id): (i64, i64),
    wanted: &Bound,
) -> Result<Document, Refusal> {
    let _turn = store.world.turn();
    let of_ticket = store.ticket(ticket)?;
    let before = find(store, ticket, id)?;
    let mut note = Members::read(&before.raw).map_err(|error| Refusal::api(500, error.to_string()))?;
    apply(store.world, wanted, &mut note)?;
    let now = store.world.clock.now_seconds();
    note.within("_info", |info| {
        info.set("lastUpdated", text(&iso(now)));
        info.set("updatedBy", text(who.identifier));
    });
    let note = document(id, ticket, now, &note);
    store.put(Kind::Note, note.clone());
    touch(store, who, &of_ticket, false);
    Ok(note)
}

/// Replaces text and flags; what is not sent is nothing, or false.
pub(crate) fn replace(
    store: &Store<'_>,
    who: &Writer<'_>,
    place: (i64, i64),
    mut wanted: Bound,
) -> Result<Document, Refusal> {
    for name in ["text"].iter().chain(&FLAGS) {
        if let Some(slot) = NOTE.exact(name).filter(|_| wanted.get(name).is_none()) {
            wanted.set(slot, serde_json::Value::Null);
        }
    }
    update(store, who, place, &wanted)
}

/// A note of this ticket.
pub(super) fn find(store: &Store<'_>, ticket: i64, id: i64) -> Result<Document, Refusal> {
    let note = store.world.newest(Kind::Note, id).filter(|note| note.parent == ticket);
    note.ok_or_else(|| Refusal::not_found(Kind::Note.not_found(&id.to_string())))
}
