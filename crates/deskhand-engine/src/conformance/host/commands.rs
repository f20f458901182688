//! Toy commands; those that write do it as real ones do, by way of the journal.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use deskhand_command::journal::{Ending, Intent, JournalError, WriteId};
use deskhand_command::{
    BoxFuture, Command, CommandOutput, Context, Declaration, Effect, Failure, KeyField, Mode, Of, Outcome, Results,
    Retry, Rows, States, Table,
};
use serde_json::{Map, Value, json};

use super::killer::Killer;
use super::world::Psa;

/// A toy command on the toy PSA.
pub(super) struct ToyCommand {
    pub(super) does: ToyDoes,
    pub(super) declaration: Declaration,
    pub(super) psa: Arc<Psa>,
    pub(super) killer: Arc<Killer>,
}

/// What a toy command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ToyDoes {
    /// Yields the tickets 1 to 3.
    GetTickets,
    /// Writes a note to a ticket.
    AddNote,
    /// Writes a note whose answer is lost, so that it has to be looked for.
    AnswerLost,
    /// Sends a note that is lost on its way, at the first time.
    RequestLost,
    /// Fails as often as the PSA was told, and then writes a note.
    Shaky,
    /// Fails always.
    Broken,
    /// Writes a note whose answer is lost and that nobody finds, until the PSA gives it away.
    Lost,
    /// Some of its items fail.
    Partly,
    /// Yields more than a step may.
    Huge,
    /// Breaks off in the middle.
    Panics,
    /// Says whether it would only say what it would do.
    SaysMode,
}

impl ToyDoes {
    pub(super) fn of(slug: &str) -> Option<Self> {
        Some(match slug {
            "get-tickets" => Self::GetTickets,
            "add-note" => Self::AddNote,
            "answer-lost" => Self::AnswerLost,
            "request-lost" => Self::RequestLost,
            "shaky" => Self::Shaky,
            "broken" => Self::Broken,
            "lost" => Self::Lost,
            "partly" => Self::Partly,
            "huge" => Self::Huge,
            "panics" => Self::Panics,
            "says-mode" => Self::SaysMode,
            _ => return None,
        })
    }
}

pub(super) fn declaration() -> Declaration {
    Declaration {
        title: "Toy",
        slug: "toy",
        summary: "Does what toys do.",
        effect: Effect::Writes,
        rights: &[],
        states: States::Three,
        table: Table {
            rows: Rows::Records,
            columns: &[],
        },
        key_fields: &[KeyField {
            name: "TicketIDs",
            pointer: "/id",
            of: Of::Records,
        }],
        inputs: Declaration::inputs_of::<BTreeMap<String, Value>>(),
    }
}

impl ToyCommand {
    async fn results(&self, context: &Context, inputs: &Map<String, Value>) -> Result<Vec<Value>, Failure> {
        match self.does {
            ToyDoes::GetTickets => {
                self.killer.point().await;
                Ok((1..=3).map(|id| json!({"id": id})).collect())
            }
            ToyDoes::Shaky => {
                self.killer.point().await;
                if self.psa.fails(&context.run_id) {
                    return Err(Failure::new(503, "The toy is shaky.").with_retry(Retry::Later));
                }
                self.add_note(context, inputs).await
            }
            ToyDoes::Broken => Err(Failure::new(404, "The toy is broken.").with_hint("mend it")),
            ToyDoes::Lost if self.psa.is_lost() => Err(Failure::new(504, "It is unknown whether this took effect.")
                .with_hint("look in the PSA")
                .with_retry(Retry::Verify)),
            ToyDoes::AddNote | ToyDoes::AnswerLost | ToyDoes::RequestLost | ToyDoes::Lost => {
                self.add_note(context, inputs).await
            }
            ToyDoes::Partly => Ok(vec![json!({"id": 7})]),
            ToyDoes::Huge => Ok((0..2_000).map(|id| json!({"id": id})).collect()),
            ToyDoes::Panics => panic!("a toy breaks off"),
            ToyDoes::SaysMode => Ok(vec![json!({"dryRun": context.mode == Mode::DryRun})]),
        }
    }

