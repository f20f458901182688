//! Merge Tickets: several tickets into one, which stays as it is.

use connectwise_psa::{Condition, Error, ListRequest};
use deskhand_command::{
    Column, ContextData, Declaration, Effect, Failure, KeyField, Mode, Of, Outcome, Results, Rows, States, Table,
};
use schemars::JsonSchema;
use serde_json::{Value, json};

use super::Run;
use super::rights::{EDIT_MERGING, EDIT_TICKETS, INQUIRE_MERGING, INQUIRE_TICKETS};
use super::run::OPEN_STATUS;
use crate::writes::{MergeTickets, Write as _, merged_into, perform as write, prepare};

/// The inputs; their comments are the help on every surface.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used: values are read by name")]
struct MergeTicketsInputs {
    /// The id of the ticket that the others are merged into.
    #[schemars(title = "Parent Ticket ID", range(min = 1))]
    parent_ticket_id: i64,
    /// The ids of the tickets to merge; the parent cannot be among them.
    #[schemars(title = "Merge Ticket IDs", length(min = 1))]
    merge_ticket_ids: Vec<i64>,
    /// The id of the status that the merged tickets get, a closed one; List Board Statuses shows them.
    #[schemars(title = "Status", range(min = 1))]
    status: i64,
}

pub(super) fn declaration() -> Declaration {
    Declaration {
        title: "Merge Tickets",
        slug: "merge-tickets",
        summary: "Merge tickets into another one",
        effect: Effect::Writes,
        rights: &[INQUIRE_MERGING, EDIT_MERGING, INQUIRE_TICKETS, EDIT_TICKETS],
        states: States::Two,
        table: Table {
            rows: Rows::Items,
            columns: &[
                Column("Parent", "/Parent Ticket ID"),
                Column("Merged", "/Ticket ID"),
                Column("Result", "/Result"),
            ],
        },
        key_fields: &[
            KeyField {
                name: "ParentTicketID",
                pointer: "/Parent Ticket ID",
                of: Of::Items,
            },
            KeyField {
                name: "MergedTicketIDs",
                pointer: "/Ticket ID",
                of: Of::Items,
            },
        ],
        inputs: Declaration::inputs_of::<MergeTicketsInputs>(),
    }
}

pub(super) async fn perform(run: &Run<'_>) -> Result<Outcome, Failure> {
    let parent = run.inputs.required_id("parent_ticket_id")?;
    let children = run.inputs.required_ids("merge_ticket_ids")?;
    let status = run.inputs.required_id("status")?;
    if children.contains(&parent) {
        return Err(run
            .inputs
            .invalid("merge_ticket_ids", "a ticket cannot be merged into itself"));
    }
    let tickets = match read(run, parent, &children).await {
        Ok(tickets) => tickets,
        Err(failures) => return Ok(failed(parent, &children, failures, |_| NOT_MERGED)),
    };
    let left = match ready(run, parent, &tickets, status).await {
        Ok(left) => left,
        Err(failure) => {
            let was = |child| word_for(parent, ticket_of(&tickets, child));
            return Ok(failed(parent, &children, vec![failure], was));
        }
    };
    let mut merge = MergeTickets {
        parent,
        children: left,
        status,
    };
    if run.context.mode == Mode::DryRun {
        return Ok(rehearsal(&merge, &tickets));
    }
    if merge.children.is_empty() {
        // All of them are merged into this parent already: reading it back is all there is to do.
        merge.children.clone_from(&children);
    } else {
        prepare(run).await?;
        if let Err(failure) = write(run, &merge).await {
            let now = list(run, &children).await.unwrap_or_default();
            let is = |child| word_for(parent, ticket_of(&now, child));
            return Ok(failed(parent, &children, vec![failure], is));
        }
    }
    let parent_now = run.client.get(format!("service/tickets/{parent}")).await;
    let parent_now = parent_now.map_err(|error| run.failure(&error))?;
    let mut outcome = Outcome::succeeded(Results::Memory(vec![parent_now.json]), 0);
    outcome.context_data = told(parent, &children, |_| MERGED);
    Ok(outcome)
}

const MERGED: &str = "Successful";
const NOT_MERGED: &str = "Failed";
const UNKNOWN: &str = "Unknown";

/// Whether a ticket is part of the parent, as far as it could be read.
fn word_for(parent: i64, ticket: Option<&Value>) -> &'static str {
    match ticket {
        None => UNKNOWN,
        Some(ticket) if merged_into(ticket) == Some(parent) => MERGED,
        Some(_) => NOT_MERGED,
    }
}

fn ticket_of(tickets: &[(i64, Value)], wanted: i64) -> Option<&Value> {
    tickets.iter().find(|(id, _)| *id == wanted).map(|(_, ticket)| ticket)
}

/// A merge that failed still says of each ticket whether it is part of the parent, and why not where that is known.
fn failed(parent: i64, children: &[i64], failures: Vec<Failure>, is: impl Fn(i64) -> &'static str) -> Outcome {
    let mut outcome = Outcome::succeeded(Results::none(), 0);
    outcome.successes = 0;
    outcome.context_data = told(parent, children, is);
    outcome.failures = failures;
    if let ContextData::Items(items) = &mut outcome.context_data {
        for failure in &outcome.failures {
            let of_failure = |item: &&mut Value| failure.item.is_some() && item["Ticket ID"].as_i64() == failure.item;
            if let Some(item) = items.iter_mut().find(of_failure) {
                item["Message"] = json!(failure.message);
            }
        }
    }
    outcome
}

