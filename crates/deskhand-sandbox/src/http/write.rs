//! Requests that write: who may, what is bound, what is done, what is answered.

use http::Method;
use serde_json::Value;

use super::parameters::Parameters;
use super::respond::Incoming;
use super::route::{Act, Target, What};
use super::{Answer, auth};
use crate::binding::{BUNDLE, Bound, CALLBACK, MERGE, NOTE, Shape, TICKET, bind, operations};
use crate::callback;
use crate::note;
use crate::query::Fields;
use crate::quirks::Quirk;
use crate::refusal::Refusal;
use crate::running::Shared;
use crate::ticket::{self, Store, Writer};
use crate::world::{Document, Kind, Level, Member};

/// What a request does to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Create,
    Update,
    Replace,
    Delete,
}

/// A request that writes, while it is being answered.
struct Write<'a> {
    shared: &'a Shared,
    member: &'a Member,
    incoming: &'a Incoming<'a>,
}

/// Answers a request that writes; `None` when there is no such request.
pub(super) fn answer(
    shared: &Shared,
    member: &Member,
    target: &Target,
    incoming: &Incoming<'_>,
) -> Option<Result<Answer, Refusal>> {
    let write = Write {
        shared,
        member,
        incoming,
    };
    let parent = target.parent.as_deref();
    if let What::Act(act, ticket) = &target.what {
        let posted = *incoming.method == Method::POST;
        return posted.then(|| write.act(*act, number(ticket)));
    }
    let verb = Verb::of(incoming.method, &target.what)?;
    let id = match &target.what {
        What::One(id) => number(id),
        _ => 0,
    };
    Some(match target.kind {
        Kind::Ticket => write.ticket(verb, id),
        Kind::Note => write.note(verb, number(parent?), id),
        Kind::Callback => write.callback(verb, id),
        _ => return None,
    })
}

impl Verb {
    fn of(method: &Method, what: &What) -> Option<Self> {
        match (method.as_str(), what) {
            ("POST", What::List) => Some(Self::Create),
            ("PATCH", What::One(_)) => Some(Self::Update),
            ("PUT", What::One(_)) => Some(Self::Replace),
            ("DELETE", What::One(_)) => Some(Self::Delete),
            _ => None,
        }
    }
}

impl Verb {
    fn level(self) -> Level {
        match self {
            Self::Create => Level::Add,
            Self::Update | Self::Replace => Level::Edit,
            Self::Delete => Level::Delete,
        }
    }
}

