//! What every command has in common: its line in the catalogue, and what it is handed when it runs.

use connectwise_psa::{Client, Error, FieldError};
use deskhand_command::input::Inputs;
use deskhand_command::{BoxFuture, Command, CommandOutput, Context, Declaration, Failure, Outcome};
use serde_json::{Map, Value};

use super::rights;
use crate::failure::translate;
use crate::writes::{OurMember, TicketMark};

/// A line of the catalogue: what a command declares, and the function that performs it.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) declaration: Declaration,
    pub(super) perform: Perform,
}

/// Performs a command on checked names; inputs are read, and refused, before anything is sent.
pub(super) type Perform = for<'a> fn(&'a Run<'a>) -> BoxFuture<'a, Result<Outcome, Failure>>;

/// One run of a command.
pub(crate) struct Run<'a> {
    /// The connection, counting this run's requests.
    pub(crate) client: Client,
    /// Where new tickets are marked.
    pub(crate) mark: TicketMark,
    /// Who we are, as far as that is known.
    pub(crate) us: OurMember,
    pub(crate) context: &'a Context,
    pub(crate) declaration: &'a Declaration,
    pub(crate) inputs: Inputs<'a>,
}

/// The members of tickets and notes that inputs stand for.
const MEMBERS: [(&str, &str); 13] = [
    ("summary", "summary"),
    ("company", "company_id"),
    ("board", "board_name"),
    ("status", "status"),
    ("priority", "priority"),
    ("severity", "urgency"),
    ("impact", "impact"),
    ("contactName", "ticket_contact_name"),
    ("contactPhoneNumber", "ticket_contact_phone_number"),
    ("contactEmailAddress", "ticket_contact_email_address"),
    ("team", "team"),
    ("automaticEmailCc", "automatic_email_cc"),
    ("text", "note_text"),
];

/// A command on a connection.
pub(super) struct OnConnection {
    pub(super) client: Client,
    pub(super) mark: TicketMark,
    pub(super) us: OurMember,
    pub(super) entry: Entry,
}

/// The PSA's own words that the documentation of Merge Tickets shows: they stay, whatever member they are about.
pub(super) const OPEN_STATUS: &str = "Merged ticket status must be a closed status.";

impl Run<'_> {
    /// What an error of a read means for this command.
    pub(crate) fn failure(&self, error: &Error) -> Failure {
        self.failure_needing(error, &rights::to_read(self.declaration.rights))
    }

    /// What an error means of a request that needs these lines of the security role.
    ///
    /// What the vendor says of a member that one of the inputs stands for is said of that input.
    pub(crate) fn failure_needing(&self, error: &Error, rights: &[&str]) -> Failure {
        if says(error, OPEN_STATUS) {
            let hint = "List Board Statuses shows the closed ones";
            return Failure::new(error.status().unwrap_or(400), OPEN_STATUS).with_hint(hint);
        }
        match self.refused_input(error) {
            Some((input, said)) => self.inputs.invalid(input, format!("the PSA said: {said}")),
            None => translate(error, rights),
        }
    }

    /// The input whose member the vendor does not accept, and what it said.
    pub(crate) fn refused_input(&self, error: &Error) -> Option<(&'static str, String)> {
        let inputs = self.declaration.inputs.get("properties")?;
        let refused = |field: &FieldError| {
            let member = field.field.as_deref()?.split('/').next()?;
            let (_, input) = MEMBERS.iter().find(|(of, _)| of.eq_ignore_ascii_case(member))?;
            inputs.get(input)?;
            Some((*input, field.message.clone().unwrap_or_default()))
        };
        error.vendor()?.errors.iter().find_map(refused)
    }
}

/// Whether the PSA says this, of the whole request or of one of its members.
fn says(error: &Error, words: &str) -> bool {
    error.vendor().is_some_and(|vendor| {
        let of_members = vendor.errors.iter().filter_map(|field| field.message.as_deref());
        of_members.chain([vendor.message.as_str()]).any(|said| said == words)
    })
}

impl Command for OnConnection {
    fn declaration(&self) -> &Declaration {
        &self.entry.declaration
    }

    fn run<'a>(&'a self, context: &'a Context, inputs: Map<String, Value>) -> BoxFuture<'a, CommandOutput> {
        Box::pin(async move {
            let (started, client) = (context.clock.now(), self.client.counted());
            let declaration = &self.entry.declaration;
            let outcome = match Inputs::new(declaration, inputs) {
                Ok(inputs) => {
                    let run = Run {
                        client: client.clone(),
                        mark: self.mark,
                        us: self.us.clone(),
                        context,
                        declaration,
                        inputs,
                    };
                    (self.entry.perform)(&run).await
                }
                Err(failure) => Err(failure),
            };
            let mut outcome = outcome.unwrap_or_else(|failure| Outcome::failed(failure, 0));
            outcome.vendor_calls = client.calls();
            outcome.finish(declaration, context, started)
        })
    }
}