    /// Writes a note once, however often it is asked to under one key; a dry run writes none.
    async fn add_note(&self, context: &Context, inputs: &Map<String, Value>) -> Result<Vec<Value>, Failure> {
        let note = Note::of(context, inputs)?;
        if context.mode == Mode::DryRun {
            return Ok(vec![json!({"id": note.ticket, "dryRun": true})]);
        }
        loop {
            if let Some(how) = self.look(context, &note).await? {
                return Ok(vec![json!({"id": note.ticket, how: true})]);
            }
            if let Some(write) = self.send(context, &note).await? {
                end(context, write, &note.done()).await?;
                self.killer.point().await;
                return Ok(vec![json!({"id": note.ticket})]);
            }
        }
    }

    /// How a note turns out to be there; what is not is noted as that.
    async fn look(&self, context: &Context, note: &Note) -> Result<Option<&'static str>, Failure> {
        let known = context.journal.find(&note.key, &note.step).await.map_err(broken)?;
        match known.map(|known| (known.id, known.ending)) {
            Some((_, Some(Ending::Done { .. }))) => Ok(Some("again")),
            Some((write, None)) if self.psa.has_note(&note.key, &note.text) => {
                end(context, write, &note.done()).await?;
                Ok(Some("found"))
            }
            Some((write, None)) => {
                let reason = "there is no trace of it".to_owned();
                end(context, write, &Ending::NotDone { reason }).await?;
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// Sends a note; the write that the PSA answered, unless the request or the answer was lost.
    async fn send(&self, context: &Context, note: &Note) -> Result<Option<WriteId>, Failure> {
        let intent = Intent {
            key: note.key.clone(),
            step: note.step.clone(),
            command: self.declaration.slug.to_owned(),
            target: format!("tickets/{}/notes", note.ticket),
            request: note.text.clone(),
            sent_at: context.clock.now(),
            marker: None,
        };
        self.killer.point().await;
        let write = context.journal.begin(&intent).await.map_err(broken)?;
        let write = write.ok_or_else(|| Failure::new(409, "Another one is at it.").with_retry(Retry::Later))?;
        self.killer.point().await;
        let arrives = self.does != ToyDoes::RequestLost || !self.psa.loses(&note.key);
        if arrives {
            self.psa.add_note(&note.key, &note.text);
        }
        self.killer.point().await;
        Ok(Some(write).filter(|_| arrives && self.does != ToyDoes::AnswerLost))
    }
}

/// A note that is to be there once.
struct Note {
    key: String,
    step: String,
    ticket: i64,
    text: String,
}

impl Note {
    fn of(context: &Context, inputs: &Map<String, Value>) -> Result<Self, Failure> {
        let ticket = inputs.get("Ticket ID").and_then(Value::as_i64);
        let ticket = ticket.ok_or_else(|| Failure::invalid_parameter("Ticket ID"))?;
        let text = inputs.get("Note").and_then(Value::as_str).unwrap_or_default();
        Ok(Self {
            key: context.write_key().to_owned(),
            step: format!("ticket {ticket}"),
            ticket,
            text: format!("{text} on {ticket}"),
        })
    }

    fn done(&self) -> Ending {
        Ending::Done {
            record: Some(self.ticket),
        }
    }
}

async fn end(context: &Context, write: WriteId, ending: &Ending) -> Result<(), Failure> {
    context.journal.end(write, ending).await.map_err(broken)
}

fn broken(_: JournalError) -> Failure {
    Failure::new(500, "The toy's journal is broken.")
}

impl Command for ToyCommand {
    fn declaration(&self) -> &Declaration {
        &self.declaration
    }

    fn run<'a>(&'a self, context: &'a Context, inputs: Map<String, Value>) -> BoxFuture<'a, CommandOutput> {
        Box::pin(async move {
            let started = context.clock.now();
            let outcome = match self.results(context, &inputs).await {
                Ok(records) => {
                    let records = records.into_iter().map(|record| Bytes::from(record.to_string()));
                    let worked = Outcome::succeeded(Results::Memory(records.collect()), 1);
                    let failures = match self.does {
                        ToyDoes::Partly => vec![Failure::new(404, "One of them is not there.")],
                        _ => Vec::new(),
                    };
                    Outcome { failures, ..worked }
                }
                Err(failure) => Outcome::failed(failure, 1),
            };
            outcome.finish(&self.declaration, context, started)
        })
    }
}
