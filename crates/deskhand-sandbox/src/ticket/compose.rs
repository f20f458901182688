//! A ticket made from what is there and what is wanted, with everything that is wrong with it.

use serde_json::Value;

use super::reference::{Given, find, find_where, reference_to};
use super::{Named, Store, Writer};
use crate::binding::{Bound, TICKET};
use crate::refusal::{Problem, Refusal};
use crate::seed::Desk;
use crate::world::{Kind, Members, World};

/// How a ticket is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// It is new: what is not sent gets its default.
    Create,
    /// What is not sent stays.
    Update,
    /// What is not sent gets its default or nothing.
    Replace,
}

/// A ticket being composed.
pub(super) struct Composition<'a> {
    pub(super) world: &'a World,
    pub(super) desk: &'a Desk,
    pub(super) mode: Mode,
    pub(super) wanted: &'a Bound,
    /// The members so far.
    pub(super) ticket: Members,
    pub(super) problems: Vec<Problem>,
    /// In seconds since 1970.
    pub(super) now: i64,
    /// The identifier of who writes.
    pub(super) by: &'a str,
    /// True when a status is set that closes tickets.
    pub(super) closes: bool,
}

/// What came of it.
pub(super) struct Composed {
    pub(super) ticket: Members,
    pub(super) closes: bool,
}

/// What is asked of one member.
pub(super) enum Wish<'a> {
    /// Nothing: it stays as it is.
    Stay,
    /// Its default, or nothing where there is none.
    Default,
    /// To hold this.
    Hold(&'a Value),
}

impl<'a> Composition<'a> {
    /// Of a ticket's present members; a new one has none.
    pub(super) fn new(store: &Store<'a>, who: &Writer<'a>, (wanted, mode): (&'a Bound, Mode), ticket: Members) -> Self {
        Self {
            world: store.world,
            desk: store.desk,
            mode,
            wanted,
            ticket,
            problems: Vec::new(),
            now: store.world.clock.now_seconds(),
            by: who.identifier,
            closes: false,
        }
    }

    /// Does everything in the order in which one thing depends on another.
    pub(super) fn compose(mut self) -> Result<Composed, Refusal> {
        self.plain();
        let company_before = self.id_in("company");
        self.refer(&Named::COMPANY);
        let other_company = self.id_in("company") != company_before;
        self.board();
        for named in Named::PLAIN.iter().chain([&Named::CURRENCY]) {
            self.refer(named);
        }
        self.place(other_company);
        self.contact(other_company);
        self.owner();
        self.status_effects();
        self.custom_fields();
        self.required();
        if self.problems.is_empty() {
            let Self { ticket, closes, .. } = self;
            return Ok(Composed { ticket, closes });
        }
        let order = |problem: &Problem| TICKET.rank(problem.field.split('/').next().unwrap_or_default());
        self.problems.sort_by_key(order);
        Err(Refusal::Invalid {
            resource: TICKET.resource,
            problems: self.problems,
        })
    }

    pub(super) fn set(&mut self, name: &str, json: impl Into<String>) {
        self.ticket.set_ranked(name, json.into(), |name| TICKET.rank(name));
    }

    /// Sets a member that is not there.
    pub(super) fn fill(&mut self, name: &str, json: impl Into<String>) {
        if self.ticket.get(name).is_none() {
            self.set(name, json);
        }
    }

    pub(super) fn wish(&self, name: &str) -> Wish<'a> {
        match (self.wanted.get(name), self.mode) {
            (Some(Value::Null), _) | (None, Mode::Create) => Wish::Default,
            (None, _) => Wish::Stay,
            (Some(value), _) => Wish::Hold(value),
        }
    }

    /// True when something is to be in the member.
    pub(super) fn holds(&self, name: &str) -> bool {
        matches!(self.wish(name), Wish::Hold(_))
    }

