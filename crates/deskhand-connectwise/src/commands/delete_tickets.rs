//! Delete Tickets: for good, each id once.

use deskhand_command::{Column, Declaration, Effect, Failure, KeyField, Mode, Of, Outcome, Rows, States, Table};
use schemars::JsonSchema;
use serde_json::json;

use super::Run;
use super::items::{Item, each};
use super::rights::{DELETE_TICKETS, INQUIRE_TICKETS};
use crate::writes::{DeleteTicket, Write as _, perform as write, prepare};

/// The inputs; their comments are the help on every surface.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used: values are read by name")]
struct DeleteTicketsInputs {
    /// The ids of the tickets to delete. What is deleted does not come back.
    #[schemars(title = "Ticket IDs", length(min = 1))]
    ticket_ids: Vec<i64>,
}

pub(super) fn declaration() -> Declaration {
    Declaration {
        title: "Delete Tickets",
        slug: "delete-tickets",
        summary: "Delete tickets for good",
        effect: Effect::Deletes,
        rights: &[INQUIRE_TICKETS, DELETE_TICKETS],
        states: States::Three,
        table: Table {
            rows: Rows::Items,
            columns: &[
                Column("Ticket ID", "/Ticket ID"),
                Column("Result", "/Result"),
                Column("Summary", "/Summary"),
            ],
        },
        key_fields: &[KeyField {
            name: "TicketIDs",
            pointer: "/id",
            of: Of::EachRecord,
        }],
        inputs: Declaration::inputs_of::<DeleteTicketsInputs>(),
    }
}

pub(super) async fn perform(run: &Run<'_>) -> Result<Outcome, Failure> {
    let tickets = run.inputs.required_ids("ticket_ids")?;
    if run.context.mode == Mode::Perform {
        prepare(run).await?;
    }
    Ok(each(run, &tickets, |ticket| one(run, ticket)).await)
}

/// The ticket is read first: a lost answer can be told from a ticket that never was.
async fn one(run: &Run<'_>, ticket: i64) -> Result<Item, Failure> {
    let delete = DeleteTicket { ticket };
    let key = run.context.write_key();
    let begun = run
        .context
        .journal
        .find(key, &delete.step())
        .await
        .is_ok_and(|known| known.is_some());
    let mut item = Item::of(None);
    if !begun {
        let seen = run.client.get(format!("service/tickets/{ticket}")).await;
        let seen = seen.map_err(|error| run.failure(&error))?;
        let seen: serde_json::Value = serde_json::from_slice(&seen.json).unwrap_or_default();
        item = item.telling("Summary", seen.get("summary").cloned().unwrap_or_default());
    }
    if run.context.mode == Mode::DryRun {
        return Ok(item.telling("Would Send", delete.request().to_text()));
    }
    write(run, &delete).await?;
    item.record = Some(json!({"id": ticket, "Result": "Successful"}).to_string().into());
    Ok(item)
}