impl Write<'_> {
    fn ticket(&self, verb: Verb, id: i64) -> Result<Answer, Refusal> {
        self.needs(auth::SERVICE_TICKETS, verb.level())?;
        let store = self.store();
        let before = match verb {
            Verb::Create => None,
            _ => Some(self.reached(id, auth::SERVICE_TICKETS, verb.level())?),
        };
        let who = self.who(before.as_ref());
        let ticket = match verb {
            Verb::Create => ticket::create(&store, &who, &self.bound(&TICKET)?)?,
            Verb::Update => ticket::update(&store, &who, id, &self.patch(&TICKET)?)?,
            Verb::Replace => ticket::replace(&store, &who, id, self.bound(&TICKET)?)?,
            Verb::Delete => {
                ticket::delete(&store, &who, id)?;
                return Ok(nothing());
            }
        };
        Ok(self.shown(verb, &ticket))
    }

    /// The documentation of a command that adds notes asks for no more than to look at tickets and to edit them; that
    /// deleting a note needs no more is invented.
    fn note(&self, verb: Verb, ticket: i64, id: i64) -> Result<Answer, Refusal> {
        self.needs(auth::SERVICE_TICKETS, Level::Edit)?;
        let of_ticket = self.reached(ticket, auth::SERVICE_TICKETS, Level::Edit)?;
        let (store, who) = (self.store(), self.who(Some(&of_ticket)));
        let note = match verb {
            Verb::Create => note::create(&store, &who, ticket, &self.bound(&NOTE)?)?,
            Verb::Update => note::update(&store, &who, (ticket, id), &self.patch(&NOTE)?)?,
            Verb::Replace => note::replace(&store, &who, (ticket, id), self.bound(&NOTE)?)?,
            Verb::Delete => {
                note::delete(&store, &who, (ticket, id))?;
                return Ok(nothing());
            }
        };
        Ok(self.shown(verb, &note))
    }

    /// Invented: that callbacks go by the line of setup tables.
    fn callback(&self, verb: Verb, id: i64) -> Result<Answer, Refusal> {
        self.needs(auth::TABLE_SETUP, verb.level())?;
        let (store, who) = (self.store(), self.who(None));
        let callback = match verb {
            Verb::Create => callback::create(&store, &who, &self.bound(&CALLBACK)?)?,
            Verb::Update => callback::update(&store, &who, id, &self.patch(&CALLBACK)?)?,
            Verb::Replace => callback::replace(&store, &who, id, self.bound(&CALLBACK)?)?,
            Verb::Delete => {
                callback::delete(&store, id)?;
                return Ok(nothing());
            }
        };
        Ok(self.shown(verb, &callback))
    }

    /// A merge closes tickets by a line of its own, which is all that the documentation of the command asks for.
    fn act(&self, act: Act, ticket: i64) -> Result<Answer, Refusal> {
        self.needs(auth::SERVICE_TICKETS, Level::Edit)?;
        if act == Act::Merge {
            self.needs(auth::MERGE_TICKETS, Level::Edit)?;
        }
        let (line, shape, others) = match act {
            Act::Merge => (auth::MERGE_TICKETS, &MERGE, "mergeTicketIds"),
            Act::Attach | Act::Detach => (auth::SERVICE_TICKETS, &BUNDLE, "childTicketIds"),
        };
        let into = self.reached(ticket, auth::SERVICE_TICKETS, Level::Edit)?;
        self.reached(ticket, line, Level::Edit)?;
        let (store, who) = (self.store(), self.who(Some(&into)));
        let bound = self.bound(shape)?;
        let others = bound.get(others).and_then(Value::as_array).into_iter().flatten();
        // One that is not there is told of with everything else that is wrong.
        for other in others.filter_map(Value::as_i64).filter(|id| store.ticket(*id).is_ok()) {
            self.reached(other, line, Level::Edit)?;
        }
        match act {
            Act::Merge => ticket::merge(&store, &who, ticket, &bound)?,
            Act::Attach => ticket::attach(&store, &who, ticket, &bound)?,
            Act::Detach => ticket::detach(&store, &who, ticket, &bound)?,
        }
        // Invented: what the message says.
        Ok(Answer::json(r#"{"success":true,"message":"Success"}"#))
    }

    /// Writing needs looking, too: the documentation of every command asks for both.
    fn needs(&self, line: &str, level: Level) -> Result<(), Refusal> {
        auth::allows(self.member, line, Level::Inquire)?;
        auth::allows(self.member, line, level)
    }

    /// A ticket that a line of the role reaches at a level.
    ///
    /// Invented: one that the member may not look at is not there, as in lists, and one that it may look at and not
    /// change is refused as a missing right is.
    fn reached(&self, id: i64, line: &str, level: Level) -> Result<Document, Refusal> {
        let ticket = self.store().ticket(id)?;
        let reaches = |line: &str, level| auth::reaches(self.member, line, level, Some(&ticket));
        if !reaches(auth::SERVICE_TICKETS, Level::Inquire) {
            return Err(Refusal::not_found(Kind::Ticket.not_found(&id.to_string())));
        }
        if !(reaches(line, Level::Inquire) && reaches(line, level)) {
            return Err(Refusal::no_right());
        }
        Ok(ticket)
    }

    fn store(&self) -> Store<'_> {
        self.shared.store()
    }

    /// Who writes, and whether they may close this ticket.
    fn who(&self, ticket: Option<&Document>) -> Writer<'_> {
        let may = |level| auth::reaches(self.member, auth::CLOSE_TICKETS, level, ticket);
        Writer {
            identifier: self.member.identifier(),
            may_close: may(Level::Inquire) && may(Level::Edit),
        }
    }

    fn bound(&self, shape: &'static Shape) -> Result<Bound, Refusal> {
        bind(self.incoming.body, shape)
    }

    fn patch(&self, shape: &'static Shape) -> Result<Bound, Refusal> {
        let false_ok = self.shared.has(Quirk::IgnoreIdentifierPaths);
        operations(self.incoming.body, shape, false_ok)
    }

    /// The whole record, or the members that `fields` names.
    fn shown(&self, verb: Verb, record: &Document) -> Answer {
        let parameters = Parameters::parse(self.incoming.query);
        let served = self.shared.world.served(record);
        let mut answer = match Fields::parse(parameters.get("fields")) {
            Some(fields) => Answer::json(fields.select(&served)),
            None => Answer::json(served),
        };
        if verb == Verb::Create {
            answer.status = 201;
        }
        answer
    }
}

/// An id as a path has it; what is no number is nobody's id.
fn number(id: &str) -> i64 {
    id.parse().unwrap_or(-1)
}

fn nothing() -> Answer {
    Answer {
        status: 204,
        ..Answer::json("")
    }
}
