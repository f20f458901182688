//! A new ticket.

use bytes::Bytes;

use super::compose::{Composition, Mode};
use super::status::sla_status;
use super::{Store, Writer};
use crate::binding::Bound;
use crate::note;
use crate::refusal::Refusal;
use crate::seed::{guid, ticket_info};
use crate::world::{Document, Kind, Members, iso, text, with_edit_count};

/// Ids begin where those of seeds do.
const FIRST_ID: i64 = 1_000;

/// Creates a ticket, with its first notes.
pub(crate) fn create(store: &Store<'_>, who: &Writer<'_>, wanted: &Bound) -> Result<Document, Refusal> {
    let _turn = store.world.turn();
    let mut new = Composition::new(store, who, (wanted, Mode::Create), Members::default());
    let now = new.now;
    let id = store.next_id(Kind::Ticket, FIRST_ID);
    new.begin(id);
    let mut composed = new.compose()?;
    if composed.closes && !who.may_close {
        return Err(Refusal::no_right());
    }
    with_edit_count(&mut composed.ticket, 0);
    let ticket = Document {
        id,
        parent: 0,
        updated: now,
        entered: now,
        service: true,
        edit: 0,
        raw: Bytes::from(composed.ticket.to_json()),
    };
    store.put_as_asked(ticket.clone(), wanted);
    note::write_first(store, who, id, wanted);
    Ok(ticket)
}

impl Composition<'_> {
    /// What every new ticket has, as recorded for one of which little was sent.
    fn begin(&mut self, id: i64) {
        let now = text(&iso(self.now));
        self.set("id", id.to_string());
        for (name, json) in [
            ("recordType", "\"ServiceTicket\""),
            ("closedFlag", "false"),
            ("resolveMinutes", "0"),
            ("resPlanMinutes", "0"),
            ("respondMinutes", "0"),
            ("isInSla", "true"),
            ("hasChildTicket", "false"),
            ("hasMergedChildTicketFlag", "false"),
            ("escalationLevel", "0"),
            ("minutesBeforeWaiting", "0"),
            ("respondedSkippedMinutes", "0"),
            ("resplanSkippedMinutes", "0"),
        ] {
            self.set(name, json);
        }
        self.set("mobileGuid", text(&guid(id.unsigned_abs())));
        self.set("slaStatus", sla_status(self.now));
        self.set("escalationStartDateUTC", now);
        let info = ticket_info(id, (self.now, self.by), (self.now, self.by));
        self.set("_info", info);
    }
}
