//! What is in the sandbox: documents as the vendor would send them, their history, and who may see them.

mod changes;
mod clock;
mod document;
mod edit;
mod kind;
mod member;
mod own;
mod poison;
mod rename;
mod revise;
mod role;
mod sight;
mod table;
mod truth;
mod volatile;

use std::collections::BTreeMap;

use bytes::Bytes;
use parking_lot::{Mutex, MutexGuard, RwLock};

use changes::Changes;
pub(crate) use changes::{Action, Change};
pub use clock::SandboxClock;
pub(crate) use clock::{iso, write_iso, write_two};
pub use document::Document;
pub(crate) use document::EDIT_COUNT;
pub use edit::Members;
pub(crate) use edit::text;
pub use kind::Kind;
pub use member::Member;
use poison::Poison;
pub(crate) use revise::{changed, revised, with_edit_count};
pub use role::{Level, ROLE_LINES, Reach, Right, Role};
pub use table::{Page, Table};
use truth::Revision;
pub use truth::TruthRow;
use volatile::Ticker;
pub use volatile::{Ticking, VOLATILE};

/// Everything that the sandbox holds; shared, with its own locks.
#[derive(Debug)]
pub struct World {
    /// The sandbox's time.
    pub clock: SandboxClock,
    tables: BTreeMap<Kind, RwLock<Table>>,
    members: RwLock<Vec<Member>>,
    /// Taken after a table's lock, never before it.
    truth: Mutex<BTreeMap<i64, Vec<Revision>>>,
    /// Tickets on a board that no role may see.
    hidden: Mutex<BTreeMap<i64, Document>>,
    /// The codebase in hrefs, when it is not the one that documents were written with.
    codebase: RwLock<Option<String>>,
    ticker: Ticker,
    poison: Poison,
    turn: Mutex<()>,
    changes: Changes,
}

/// The codebase that documents are written with.
pub(crate) const CODEBASE: &str = "v4_6_release";

impl World {
    /// An empty world that knows the members of [`Member::known_from_the_start`].
    pub fn empty() -> Self {
        Self {
            clock: SandboxClock::default(),
            tables: Kind::ALL.iter().map(|kind| (*kind, RwLock::default())).collect(),
            members: RwLock::new(Member::known_from_the_start()),
            truth: Mutex::default(),
            hidden: Mutex::default(),
            codebase: RwLock::default(),
            ticker: Ticker::default(),
            poison: Poison::default(),
            turn: Mutex::default(),
            changes: Changes::default(),
        }
    }

    /// The sandbox's time.
    pub fn now(&self) -> jiff::Timestamp {
        self.clock.now()
    }

    /// The table of a kind, for reading.
    pub fn read<T>(&self, kind: Kind, with: impl FnOnce(&Table) -> T) -> T {
        with(&self.tables[&kind].read())
    }

