//! A ticket deleted, for good.

use super::{Store, Writer};
use crate::note;
use crate::refusal::Refusal;
use crate::world::Kind;

/// Deletes a ticket with its notes. Invented: that nothing which hangs on a ticket keeps it.
pub(crate) fn delete(store: &Store<'_>, who: &Writer<'_>, id: i64) -> Result<(), Refusal> {
    let _turn = store.world.turn();
    store.ticket(id)?;
    store.world.remove_as(Kind::Ticket, id, Some(who.identifier));
    note::forget(store, id);
    Ok(())
}
