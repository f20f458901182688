//! Callbacks set up, changed and given up.

use bytes::Bytes;

use super::check::apply;
use crate::binding::{Bound, CALLBACK};
use crate::note;
use crate::refusal::Refusal;
use crate::seed::guid;
use crate::ticket::{Store, Writer};
use crate::world::{Document, Kind, Members, Table, iso, text};

/// Sets up a callback; from now on it is told.
pub(crate) fn create(store: &Store<'_>, who: &Writer<'_>, wanted: &Bound) -> Result<Document, Refusal> {
    let _turn = store.world.turn();
    let id = store.next_id(Kind::Callback, 1);
    let (now, by) = (text(&iso(store.world.clock.now_seconds())), text(who.identifier));
    let mut callback = Members::default();
    for (name, json) in [
        ("id", id.to_string()),
        ("memberId", note::member_id(store.world, who.identifier).to_string()),
        ("payloadVersion", "\"3.0.0\"".to_owned()),
        ("inactiveFlag", "false".to_owned()),
        ("isSoapCallbackFlag", "false".to_owned()),
        ("isSelfSuppressedFlag", "false".to_owned()),
        ("connectWiseID", text(&guid(id.unsigned_abs() ^ 0xca11))),
    ] {
        callback.set_ranked(name, json, |name| CALLBACK.rank(name));
    }
    let info = format!("{{\"lastUpdated\":{now},\"updatedBy\":{by},\"dateEntered\":{now},\"enteredBy\":{by}}}");
    callback.set("_info", info);
    apply(store.world, wanted, &mut callback)?;
    Ok(keep(store, id, &callback))
}

/// Changes what is wanted and leaves the rest.
pub(crate) fn update(store: &Store<'_>, who: &Writer<'_>, id: i64, wanted: &Bound) -> Result<Document, Refusal> {
    let _turn = store.world.turn();
    let before = find(store, id)?;
    let mut callback = Members::read(&before.raw).map_err(|error| Refusal::api(500, error.to_string()))?;
    apply(store.world, wanted, &mut callback)?;
    callback.within("_info", |info| {
        info.set("lastUpdated", text(&iso(store.world.clock.now_seconds())));
        info.set("updatedBy", text(who.identifier));
    });
    Ok(keep(store, id, &callback))
}

/// Replaces everything that can be set.
pub(crate) fn replace(store: &Store<'_>, who: &Writer<'_>, id: i64, mut wanted: Bound) -> Result<Document, Refusal> {
    wanted.complete(&CALLBACK);
    update(store, who, id, &wanted)
}

/// Gives a callback up.
pub(crate) fn delete(store: &Store<'_>, id: i64) -> Result<(), Refusal> {
    let _turn = store.world.turn();
    find(store, id)?;
    store.world.remove(Kind::Callback, id);
    let none_left = store.world.read(Kind::Callback, Table::is_empty);
    store.world.tell_changes(!none_left);
    Ok(())
}

fn find(store: &Store<'_>, id: i64) -> Result<Document, Refusal> {
    let callback = store.world.newest(Kind::Callback, id);
    callback.ok_or_else(|| Refusal::not_found(Kind::Callback.not_found(&id.to_string())))
}

fn keep(store: &Store<'_>, id: i64, callback: &Members) -> Document {
    let now = store.world.clock.now_seconds();
    let document = Document {
        id,
        parent: 0,
        updated: now,
        entered: now,
        service: true,
        edit: 0,
        raw: Bytes::from(callback.to_json()),
    };
    store.world.put(Kind::Callback, document.clone(), 0);
    store.world.tell_changes(true);
    document
}