/// What became of each ticket.
fn told(parent: i64, children: &[i64], is: impl Fn(i64) -> &'static str) -> ContextData {
    let told = |child: &i64| json!({"Parent Ticket ID": parent, "Ticket ID": child, "Result": is(*child)});
    ContextData::Items(children.iter().map(told).collect())
}

/// The parent and the children as they are; what is not there fails the run before anything is merged.
async fn read(run: &Run<'_>, parent: i64, children: &[i64]) -> Result<Vec<(i64, Value)>, Vec<Failure>> {
    let ids: Vec<i64> = std::iter::once(parent).chain(children.iter().copied()).collect();
    let found = list(run, &ids).await.map_err(|error| vec![run.failure(&error)])?;
    let (mut tickets, mut missing) = (Vec::with_capacity(ids.len()), Vec::new());
    for id in ids {
        if let Some(ticket) = ticket_of(&found, id) {
            tickets.push((id, ticket.clone()));
            continue;
        }
        match run.client.get(format!("service/tickets/{id}")).await {
            Ok(ticket) => tickets.push((id, serde_json::from_slice(&ticket.json).unwrap_or_default())),
            Err(error) => missing.push(run.failure(&error).for_item("ticket", id)),
        }
    }
    if missing.is_empty() { Ok(tickets) } else { Err(missing) }
}

/// Those of the tickets that a list shows.
async fn list(run: &Run<'_>, ids: &[i64]) -> Result<Vec<(i64, Value)>, Error> {
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(100) {
        let list = ListRequest::new("service/tickets")
            .conditions(Condition::one_of("id", some.iter().copied()))
            .page_size(1000);
        let tickets = run.client.list(&list).await?.records.into_iter();
        found.extend(tickets.filter_map(|ticket| Some((ticket.id?, serde_json::from_slice(&ticket.json).ok()?))));
    }
    Ok(found)
}

/// Checks what can be checked before anything is merged; the children that are still to be merged.
async fn ready(run: &Run<'_>, parent: i64, tickets: &[(i64, Value)], status: i64) -> Result<Vec<i64>, Failure> {
    let left = check(run, parent, tickets)?;
    check_status(run, tickets, status).await?;
    Ok(left)
}

/// The children that are still to be merged; one that is part of another ticket cannot be.
fn check(run: &Run<'_>, parent: i64, tickets: &[(i64, Value)]) -> Result<Vec<i64>, Failure> {
    let mut left = Vec::new();
    for (id, ticket) in tickets {
        match merged_into(ticket) {
            Some(of) if *id == parent => {
                let why = format!("ticket {id} is merged into ticket {of} itself");
                return Err(run.inputs.invalid("parent_ticket_id", why));
            }
            Some(of) if of != parent => {
                let why = format!("ticket {id} is merged into ticket {of} already");
                return Err(run.inputs.invalid("merge_ticket_ids", why));
            }
            None if *id != parent => left.push(*id),
            _ => {}
        }
    }
    Ok(left)
}

/// The vendor wants a closed status, in these words; a role that may not read statuses leaves the check to it.
async fn check_status(run: &Run<'_>, tickets: &[(i64, Value)], status: i64) -> Result<(), Failure> {
    let mut boards: Vec<_> = tickets
        .iter()
        .filter_map(|(_, ticket)| ticket.pointer("/board/id")?.as_i64())
        .collect();
    boards.sort_unstable();
    boards.dedup();
    for board in boards {
        let Ok(found) = run
            .client
            .get(format!("service/boards/{board}/statuses/{status}"))
            .await
        else {
            continue;
        };
        let found: Value = serde_json::from_slice(&found.json).unwrap_or_default();
        if found.get("closedStatus").and_then(Value::as_bool) == Some(false) {
            let name = found.get("name").and_then(Value::as_str).unwrap_or_default();
            return Err(Failure::new(400, OPEN_STATUS).with_hint(format!(
                "status {status} is `{name}`, which is open; List Board Statuses shows the closed ones"
            )));
        }
        return Ok(());
    }
    Ok(())
}

/// What would be sent, and what would become of each ticket.
fn rehearsal(merge: &MergeTickets, tickets: &[(i64, Value)]) -> Outcome {
    let told = |child: &i64| {
        let status = ticket_of(tickets, *child)
            .and_then(|ticket| ticket.get("status"))
            .cloned()
            .unwrap_or_default();
        json!({
            "Parent Ticket ID": merge.parent, "Ticket ID": child, "Result": "Successful",
            "Would Send": merge.request().to_text(),
            "Changes": [
                {"Field": "status", "From": status, "To": {"id": merge.status}},
                {"Field": "mergedParentTicket", "From": null, "To": {"id": merge.parent}},
            ],
        })
    };
    let mut outcome = Outcome::succeeded(Results::none(), 0);
    outcome.context_data = ContextData::Items(merge.children.iter().map(told).collect());
    outcome
}
