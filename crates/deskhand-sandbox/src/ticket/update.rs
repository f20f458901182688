//! A ticket changed by operations, or replaced.

use serde_json::Value;

use super::children::close_children;
use super::compose::{Composition, Mode};
use super::{Store, Writer};
use crate::binding::{Bound, TICKET};
use crate::refusal::Refusal;
use crate::world::{Document, Members, revised};

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
    let members = members_of(&before)?;
    let was_open = members.get("closedFlag") != Some("true");
    let is_parent = members.get("hasChildTicket") == Some("true");
    let composed = Composition::new(store, who, (wanted, mode), members).compose()?;
    if composed.closes && !who.may_close {
        return Err(Refusal::no_right());
    }
    let now = store.world.clock.now_seconds();
    let after = revised(&before, now, who.identifier, |members| *members = composed.ticket);
    store.put_as_asked(after.clone(), wanted);
    if composed.closes && was_open && is_parent {
        close_children(store, who, &after)?;
    }
    Ok(after)
}

/// A ticket with another status and all that comes with it; its board has to have the status.
pub(super) fn with_status(
    store: &Store<'_>,
    who: &Writer<'_>,
    ticket: &Document,
    status: &Value,
) -> Result<Members, Refusal> {
    let mut wanted = Bound::default();
    if let Some(slot) = TICKET.exact("status") {
        wanted.set(slot, status.clone());
    }
    let members = members_of(ticket)?;
    let composed = Composition::new(store, who, (&wanted, Mode::Update), members).compose()?;
    Ok(composed.ticket)
}

pub(super) fn members_of(ticket: &Document) -> Result<Members, Refusal> {
    Members::read(&ticket.raw).map_err(|error| Refusal::api(500, error.to_string()))
}
