//! Where tickets are kept, and who writes them.

use crate::binding::Bound;
use crate::outbox::Outbox;
use crate::refusal::Refusal;
use crate::seed::Desk;
use crate::world::{Document, Kind, World};

/// The world as writes see it.
#[derive(Clone, Copy)]
pub(crate) struct Store<'a> {
    pub(crate) world: &'a World,
    pub(crate) desk: &'a Desk,
    pub(crate) outbox: &'a Outbox,
    /// How long what is written stays out of sight.
    pub(crate) lag_ms: i64,
}

/// Who writes.
#[derive(Clone, Copy)]
pub(crate) struct Writer<'a> {
    /// Goes into `updatedBy`, `enteredBy`, `closedBy` and `createdBy`.
    pub(crate) identifier: &'a str,
    /// Whether the role lets tickets be closed.
    pub(crate) may_close: bool,
}

impl Store<'_> {
    /// A service ticket as it was last written; a project ticket is not found here.
    pub(crate) fn ticket(&self, id: i64) -> Result<Document, Refusal> {
        let ticket = self.world.newest(Kind::Ticket, id).filter(|ticket| ticket.service);
        ticket.ok_or_else(|| Refusal::not_found(Kind::Ticket.not_found(&id.to_string())))
    }

    /// Stores a record so that it shows after the lag.
    pub(crate) fn put(&self, kind: Kind, document: Document) {
        self.world.put(kind, document, self.world.clock.now_ms() + self.lag_ms);
    }

    /// The same for whoever asks that callbacks are not told.
    pub(crate) fn put_as_asked(&self, document: Document, wanted: &Bound) {
        let visible_from = self.world.clock.now_ms() + self.lag_ms;
        if wanted.flag("skipCallback") {
            self.world.put_quietly(Kind::Ticket, document, visible_from);
        } else {
            self.world.put(Kind::Ticket, document, visible_from);
        }
    }

    /// The next id of a kind; never one that was given before.
    pub(crate) fn next_id(&self, kind: Kind, first: i64) -> i64 {
        self.world.read(kind, |table| table.last_id().max(first - 1) + 1)
    }
}