    /// The id of what a member refers to; 0 for nothing.
    pub(super) fn id_in(&self, name: &str) -> i64 {
        reference_id(&self.ticket, name)
    }

    /// Looks a reference up and writes it.
    pub(super) fn refer(&mut self, named: &Named) {
        let found = match self.wish(named.member) {
            Wish::Stay => return,
            Wish::Default => self.default_of(named),
            Wish::Hold(value) => match self.found(named, value) {
                Ok(reference) => Some(reference),
                Err(problem) => return self.problems.push(problem),
            },
        };
        match found {
            Some(reference) => self.set(named.member, reference),
            None => self.ticket.remove(named.member),
        }
    }

    fn found(&self, named: &Named, value: &Value) -> Result<String, Problem> {
        let given = Given::of(value);
        let board = self.id_in("board");
        let Some(kind) = named.kind else {
            return self
                .found_unlisted(named, &given)
                .ok_or_else(|| given.not_found(named, board));
        };
        let parent = if named.of_board { board } else { 0 };
        let usable = given.by != "name" || named.by_name;
        let found = usable.then(|| find(self.world, kind, parent, &given)).flatten();
        match found {
            Some((_, record)) => Ok(reference_to(named, &record, board)),
            None => Err(given.not_found(named, board)),
        }
    }

    /// A reference to something that the sandbox lists nowhere: the ticket's own, or one that the desk knows.
    fn found_unlisted(&self, named: &Named, given: &Given) -> Option<String> {
        let own = self.ticket.get(named.member).map(str::to_owned);
        let known = self.desk.unlisted(named.member);
        own.into_iter().chain(known).find(|reference| {
            let reference: Value = serde_json::from_str(reference).unwrap_or_default();
            given.is(&reference)
        })
    }

    /// What a member refers to when nobody says.
    fn default_of(&mut self, named: &Named) -> Option<String> {
        match named.member {
            "sla" | "currency" => self.desk.unlisted(named.member).into_iter().next(),
            "location" | "department" => self.of_the_board_record(named.member),
            "company" | "owner" | "country" | "workRole" | "workType" | "opportunity" | "agreement" => None,
            _ if self.mode == Mode::Update => {
                self.problems.push(Problem::missing(named.member));
                None
            }
            _ => self.flagged(named),
        }
    }

    fn of_the_board_record(&self, member: &str) -> Option<String> {
        let given = Given {
            by: "id",
            text: self.id_in("board").to_string(),
        };
        let (_, board) = find(self.world, Kind::Board, 0, &given)?;
        board.get(member).map(Value::to_string)
    }

    /// The record that is its kind's default, else the first of them. Invented: which default counts for an API member.
    fn flagged(&self, named: &Named) -> Option<String> {
        let kind = named.kind?;
        let first = find_where(self.world, kind, |_, record| record["defaultFlag"] == true)
            .or_else(|| find_where(self.world, kind, |_, record| record["inactiveFlag"] != true));
        first.map(|(_, record)| reference_to(named, &record, 0))
    }

    /// The vendor requires these, and severity and impact on updates.
    fn required(&mut self) {
        let blank = |json: Option<&str>| json.is_none_or(|json| json.trim_matches('"').trim().is_empty());
        let missing: Vec<_> = ["summary", "company", "severity", "impact"]
            .into_iter()
            .filter(|name| blank(self.ticket.get(name)))
            .filter(|name| {
                !self
                    .problems
                    .iter()
                    .any(|problem| problem.field.split('/').next() == Some(name))
            })
            .collect();
        self.problems.extend(missing.into_iter().map(Problem::missing));
    }
}

/// The id of what a member refers to; 0 for nothing.
pub(super) fn reference_id(members: &Members, name: &str) -> i64 {
    let reference = members
        .get(name)
        .and_then(|json| serde_json::from_str::<Value>(json).ok());
    reference
        .and_then(|reference| reference.get("id")?.as_i64())
        .unwrap_or(0)
}
