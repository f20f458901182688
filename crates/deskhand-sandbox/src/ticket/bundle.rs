//! Bundles: tickets that hang on another one and close with it.

use serde_json::Value;

use super::children::children_of;
use super::update::members_of;
use super::{Store, Writer};
use crate::binding::{BUNDLE, Bound};
use crate::refusal::{Problem, Refusal};
use crate::world::{Document, Kind, revised};

/// Attaches tickets to a parent. Invented: every refusal, and that all are attached or none.
pub(crate) fn attach(store: &Store<'_>, who: &Writer<'_>, parent: i64, wanted: &Bound) -> Result<(), Refusal> {
    let _turn = store.world.turn();
    let of = store.ticket(parent)?;
    let children = named(store, wanted, |child| {
        let members = members_of(child).ok()?;
        let other = members
            .get("parentTicketId")
            .filter(|other| *other != parent.to_string());
        match other {
            _ if child.id == parent => Some(format!("Service Ticket {parent} cannot be its own child.")),
            Some(other) => Some(format!(
                "Service Ticket {} is a child of Service Ticket {other}.",
                child.id
            )),
            None => None,
        }
    })?;
    for child in &children {
        set(store, who, child, "parentTicketId", Some(parent.to_string()));
    }
    set(store, who, &of, "hasChildTicket", Some("true".to_owned()));
    Ok(())
}

/// Detaches tickets from a parent.
pub(crate) fn detach(store: &Store<'_>, who: &Writer<'_>, parent: i64, wanted: &Bound) -> Result<(), Refusal> {
    let _turn = store.world.turn();
    let of = store.ticket(parent)?;
    let own = parent.to_string();
    let children = named(store, wanted, |child| {
        let members = members_of(child).ok()?;
        let stranger = members.get("parentTicketId") != Some(own.as_str());
        stranger.then(|| format!("Service Ticket {} is no child of Service Ticket {parent}.", child.id))
    })?;
    for child in &children {
        set(store, who, child, "parentTicketId", None);
    }
    let any_left = !children_of(store, parent).is_empty();
    set(store, who, &of, "hasChildTicket", Some(any_left.to_string()));
    Ok(())
}

/// The tickets that are named, once each, when nothing is wrong with any of them.
fn named(
    store: &Store<'_>,
    wanted: &Bound,
    wrong: impl Fn(&Document) -> Option<String>,
) -> Result<Vec<Document>, Refusal> {
    let ids = wanted.get("childTicketIds").and_then(Value::as_array);
    let ids: Vec<i64> = ids.into_iter().flatten().filter_map(Value::as_i64).collect();
    let mut problems = Vec::new();
    let mut children: Vec<Document> = Vec::new();
    if ids.is_empty() {
        problems.push(Problem::missing("childTicketIds"));
    }
    for id in ids {
        match store.ticket(id) {
            Err(_) => problems.push(Problem::not_found(
                Kind::Ticket.not_found(&id.to_string()),
                "childTicketIds",
            )),
            Ok(child) => match wrong(&child) {
                Some(message) => problems.push(Problem::new("InvalidObject", message, "childTicketIds")),
                None if children.iter().all(|known| known.id != id) => children.push(child),
                None => {}
            },
        }
    }
    if problems.is_empty() {
        return Ok(children);
    }
    Err(Refusal::Invalid {
        resource: BUNDLE.resource,
        problems,
    })
}

fn set(store: &Store<'_>, who: &Writer<'_>, ticket: &Document, name: &str, json: Option<String>) {
    let now = store.world.clock.now_seconds();
    let rank = |name: &str| crate::binding::TICKET.rank(name);
    let after = revised(ticket, now, who.identifier, |members| match json {
        Some(json) => members.set_ranked(name, json, rank),
        None => members.remove(name),
    });
    store.put(Kind::Ticket, after);
}
