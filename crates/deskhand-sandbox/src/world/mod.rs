//! What is in the sandbox: documents as the vendor would send them, their history, and who may see them.

mod clock;
mod document;
mod edit;
mod kind;
mod member;
mod table;
mod truth;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use bytes::Bytes;
use parking_lot::{Mutex, RwLock};

pub use clock::SandboxClock;
pub(crate) use clock::iso;
pub use document::Document;
pub(crate) use document::EDIT_COUNT;
pub use edit::Members;
pub(crate) use edit::text;
pub use kind::Kind;
pub use member::{Level, Member, Role};
pub use table::Table;
use truth::Revision;
pub use truth::TruthRow;

/// Everything that the sandbox holds; shared, with its own locks.
#[derive(Debug)]
pub struct World {
    /// The sandbox's time.
    pub clock: SandboxClock,
    tables: BTreeMap<Kind, RwLock<Table>>,
    members: RwLock<Vec<Member>>,
    truth: Mutex<BTreeMap<i64, Vec<Revision>>>,
    /// The codebase in hrefs, when it is not the one that documents were written with.
    codebase: RwLock<Option<String>>,
    volatile_ticks: AtomicBool,
    poison: AtomicI64,
}

/// The codebase that documents are written with.
pub(crate) const CODEBASE: &str = "v4_6_release";

/// Members that change without an update while [`World::set_volatile`] is on.
pub const VOLATILE: [&str; 2] = ["minutesWaiting", "escalationLastUpdateMinutes"];

impl World {
    /// An empty world that knows the default member.
    pub fn empty() -> Self {
        Self {
            clock: SandboxClock::default(),
            tables: Kind::ALL.iter().map(|kind| (*kind, RwLock::default())).collect(),
            members: RwLock::new(vec![Member::with_every_right("sandbox", "public", "private")]),
            truth: Mutex::default(),
            codebase: RwLock::default(),
            volatile_ticks: AtomicBool::new(false),
            poison: AtomicI64::new(0),
        }
    }

    /// The table of a kind, for reading.
    pub fn read<T>(&self, kind: Kind, with: impl FnOnce(&Table) -> T) -> T {
        with(&self.tables[&kind].read())
    }

    /// Puts a document in that was there before anybody looked.
    pub fn seed(&self, kind: Kind, document: Document) {
        self.put(kind, document, i64::MIN);
    }

    /// Stores a document that becomes visible at `visible_from` (milliseconds of the sandbox's clock).
    pub fn put(&self, kind: Kind, document: Document, visible_from: i64) {
        let id = document.id;
        if kind == Kind::Ticket && document.service {
            self.truth
                .lock()
                .entry(id)
                .or_default()
                .push(Revision::of(&document, visible_from));
        }
        let now = self.clock.now_ms();
        self.tables[&kind].write().put(document, visible_from, now);
    }

    /// Takes a record out of sight at once; a ticket's truth keeps that it was there.
    pub fn remove(&self, kind: Kind, id: i64) {
        let now = self.clock.now_ms();
        if kind == Kind::Ticket {
            self.truth.lock().entry(id).or_default().push(Revision::gone(now));
        }
        self.tables[&kind].write().remove(id);
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

    /// Makes everything visible that was still waiting for its time.
    pub fn make_all_visible(&self) {
        let now = self.clock.now_ms();
        self.tables[&Kind::Ticket].write().make_all_visible(now);
        for revisions in self.truth.lock().values_mut() {
            for revision in revisions {
                revision.from_ms = revision.from_ms.min(now);
            }
        }
    }

    /// Every revision of a ticket that ever could be seen, ticket by ticket.
    pub fn truth(&self) -> Vec<TruthRow> {
        truth::rows(&self.truth.lock())
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
        self.members
            .read()
            .iter()
            .any(|member| member.company.eq_ignore_ascii_case(company))
    }

    /// Adds a member, or replaces the one with the same public key.
    pub fn set_member(&self, member: Member) {
        let mut members = self.members.write();
        members.retain(|known| known.public_key != member.public_key);
        members.push(member);
    }

    /// Writes another codebase into every href that is served from now on.
    pub fn set_codebase(&self, codebase: &str) {
        *self.codebase.write() = (codebase != CODEBASE).then(|| codebase.to_owned());
    }

    /// Lets the volatile members tick at every look, or not.
    pub fn set_volatile(&self, ticks: bool) {
        self.volatile_ticks.store(ticks, Ordering::Relaxed);
    }

    /// A page that holds this ticket answers 500; 0 is none.
    pub fn set_poison(&self, id: i64) {
        self.poison.store(id, Ordering::Relaxed);
    }

    /// True when this ticket makes its page fail.
    pub fn is_poisoned(&self, id: i64) -> bool {
        id != 0 && self.poison.load(Ordering::Relaxed) == id
    }

    /// Whether documents are sent as they are stored.
    pub fn serves_as_stored(&self) -> bool {
        !self.volatile_ticks.load(Ordering::Relaxed) && self.codebase.read().is_none()
    }

    /// A document as it is sent now.
    pub fn served(&self, document: &Document) -> Bytes {
        let mut raw = document.raw.clone();
        if self.volatile_ticks.load(Ordering::Relaxed) {
            raw = edit::ticked(&raw, self.clock.now_ms());
        }
        if let Some(codebase) = &*self.codebase.read() {
            raw = edit::with_codebase(&raw, codebase);
        }
        raw
    }
}
