//! A ticket deleted, for good.

use super::Store;
use crate::note;
use crate::refusal::Refusal;
use crate::world::Kind;

/// Deletes a ticket with its notes. Invented: that nothing which hangs on a ticket keeps it.
pub(crate) fn delete(store: &Store<'_>, id: i64) -> Result<(), Refusal> {
    let _turn = store.world.turn();
    store.ticket(id)?;
    store.world.remove(Kind::Ticket, id);
    note::forget(store, id);
    Ok(())
}
