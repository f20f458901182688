//! The notes that come with a new ticket, and what counts as a ticket's description.

use super::check::set;
use super::render::{begun, document};
use crate::binding::Bound;
use crate::ticket::{Store, Writer};
use crate::world::{Kind, World, text};

/// What a new ticket can bring, and the flag of the note that it becomes.
const INITIAL: [(&str, &str); 3] = [
    ("initialDescription", "detailDescriptionFlag"),
    ("initialInternalAnalysis", "internalAnalysisFlag"),
    ("initialResolution", "resolutionFlag"),
];

/// Writes a new ticket's first notes. Invented: that they send no mail.
pub(crate) fn write_first(store: &Store<'_>, who: &Writer<'_>, ticket: i64, wanted: &Bound) {
    let now = store.world.clock.now_seconds();
    for (name, flag) in INITIAL {
        let Some(said) = wanted.text(name).filter(|said| !said.trim().is_empty()) else {
            continue;
        };
        let (id, mut note) = begun(store, who, ticket);
        set(&mut note, "text", text(said));
        set(&mut note, flag, "true");
        store.put(Kind::Note, document(id, ticket, now, &note));
    }
}

/// The text of the first discussion note that is visible: what people see as the ticket's description.
pub(crate) fn description(world: &World, ticket: i64) -> Option<String> {
    let now = world.clock.now_ms();
    world.read(Kind::Note, |table| {
        let of_ticket = table.after(0, now).filter(|note| note.parent == ticket);
        let mut read = of_ticket.filter_map(|note| serde_json::from_slice::<serde_json::Value>(&note.raw).ok());
        let first = read.find(|note| note["detailDescriptionFlag"] == true)?;
        first["text"].as_str().map(str::to_owned)
    })
}
