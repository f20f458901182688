//! A ticket changed by operations, or replaced.

use super::compose::{Composition, Mode};
use super::{Store, Writer};
use crate::binding::{Bound, TICKET};
use crate::refusal::Refusal;
use crate::world::{Document, Kind, Members, revised};

/// Changes what is wanted and leaves the rest; the whole record is validated, as the vendor does.
pub(crate) fn update(store: &Store<'_>, who: &Writer<'_>, id: i64, wanted: &Bound) -> Result<Document, Refusal> {
    write(store, who, id, (wanted, Mode::Update))
}

/// Replaces everything that can be set.
pub(crate) fn replace(store: &Store<'_>, who: &Writer<'_>, id: i64, mut wanted: Bound) -> Result<Document, Refusal> {
    wanted.complete(&TICKET);
    write(store, who, id, (&wanted, Mode::Replace))
}

/// Invented: a write that changes nothing is an update like any other.
fn write(store: &Store<'_>, who: &Writer<'_>, id: i64, (wanted, mode): (&Bound, Mode)) -> Result<Document, Refusal> {
    let _turn = store.world.turn();
    let before = store.ticket(id)?;
    let now = store.world.clock.now_seconds();
    let composed = Composition {
        world: store.world,
        desk: store.desk,
        mode,
        wanted,
        ticket: Members::read(&before.raw).map_err(|error| Refusal::api(500, error.to_string()))?,
        problems: Vec::new(),
        now,
        by: who.identifier,
        closes: false,
    }
    .compose()?;
    if composed.closes && !who.may_close {
        return Err(Refusal::no_right());
    }
    let after = revised(&before, now, who.identifier, |members| *members = composed.ticket);
    store.put(Kind::Ticket, after.clone());
    Ok(after)
}
