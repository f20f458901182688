//! Test Connection: one small read that needs what every other command needs.

use connectwise_psa::{ListRequest, Patience};
use deskhand_command::{Column, ContextData, Declaration, Effect, Failure, Outcome, Results, Rows, States, Table};
use schemars::JsonSchema;
use serde_json::json;

use super::Run;
use super::rights::INQUIRE_TICKETS;

/// It has no inputs.
#[derive(JsonSchema)]
struct NoInputs {}

pub(super) fn declaration() -> Declaration {
    Declaration {
        title: "Test Connection",
        slug: "test-connection",
        summary: "Check that the connection works and may read tickets",
        effect: Effect::Reads,
        rights: &[INQUIRE_TICKETS],
        states: States::Two,
        table: Table {
            rows: Rows::Items,
            columns: &[Column("Connection", "/Connection")],
        },
        key_fields: &[],
        inputs: Declaration::inputs_of::<NoInputs>(),
    }
}

pub(super) async fn perform(run: &Run<'_>) -> Result<Outcome, Failure> {
    let one_ticket = ListRequest::new("service/tickets").fields("id").page_size(1);
    // Whoever tests wants to hear at once: nothing is tried again.
    let once = run.client.with_patience(Patience {
        retries: 0,
        refusals: 0,
        ..Patience::PROMPT
    });
    once.list(&one_ticket).await.map_err(|error| run.failure(&error))?;
    let mut outcome = Outcome::succeeded(Results::none(), 0);
    outcome.context_data = ContextData::Items(vec![json!({"Connection": "Passed"})]);
    Ok(outcome)
}
