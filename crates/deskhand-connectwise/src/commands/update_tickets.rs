//! Update Tickets: the same changes to every given ticket.

use connectwise_psa::Patch;
use deskhand_command::{Declaration, Effect, Failure, Mode, Outcome, States};
use schemars::JsonSchema;
use serde_json::{Map, Value, json};

use super::items::{Item, each};
use super::rights::{EDIT_CLOSING, EDIT_TICKETS, INQUIRE_CLOSING, INQUIRE_TICKETS};
use super::ticket_members::{Checked, is_address};
use super::{Run, TICKET_KEYS, TICKET_TABLE};
use crate::names::{find_named, names, nearest};
use crate::writes::{UpdateTicket, differences, perform as write, prepare};

/// The inputs; their comments are the help on every surface.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used: values are read by name")]
struct UpdateTicketsInputs {
    /// The ids of the tickets to update.
    #[schemars(title = "Ticket IDs", length(min = 1))]
    ticket_ids: Vec<i64>,
    /// The new summary, of at most 100 characters.
    #[schemars(title = "Summary", length(max = 100))]
    summary: Option<String>,
    /// The id of the company that they are to belong to.
    #[schemars(title = "Company ID", range(min = 1))]
    company_id: Option<i64>,
    /// The board to move them to, by its name; give a status of that board as well.
    #[schemars(title = "Board Name")]
    board_name: Option<String>,
    /// The status, by its name on the ticket's board. A closed one needs the right to close tickets.
    #[schemars(title = "Status")]
    status: Option<String>,
    /// The priority: Priority 1 - Emergency Response, Priority 2 - Quick Response, Priority 3 - Normal Response or Priority 4
    /// - Scheduled Maintenance. Where the PSA calls it otherwise, its only priority of that number.
    #[schemars(title = "Priority")]
    priority: Option<String>,
    /// The urgency (the PSA's severity): High, Medium or Low.
    #[schemars(title = "Urgency")]
    urgency: Option<String>,
    /// The impact: High, Medium or Low.
    #[schemars(title = "Impact")]
    impact: Option<String>,
    /// The contact's name.
    #[schemars(title = "Ticket Contact Name", length(max = 62))]
    ticket_contact_name: Option<String>,
    /// The contact's phone number.
    #[schemars(title = "Ticket Contact Phone Number", length(max = 20))]
    ticket_contact_phone_number: Option<String>,
    /// The contact's e-mail address.
    #[schemars(title = "Ticket Contact Email Address", length(max = 250))]
    ticket_contact_email_address: Option<String>,
    /// The team, by its name on the ticket's board.
    #[schemars(title = "Team")]
    team: Option<String>,
    /// Addresses that get a copy of notes, of at most 1000 characters together; an empty list ends that. Updating sends no
    /// mail: Add Ticket Notes does.
    #[schemars(title = "Automatic Email CC")]
    automatic_email_cc: Option<Vec<String>>,
    /// More members of the PSA's tickets, as a JSON object: {"city": "Tampa", "source": {"name": "Call"}}. Inputs of their
    /// own win.
    #[schemars(title = "Additional Fields")]
    additional_fields: Option<Map<String, Value>>,
}

/// The vendor's limit for all addresses together, with what is between them.
const LONGEST_CC: usize = 1000;

pub(super) fn declaration() -> Declaration {
    Declaration {
        title: "Update Tickets",
        slug: "update-tickets",
        summary: "Change tickets, all in the same way",
        effect: Effect::Writes,
        rights: &[INQUIRE_TICKETS, EDIT_TICKETS, INQUIRE_CLOSING, EDIT_CLOSING],
        states: States::Three,
        table: TICKET_TABLE,
        key_fields: TICKET_KEYS,
        inputs: Declaration::inputs_of::<UpdateTicketsInputs>(),
    }
}

