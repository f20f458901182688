//! Notes deleted.

use super::create::touch;
use super::update::find;
use crate::refusal::Refusal;
use crate::ticket::{Store, Writer};
use crate::world::Kind;

/// Deletes a note.
pub(crate) fn delete(store: &Store<'_>, who: &Writer<'_>, (ticket, id): (i64, i64)) -> Result<(), Refusal> {
    let _turn = store.world.turn();
    let of_ticket = store.ticket(ticket)?;
    find(store, ticket, id)?;
    store.world.remove(Kind::Note, id);
    touch(store, who, &of_ticket, false);
    Ok(())
}

/// Takes away the notes of a ticket that is gone.
pub(crate) fn forget(store: &Store<'_>, ticket: i64) {
    let ids: Vec<i64> = store.world.read(Kind::Note, |table| {
        let of_ticket = table.newest_after(0).filter(|note| note.parent == ticket);
        of_ticket.map(|note| note.id).collect()
    });
    for id in ids {
        store.world.remove(Kind::Note, id);
    }
}
