//! Get Tickets: tickets by their ids, in the order of the input.

use std::collections::HashMap;

use bytes::Bytes;
use connectwise_psa::records::{RawRecord, RecordType};
use connectwise_psa::{Condition, Error, ErrorKind, ListRequest};
use deskhand_command::{Declaration, Effect, Failure, Outcome, States};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use schemars::JsonSchema;

use super::items::{Item, each};
use super::rights::INQUIRE_TICKETS;
use super::{Run, TICKET_KEYS, TICKET_TABLE};

/// The inputs; their comments are the help on every surface.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used: values are read by name")]
struct GetTicketsInputs {
    /// The ids of the tickets; Fetch Event shows them at `$.Results[*].id`.
    #[schemars(title = "Ticket IDs", length(min = 1))]
    ticket_ids: Vec<i64>,
}

/// So many ids make a condition that fits into an address.
const IDS_A_REQUEST: usize = 100;
/// Up to here, asking for each costs no more than asking for all and then for what is missing.
const FEW: usize = 2;
/// Lists under way at once, at most; the governor may allow fewer.
const LISTS_AT_ONCE: usize = 8;

pub(super) fn declaration() -> Declaration {
    Declaration {
        title: "Get Tickets",
        slug: "get-tickets",
        summary: "Get tickets by their ids",
        effect: Effect::Reads,
        rights: &[INQUIRE_TICKETS],
        states: States::Three,
        table: TICKET_TABLE,
        key_fields: TICKET_KEYS,
        inputs: Declaration::inputs_of::<GetTicketsInputs>(),
    }
}

/// Lists find most with one request for a hundred; the PSA is asked for each of the others, to say why it is not there.
pub(super) async fn perform(run: &Run<'_>) -> Result<Outcome, Failure> {
    let ids = run.inputs.required_ids("ticket_ids")?;
    let found = if ids.len() > FEW {
        listed(run, &ids).await.map_err(|error| run.failure(&error))?
    } else {
        HashMap::new()
    };
    Ok(each(run, &ids, |id| one(run, id, found.get(&id).cloned())).await)
}

async fn one(run: &Run<'_>, id: i64, found: Option<Bytes>) -> Result<Item, Failure> {
    if let Some(ticket) = found {
        return Ok(Item::of(ticket));
    }
    let ticket = run.client.get(format!("service/tickets/{id}")).await;
    Ok(Item::of(ticket.map_err(|error| run.failure(&error))?.json))
}

async fn listed(run: &Run<'_>, ids: &[i64]) -> Result<HashMap<i64, Bytes>, Error> {
    let lists: Vec<_> = ids.chunks(IDS_A_REQUEST).map(list_of).collect();
    let lists = stream::iter(lists).map(|list| async move { run.client.list(&list).await });
    let pages: Vec<_> = match lists.buffered(LISTS_AT_ONCE).try_collect().await {
        Ok(pages) => pages,
        // What the list cannot say, each request says for itself.
        Err(error) if error.kind() == ErrorKind::Rejected => return Ok(HashMap::new()),
        Err(error) => return Err(error),
    };
    let records = pages.into_iter().flat_map(|page: connectwise_psa::Page| page.records);
    let tickets = records.filter(|record: &RawRecord| record.record_type != RecordType::Other);
    Ok(tickets.filter_map(|record| Some((record.id?, record.json))).collect())
}

fn list_of(ids: &[i64]) -> ListRequest {
    ListRequest::new("service/tickets")
        .conditions(Condition::one_of("id", ids.iter().copied()))
        .order_by("id asc")
        .page_size(1000)
}
