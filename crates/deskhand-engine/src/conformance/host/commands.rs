//! Toy commands; those that write do it as real ones do, by way of the journal.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use deskhand_command::journal::{Ending, Intent};
use deskhand_command::{
    BoxFuture, Command, CommandOutput, Context, Declaration, Effect, Failure, KeyField, Of, Outcome, Results, Retry,
    Rows, States, Table,
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
}

impl ToyDoes {
    pub(super) fn of(slug: &str) -> Option<Self> {
        Some(match slug {
            "get-tickets" => Self::GetTickets,
            "add-note" => Self::AddNote,
            "shaky" => Self::Shaky,
            "broken" => Self::Broken,
            "lost" => Self::Lost,
            "partly" => Self::Partly,
            "huge" => Self::Huge,
            "panics" => Self::Panics,
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
            ToyDoes::AddNote => self.add_note(context, inputs).await,
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
            ToyDoes::Lost => self.add_note(context, inputs).await,
            ToyDoes::Partly => Ok(vec![json!({"id": 7})]),
            ToyDoes::Huge => Ok((0..2_000).map(|id| json!({"id": id})).collect()),
            ToyDoes::Panics => panic!("a toy breaks off"),
        }
    }

    /// Writes a note once, however often it is asked to under one key.
    async fn add_note(&self, context: &Context, inputs: &Map<String, Value>) -> Result<Vec<Value>, Failure> {
        let id = inputs.get("Ticket ID").and_then(Value::as_i64);
        let id = id.ok_or_else(|| Failure::invalid_parameter("Ticket ID"))?;
        let text = inputs.get("Note").and_then(Value::as_str).unwrap_or_default();
        let (step, note) = (format!("ticket {id}"), format!("{text} on {id}"));
        let key = context.write_key();
        let broken = |_| Failure::new(500, "The toy's journal is broken.");
        let known = context.journal.find(key, &step).await.map_err(broken)?;
        match known.map(|known| (known.id, known.ending)) {
            Some((_, Some(Ending::Done { .. }))) => return Ok(vec![json!({"id": id, "again": true})]),
            Some((write, None)) if self.psa.has_note(key, &note) => {
                let done = Ending::Done { record: Some(id) };
                context.journal.end(write, &done).await.map_err(broken)?;
                return Ok(vec![json!({"id": id, "found": true})]);
            }
            Some((write, None)) => {
                let reason = "there is no trace of it".to_owned();
                context
                    .journal
                    .end(write, &Ending::NotDone { reason })
                    .await
                    .map_err(broken)?;
            }
            _ => {}
        }
        let intent = Intent {
            key: key.to_owned(),
            step,
            command: self.declaration.slug.to_owned(),
            target: format!("tickets/{id}/notes"),
            request: note.clone(),
            sent_at: context.clock.now(),
            marker: None,
        };
        self.killer.point().await;
        let write = context.journal.begin(&intent).await.map_err(broken)?;
        let write = write.ok_or_else(|| Failure::new(409, "Another one is at it.").with_retry(Retry::Later))?;
        self.killer.point().await;
        self.psa.add_note(key, &note);
        self.killer.point().await;
        let done = Ending::Done { record: Some(id) };
        context.journal.end(write, &done).await.map_err(broken)?;
        self.killer.point().await;
        Ok(vec![json!({"id": id})])
    }
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