    /// Waits until nobody else changes tickets: whoever reads one to write it back takes its turn first.
    pub(crate) fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock()
    }

    /// Puts a document in that was there before anybody looked.
    pub fn seed(&self, kind: Kind, document: Document) {
        self.put(kind, document, i64::MIN);
    }

    /// Stores a document that becomes visible at `visible_from` (milliseconds of the sandbox's clock), and at once if
    /// that has passed; `i64::MIN` means that it was always there.
    pub fn put(&self, kind: Kind, document: Document, visible_from: i64) {
        if kind == Kind::Ticket && visible_from != i64::MIN && self.wants_changes() {
            let known = self.newest(kind, document.id).is_some();
            self.tell(if known { Action::Updated } else { Action::Added }, &document, None);
        }
        self.put_quietly(kind, document, visible_from);
    }

    /// The same without telling callbacks.
    pub(crate) fn put_quietly(&self, kind: Kind, document: Document, visible_from: i64) {
        let mut table = self.tables[&kind].write();
        let now = self.clock.now_ms();
        let visible_from = if visible_from == i64::MIN {
            visible_from
        } else {
            visible_from.max(now)
        };
        if kind == Kind::Ticket && document.service {
            let revision = Revision::of(&document, visible_from);
            self.truth.lock().entry(document.id).or_default().push(revision);
        }
        table.put(document, visible_from, now);
    }

    /// Takes a record out of sight at once and for good; a ticket's truth keeps that it was there.
    pub fn remove(&self, kind: Kind, id: i64) -> Option<Document> {
        self.remove_as(kind, id, None)
    }

    /// The same in somebody's name.
    pub(crate) fn remove_as(&self, kind: Kind, id: i64, by: Option<&str>) -> Option<Document> {
        let mut table = self.tables[&kind].write();
        let removed = table.remove(id)?;
        if kind == Kind::Ticket && removed.service {
            self.tell(Action::Deleted, &removed, by);
            let gone = Revision::gone(self.clock.now_ms());
            self.truth.lock().entry(id).or_default().push(gone);
        }
        Some(removed)
    }

    /// What is visible of a record now.
    pub fn visible(&self, kind: Kind, id: i64) -> Option<Document> {
        let now = self.clock.now_ms();
        self.read(kind, |table| table.visible(id, now).cloned())
    }

    /// The newest version of a record, visible or not.
    pub fn newest(&self, kind: Kind, id: i64) -> Option<Document> {
        self.read(kind, |table| table.newest(id).cloned())
    }

    /// Rewrites every document of a kind in place, as a rename of what they refer to does: no stamp changes.
    pub fn rewrite(&self, kind: Kind, change: impl Fn(&Document) -> Option<Bytes>) {
        self.tables[&kind].write().rewrite(change);
    }

    /// Every revision of a ticket that could be seen until now, ticket by ticket.
    pub fn truth(&self) -> Vec<TruthRow> {
        let now = self.clock.now_ms();
        truth::rows(&self.truth.lock(), now)
    }

    /// Who signs in with these keys.
    pub fn authenticate(&self, company: &str, public_key: &str, private_key: &str) -> Option<Member> {
        let members = self.members.read();
        members
            .iter()
            .find(|member| member.has_keys(company, public_key, private_key))
            .cloned()
    }

    /// True when somebody signs in under this company.
    pub fn knows_company(&self, company: &str) -> bool {
        let members = self.members.read();
        members
            .iter()
            .any(|member| member.company.eq_ignore_ascii_case(company))
    }

    /// Everybody who can sign in.
    pub fn members(&self) -> Vec<Member> {
        self.members.read().clone()
    }

    /// Adds a member, or replaces the one with the same public key.
    pub fn set_member(&self, member: Member) {
        let mut members = self.members.write();
        members.retain(|known| known.public_key != member.public_key);
        members.push(member);
    }

    /// Writes another codebase into every href that is served from now on.
    pub fn set_codebase(&self, codebase: &str) {
        let codebase = codebase.trim_matches('/');
        *self.codebase.write() = (codebase != CODEBASE).then(|| codebase.to_owned());
    }

    /// The codebase in hrefs.
    pub fn codebase(&self) -> String {
        self.codebase.read().clone().unwrap_or_else(|| CODEBASE.to_owned())
    }

    /// Lets the volatile members tick at every look, or not.
    pub fn set_volatile(&self, ticks: bool) {
        self.set_ticking(if ticks { Ticking::EveryRead } else { Ticking::Never });
    }

    /// Lets the volatile members tick.
    pub fn set_ticking(&self, ticking: Ticking) {
        self.ticker.set(ticking);
    }

    /// How the volatile members tick.
    pub fn ticking(&self) -> Ticking {
        self.ticker.get()
    }

    /// Whether documents are sent as they are stored.
    pub fn serves_as_stored(&self) -> bool {
        self.ticker.get() == Ticking::Never && self.codebase.read().is_none()
    }

    /// A document as it is sent now.
    pub fn served(&self, document: &Document) -> Bytes {
        let mut raw = document.raw.clone();
        if let Some(tick) = self.ticker.tick(self.clock.now_ms()) {
            raw = volatile::ticked(&raw, tick);
        }
        if let Some(codebase) = &*self.codebase.read() {
            raw = edit::with_codebase(&raw, codebase);
        }
        raw
    }
}

#[cfg(test)]
mod tests;
