//! Add Ticket Notes: the same note on every given ticket.

use deskhand_command::{Column, Declaration, Effect, Failure, KeyField, Mode, Of, Outcome, Rows, States, Table};
use schemars::JsonSchema;
use serde_json::Value;

use super::Run;
use super::items::{Item, each};
use super::rights::{EDIT_TICKETS, INQUIRE_TICKETS};
use crate::writes::{AddNote, Write as _, perform as write, prepare};

/// The inputs; their comments are the help on every surface.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used: values are read by name")]
struct AddTicketNotesInputs {
    /// The ids of the tickets.
    #[schemars(title = "Ticket IDs", length(min = 1))]
    ticket_ids: Vec<i64>,
    /// Show the note in the discussion, where the contact can see it. The first one is a ticket's description.
    #[schemars(title = "Discussion Note", extend("default" = true))]
    discussion_note: Option<bool>,
    /// Show the note in the internal analysis. With the discussion as well, the contact can see it all the same.
    #[schemars(title = "Internal Note", extend("default" = false))]
    internal_note: Option<bool>,
    /// Show the note in the resolution, where the contact can see it.
    #[schemars(title = "Resolution Note", extend("default" = false))]
    resolution_note: Option<bool>,
    /// The text of the note.
    #[schemars(title = "Note Text", length(min = 1))]
    note_text: String,
}

pub(super) fn declaration() -> Declaration {
    Declaration {
        title: "Add Ticket Notes",
        slug: "add-ticket-notes",
        summary: "Add a note to tickets",
        effect: Effect::Writes,
        rights: &[INQUIRE_TICKETS, EDIT_TICKETS],
        states: States::Three,
        table: Table {
            rows: Rows::Records,
            columns: &[
                Column("Ticket ID", "/ticketId"),
                Column("Note ID", "/id"),
                Column("Text", "/text"),
            ],
        },
        key_fields: &[
            KeyField {
                name: "TicketIDs",
                pointer: "/ticketId",
                of: Of::Records,
            },
            KeyField {
                name: "NoteIDs",
                pointer: "/id",
                of: Of::EachRecord,
            },
        ],
        inputs: Declaration::inputs_of::<AddTicketNotesInputs>(),
    }
}

pub(super) async fn perform(run: &Run<'_>) -> Result<Outcome, Failure> {
    let tickets = run.inputs.required_ids("ticket_ids")?;
    let note = AddNote {
        ticket: 0,
        text: run.inputs.required_verbatim("note_text")?,
        discussion: run.inputs.flag("discussion_note")?.unwrap_or(true),
        internal: run.inputs.flag("internal_note")?.unwrap_or(false),
        resolution: run.inputs.flag("resolution_note")?.unwrap_or(false),
    };
    if !(note.discussion || note.internal || note.resolution) {
        let why = "at least one of Discussion Note, Internal Note and Resolution Note has to be True";
        return Err(run.inputs.invalid("discussion_note", why));
    }
    if run.context.mode == Mode::Perform {
        prepare(run).await?;
    }
    Ok(each(run, &tickets, |ticket| one(run, AddNote { ticket, ..note.clone() })).await)
}

/// The ticket is read first: it says who will be e-mailed, and what is not there gets no note.
async fn one(run: &Run<'_>, note: AddNote) -> Result<Item, Failure> {
    let ticket = run.client.get(format!("service/tickets/{}", note.ticket)).await;
    let ticket: Value = serde_json::from_slice(&ticket.map_err(|error| run.failure(&error))?.json).unwrap_or_default();
    let recipients = recipients(&ticket, &note);
    let told = |item: Item| item.telling("E-mailed", recipients.clone());
    if run.context.mode == Mode::DryRun {
        let seen = note.discussion || note.resolution;
        return Ok(told(Item::of(None))
            .telling("Would Send", note.request().to_text())
            .telling("Contact Can See It", seen));
    }
    if !recipients.is_empty() {
        let to = recipients.join(", ");
        run.context
            .progress
            .says(&format!("the note on ticket {} goes by e-mail to {to}", note.ticket));
    }
    let made = write(run, &note).await?;
    let id = made.as_ref().and_then(|made| made.id);
    Ok(told(Item::of(made.map(|made| made.json))).telling("Note ID", id))
}

/// Who gets a note by e-mail, as the flags of the ticket say; the rules of a board can add others.
///
/// Internal notes go to no contact and no copy (the vendor's documentation of the flags).
fn recipients(ticket: &Value, note: &AddNote) -> Vec<String> {
    let is_set = |flag: &str| ticket.get(flag).and_then(Value::as_bool).unwrap_or(false);
    let text = |member: &str| {
        ticket
            .get(member)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let outside = note.discussion || note.resolution;
    let mut recipients = Vec::new();
    if outside && is_set("automaticEmailContactFlag") {
        recipients.push(text("contactEmailAddress"));
    }
    if is_set("automaticEmailResourceFlag") {
        recipients.extend(parts(&text("resources"), ',').map(|member| format!("member {member}")));
    }
    if outside && is_set("automaticEmailCcFlag") {
        recipients.extend(parts(&text("automaticEmailCc"), ';'));
    }
    recipients.retain(|recipient| !recipient.is_empty());
    recipients
}

fn parts(text: &str, separator: char) -> impl Iterator<Item = String> {
    let parts = text.split(separator).map(str::trim).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect::<Vec<_>>().into_iter()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ant10_the_flags_of_the_ticket_say_who_is_mailed() {
        let ticket = json!({
            "automaticEmailContactFlag": true, "automaticEmailResourceFlag": true, "automaticEmailCcFlag": true,
            "contactEmailAddress": "c@x", "resources": "ann, bob", "automaticEmailCc": "d@x;e@x;",
        });
        let note = |discussion, internal| AddNote {
            ticket: 7,
            text: "t".to_owned(),
            discussion,
            internal,
            resolution: false,
        };
        let all = ["c@x", "member ann", "member bob", "d@x", "e@x"];
        assert_eq!(recipients(&ticket, &note(true, false)), all);
        assert_eq!(recipients(&ticket, &note(true, true)), all);
        assert_eq!(recipients(&ticket, &note(false, true)), ["member ann", "member bob"]);
        assert!(recipients(&json!({"contactEmailAddress": "c@x"}), &note(true, false)).is_empty());
    }
}
