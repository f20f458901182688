//! Test Connection: one small read that needs what every other command needs.

use connectwise_psa::{Client, ListRequest, Patience};
use deskhand_command::input::Inputs;
use deskhand_command::{
    BoxFuture, Command, CommandOutput, Context, Declaration, Effect, Failure, Outcome, Results, States, html_table,
};
use schemars::JsonSchema;
use serde_json::{Map, Value};

use super::INQUIRE_TICKETS;
use crate::failure::translate;

/// It has no inputs.
#[derive(JsonSchema)]
struct NoInputs {}

pub(super) struct TestConnection {
    client: Client,
    declaration: Declaration,
}

pub(super) fn declaration() -> Declaration {
    Declaration {
        title: "Test Connection",
        slug: "test-connection",
        summary: "Check that the connection works and may read tickets",
        effect: Effect::Reads,
        rights: &[INQUIRE_TICKETS],
        states: States::Two,
        inputs: Declaration::inputs_of::<NoInputs>(),
    }
}

impl TestConnection {
    pub(super) fn new(client: Client) -> Self {
        Self {
            client,
            declaration: declaration(),
        }
    }

    async fn perform(&self, inputs: Map<String, Value>) -> Result<Outcome, Failure> {
        Inputs::new(&self.declaration, inputs)?;
        let one_ticket = ListRequest::new("service/tickets").fields("id").page_size(1);
        // Whoever tests wants to hear at once: nothing is tried again.
        let once = self.client.with_patience(Patience {
            retries: 0,
            refusals: 0,
            ..Patience::PROMPT
        });
        once.list(&one_ticket)
            .await
            .map_err(|error| translate(&error, self.declaration.rights))?;
        let mut outcome = Outcome::succeeded(Results::none(), 1);
        outcome.result = html_table(&["Connection"], [vec!["Passed".to_owned()]]);
        Ok(outcome)
    }
}

impl Command for TestConnection {
    fn declaration(&self) -> &Declaration {
        &self.declaration
    }

    fn run<'a>(&'a self, context: &'a Context, inputs: Map<String, Value>) -> BoxFuture<'a, CommandOutput> {
        Box::pin(async move {
            let (started, calls) = (context.clock.now(), self.client.calls());
            let outcome = self.perform(inputs).await;
            let calls = self.client.calls() - calls;
            outcome
                .unwrap_or_else(|failure| Outcome::failed(failure, calls))
                .finish(&self.declaration, context, started)
        })
    }
}