pub(super) async fn perform(run: &Run<'_>) -> Result<Outcome, Failure> {
    let tickets = run.inputs.required_ids("ticket_ids")?;
    let checked = Checked::read(run)?;
    let copies = copies(run)?;
    if checked.is_empty() && copies.is_none() {
        return Err(
            Failure::new(400, "There is nothing to update.").with_hint("give at least one input beside Ticket IDs")
        );
    }
    let mut patch = Patch::new();
    for (member, value) in checked.resolve(run).await?.into_iter() {
        patch = patch.replace(member, value);
    }
    if let Some(copies) = copies {
        let any = !copies.is_empty();
        patch = patch
            .replace("automaticEmailCc", copies)
            .replace("automaticEmailCcFlag", any);
    }
    if run.context.mode == Mode::Perform {
        prepare(run).await?;
    }
    Ok(each(run, &tickets, |ticket| one(run, ticket, patch.clone())).await)
}

async fn one(run: &Run<'_>, ticket: i64, patch: Patch) -> Result<Item, Failure> {
    let update = UpdateTicket { ticket, patch };
    if run.context.mode == Mode::DryRun {
        return rehearse(run, &update).await;
    }
    match write(run, &update).await {
        Ok(ticket) => Ok(Item::of(ticket.map(|ticket| ticket.json))),
        Err(failure) => Err(with_nearest_status(run, ticket, failure).await),
    }
}

/// What would be sent, and what of it would change something.
async fn rehearse(run: &Run<'_>, update: &UpdateTicket) -> Result<Item, Failure> {
    use crate::writes::Write as _;
    let ticket = run.client.get(format!("service/tickets/{}", update.ticket)).await;
    let ticket: Value = serde_json::from_slice(&ticket.map_err(|error| run.failure(&error))?.json).unwrap_or_default();
    let changes: Vec<_> = differences(&update.patch, &ticket)
        .into_iter()
        .map(|difference| json!({"Field": difference.path, "From": difference.is, "To": difference.wanted}))
        .collect();
    Ok(Item::of(None)
        .telling("Would Send", update.request().to_text())
        .telling("Changes", changes))
}

/// The addresses as the vendor keeps them, one text.
fn copies(run: &Run<'_>) -> Result<Option<String>, Failure> {
    let Some(addresses) = run.inputs.texts("automatic_email_cc")? else {
        return Ok(None);
    };
    let invalid = |why: String| run.inputs.invalid("automatic_email_cc", why);
    if let Some(wrong) = addresses.iter().find(|address| !is_address(address)) {
        return Err(invalid(format!("`{wrong}` is no e-mail address")));
    }
    let joined = addresses.join(";");
    let length = joined.chars().count();
    if length > LONGEST_CC {
        return Err(invalid(format!(
            "at most {LONGEST_CC} characters are possible for all addresses with the semicolons between, and this has {length}"
        )));
    }
    Ok(Some(joined))
}

/// A status that the board does not have is refused by the PSA without a word about those that it has.
async fn with_nearest_status(run: &Run<'_>, ticket: i64, failure: Failure) -> Failure {
    if failure.message != run.inputs.invalid("status", "").message {
        return failure;
    }
    match near_status(run, ticket).await {
        Some(near) => {
            let said = failure.hint.clone().unwrap_or_default();
            failure.with_hint(format!("{said}; {near}"))
        }
        None => failure,
    }
}

/// The statuses of the board, the new one where it is to move, that are most like what was asked for, or what it has.
///
/// `None` when they cannot be read: that is a help and no more.
async fn near_status(run: &Run<'_>, ticket: i64) -> Option<String> {
    let input = |name: &str| run.inputs.text(name).ok().flatten();
    let (wanted, new_board) = (input("status"), input("board_name"));
    if wanted.is_none() && new_board.is_none() {
        return None;
    }
    let found = run.client.get(format!("service/tickets/{ticket}")).await.ok()?;
    let now: Value = serde_json::from_slice(&found.json).ok()?;
    let board = match new_board {
        Some(name) => find_named(&run.client, "service/boards", &name).await?.id,
        None => now.pointer("/board/id")?.as_i64()?,
    };
    let statuses = names(&run.client, &format!("service/boards/{board}/statuses"))
        .await
        .ok()??;
    if let Some(wanted) = wanted {
        return Some(nearest(&wanted, &statuses));
    }
    let has = now.pointer("/status/name")?.as_str()?;
    let near = nearest(has, &statuses);
    Some(format!("give a Status of the new board as well; {near}"))
}
