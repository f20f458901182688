//! Create Ticket: one service ticket, and never two for one wish.

use deskhand_command::{Column, ContextData, Declaration, Effect, Failure, Mode, Outcome, Results, States, Table};
use schemars::JsonSchema;
use serde_json::{Map, Value, json};

use super::rights::{ADD_TICKETS, INQUIRE_TICKETS};
use super::ticket_members::{Checked, TicketMembers};
use super::{Run, TICKET_KEYS, TICKET_TABLE};
use crate::names::{PRIORITIES, match_priority, priorities};
use crate::writes::{CreateTicket, TICKETS, Write as _, perform as write, prepare};

/// The inputs; their comments are the help on every surface.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used: values are read by name")]
struct CreateTicketInputs {
    /// The summary, of at most 100 characters. What happened in detail is a note: Add Ticket Notes.
    #[schemars(title = "Summary", length(min = 1, max = 100))]
    summary: String,
    /// The id of the company; List Companies shows it.
    #[schemars(title = "Company ID", range(min = 1))]
    company_id: i64,
    /// The board, by its name. The PSA's default for the API member when left out.
    #[schemars(title = "Board Name")]
    board_name: Option<String>,
    /// The status, by its name on the board. The board's default when left out.
    #[schemars(title = "Status")]
    status: Option<String>,
    /// The priority: Priority 1 - Emergency Response, Priority 2 - Quick Response, Priority 3 - Normal Response or Priority 4
    /// - Scheduled Maintenance. Where the PSA calls it otherwise, its only priority of that number.
    #[schemars(title = "Priority", extend("default" = "Priority 3 - Normal Response"))]
    priority: Option<String>,
    /// The urgency (the PSA's severity): High, Medium or Low.
    #[schemars(title = "Urgency", extend("default" = "Medium"))]
    urgency: Option<String>,
    /// The impact: High, Medium or Low.
    #[schemars(title = "Impact", extend("default" = "Medium"))]
    impact: Option<String>,
    /// The contact's name. The company's contact when left out.
    #[schemars(title = "Ticket Contact Name", length(max = 62))]
    ticket_contact_name: Option<String>,
    /// The contact's phone number. That of the company's contact when left out.
    #[schemars(title = "Ticket Contact Phone Number", length(max = 20))]
    ticket_contact_phone_number: Option<String>,
    /// The contact's e-mail address. That of the company's contact when left out.
    #[schemars(title = "Ticket Contact Email Address", length(max = 250))]
    ticket_contact_email_address: Option<String>,
    /// The team, by its name on the board. The board's default when left out.
    #[schemars(title = "Team")]
    team: Option<String>,
    /// More members of the PSA's tickets, as a JSON object: {"city": "Tampa", "source": {"name": "Call"}}. Inputs of their
    /// own win.
    #[schemars(title = "Additional Fields")]
    additional_fields: Option<Map<String, Value>>,
}

/// What a ticket gets when nothing is said.
const DEFAULT_PRIORITY: &str = PRIORITIES[2];
const DEFAULT_LEVEL: &str = "Medium";

pub(super) fn declaration() -> Declaration {
    Declaration {
        title: "Create Ticket",
        slug: "create-ticket",
        summary: "Create a service ticket",
        effect: Effect::Writes,
        rights: &[INQUIRE_TICKETS, ADD_TICKETS],
        states: States::Two,
        table: Table {
            columns: &[
                Column("ID", "/id"),
                Column("Summary", "/summary"),
                Column("Board", "/board/name"),
                Column("Status", "/status/name"),
                Column("Priority", "/priority/name"),
            ],
            ..TICKET_TABLE
        },
        key_fields: TICKET_KEYS,
        inputs: Declaration::inputs_of::<CreateTicketInputs>(),
    }
}

pub(super) async fn perform(run: &Run<'_>) -> Result<Outcome, Failure> {
    run.inputs.required_text("summary")?;
    run.inputs.required_id("company_id")?;
    let checked = Checked::read(run)?;
    let defaults = Defaults::of(&checked);
    let mut members = checked.resolve(run).await?;
    let warning = defaults.fill(run, &mut members).await?;
    let create = CreateTicket::new(members.into_object(), run.mark, run.context.write_key());
    let mut told = json!({"Result": "Successful"});
    if let Some(warning) = warning {
        told["Warning"] = json!(warning);
    }
    if run.context.mode == Mode::DryRun {
        told["Would Send"] = json!(create.request().to_text());
        return Ok(outcome(Results::none(), told));
    }
    prepare(run).await?;
    let first = run
        .context
        .journal
        .made(TICKETS)
        .await
        .is_ok_and(|made| made.is_empty());
    let ticket = match made_elsewhere(run, &create).await? {
        Some(ticket) => Some(ticket),
        None => write(run, &create).await?,
    };
    if first && create.marker().is_some() && create.made_before(run).await.is_ok_and(|found| found.is_none()) {
        told["Warning"] = json!(
            "the PSA does not find this ticket by its mark: a lost answer will be looked for by company and summary"
        );
    }
    told["Ticket ID"] = json!(ticket.as_ref().and_then(|ticket| ticket.id));
    Ok(outcome(
        Results::Memory(ticket.map(|ticket| ticket.json).into_iter().collect()),
        told,
    ))
}

fn outcome(results: Results, told: Value) -> Outcome {
    let mut outcome = Outcome::succeeded(results, 0);
    outcome.context_data = ContextData::Items(vec![told]);
    outcome
}

/// Another machine, with a journal of its own, may have made it under the caller's key.
async fn made_elsewhere(
    run: &Run<'_>,
    create: &CreateTicket,
) -> Result<Option<connectwise_psa::records::RawRecord>, Failure> {
    if run.context.idempotency_key.is_none() {
        return Ok(None);
    }
    create.made_before(run).await.map_err(|error| run.failure(&error))
}

/// Which members get a default, because nothing sets them.
struct Defaults {
    priority: bool,
    urgency: bool,
    impact: bool,
}

impl Defaults {
    fn of(checked: &Checked) -> Self {
        Self {
            priority: !checked.sets("priority"),
            urgency: !checked.sets("severity"),
            impact: !checked.sets("impact"),
        }
    }

    /// Sets the defaults; a priority that the PSA has under no such name is left to it, and that is said.
    async fn fill(&self, run: &Run<'_>, members: &mut TicketMembers) -> Result<Option<String>, Failure> {
        members.add("severity", self.urgency.then_some(DEFAULT_LEVEL));
        members.add("impact", self.impact.then_some(DEFAULT_LEVEL));
        if !self.priority {
            return Ok(None);
        }
        let names = priorities(&run.client).await.map_err(|error| run.failure(&error))?;
        let name = match names.map(|names| match_priority(DEFAULT_PRIORITY, &names)) {
            None => DEFAULT_PRIORITY.to_owned(),
            Some(Ok(name)) => name,
            Some(Err(unmatched)) => {
                return Ok(Some(format!(
                    "the priority is the PSA's own default, because {unmatched}"
                )));
            }
        };
        members.add("priority", Some(json!({ "name": name })));
        Ok(None)
    }
}
