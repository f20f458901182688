//! Tickets merged into another one.

use std::collections::BTreeSet;

use serde_json::Value;

use super::reference::{Given, find_where};
use super::update::{members_of, with_status};
use super::{Store, Writer};
use crate::binding::{Bound, MERGE};
use crate::refusal::{Problem, Refusal};
use crate::seed::merged_into;
use crate::world::{Document, Kind, Members, revised};

/// Merges tickets into a parent; they get the status and close.
///
/// Invented: that either all of them are merged or none, and every refusal but that of an open status, whose words the
/// documentation of a command shows.
pub(crate) fn merge(store: &Store<'_>, who: &Writer<'_>, parent: i64, wanted: &Bound) -> Result<(), Refusal> {
    let _turn = store.world.turn();
    let into = store.ticket(parent)?;
    let into_members = members_of(&into)?;
    let (ids, status) = required(wanted)?;
    let mut problems = Vec::new();
    problems.extend(not_closed(store, status));
    if into_members.get("mergedParentTicket").is_some() {
        let message = format!("Service Ticket {parent} is merged into another ticket and cannot take others.");
        problems.push(Problem::new("InvalidObject", message, "parentId"));
    }
    let mut merged = Vec::new();
    for id in ids {
        match child(store, who, (parent, id), status) {
            Ok(child) => merged.push(child),
            Err(refused) => problems.extend(problems_of(refused)),
        }
    }
    if !problems.is_empty() {
        // A status that is wrong for several tickets is told once.
        let mut told = BTreeSet::new();
        problems.retain(|problem| told.insert((problem.message.clone(), problem.field.clone())));
        return Err(Refusal::Invalid {
            resource: MERGE.resource,
            problems,
        });
    }
    perform(store, who, &into, &into_members, merged);
    Ok(())
}

fn perform(
    store: &Store<'_>,
    who: &Writer<'_>,
    into: &Document,
    into_members: &Members,
    merged: Vec<(Document, Members)>,
) {
    let now = store.world.clock.now_seconds();
    let summary = into_members.get("summary").unwrap_or("\"\"");
    for (before, mut members) in merged {
        members.set("mergedParentTicket", merged_into(into.id, summary));
        let after = revised(&before, now, who.identifier, |of| *of = members);
        store.put(Kind::Ticket, after);
    }
    let parent = revised(into, now, who.identifier, |members| {
        members.set("hasMergedChildTicketFlag", "true".to_owned());
    });
    store.put(Kind::Ticket, parent);
}

/// Both members are required. Invented: that an empty list is as bad as none.
fn required(wanted: &Bound) -> Result<(BTreeSet<i64>, &Value), Refusal> {
    let ids = wanted.get("mergeTicketIds").and_then(Value::as_array);
    let ids: BTreeSet<i64> = ids.into_iter().flatten().filter_map(Value::as_i64).collect();
    let status = wanted.get("status").filter(|status| !status.is_null());
    let mut problems = Vec::new();
    if ids.is_empty() {
        problems.push(Problem::missing("mergeTicketIds"));
    }
    match status {
        Some(status) if problems.is_empty() => return Ok((ids, status)),
        Some(_) => {}
        None => problems.push(Problem::missing("status")),
    }
    Err(Refusal::Invalid {
        resource: MERGE.resource,
        problems,
    })
}

/// Where there is such a status on any board and none of them closes.
fn not_closed(store: &Store<'_>, status: &Value) -> Option<Problem> {
    let given = Given::of(status);
    let is_meant = |record: &Value| given.is(record);
    find_where(store.world, Kind::BoardStatus, |_, record| is_meant(record))?;
    let closes = |record: &Value| is_meant(record) && record["closedStatus"] == true;
    if find_where(store.world, Kind::BoardStatus, |_, record| closes(record)).is_some() {
        return None;
    }
    let field = format!("status/{}", given.by);
    Some(Problem::new(
        "InvalidObject",
        "Merged ticket status must be a closed status.",
        field,
    ))
}

/// A ticket that can be merged, with the status. Invented: that the status has to be one of its own board.
fn child(
    store: &Store<'_>,
    who: &Writer<'_>,
    (parent, id): (i64, i64),
    status: &Value,
) -> Result<(Document, Members), Refusal> {
    let refused =
        |code, message: String| Refusal::invalid(MERGE.resource, Problem::new(code, message, "mergeTicketIds"));
    if id == parent {
        return Err(refused(
            "InvalidObject",
            format!("Service Ticket {id} cannot be merged into itself."),
        ));
    }
    let Ok(child) = store.ticket(id) else {
        return Err(refused("NotFound", Kind::Ticket.not_found(&id.to_string())));
    };
    if members_of(&child)?.get("mergedParentTicket").is_some() {
        return Err(refused(
            "InvalidObject",
            format!("Service Ticket {id} is already merged into another ticket."),
        ));
    }
    let members = with_status(store, who, &child, status)?;
    Ok((child, members))
}

fn problems_of(refused: Refusal) -> Vec<Problem> {
    match refused {
        Refusal::Invalid { problems, .. } => problems,
        Refusal::Plain { code, message, .. } => vec![Problem::new(code, message, "mergeTicketIds")],
    }
}
