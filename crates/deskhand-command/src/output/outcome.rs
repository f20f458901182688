//! From what worked and what failed to a verdict.

use jiff::Timestamp;

use super::rows::rows;
use super::{Column, CommandOutput, ContextData, ReturnData, RunSummary, html_table};
use crate::{Context, Declaration, Failure, Results, States};

/// Collects what a run came to; [`Outcome::finish`] gives the verdict.
#[derive(Debug)]
pub struct Outcome {
    /// The vendor's own objects.
    pub results: Results,
    /// How many items worked.
    pub successes: usize,
    /// What failed.
    pub failures: Vec<Failure>,
    /// The outcome per item, or a mapping.
    pub context_data: ContextData,
    /// Requests sent.
    pub vendor_calls: u64,
}

impl Outcome {
    /// Nothing worked, for this reason.
    pub fn failed(failure: Failure, vendor_calls: u64) -> Self {
        Self {
            results: Results::none(),
            successes: 0,
            failures: vec![failure],
            context_data: ContextData::Items(Vec::new()),
            vendor_calls,
        }
    }

    /// Everything worked, with these records.
    pub fn succeeded(results: Results, vendor_calls: u64) -> Self {
        let failed = Self::failed(Failure::new(0, ""), vendor_calls);
        Self {
            successes: 1,
            failures: Vec::new(),
            results,
            ..failed
        }
    }

    /// The output: a two-state command fails with its first failure, a three-state one may be partially successful.
    pub fn finish(self, declaration: &Declaration, context: &Context, started_at: Timestamp) -> CommandOutput {
        let return_data = match (self.failures.is_empty(), self.successes, declaration.states) {
            (true, ..) => ReturnData::Successful,
            (false, 1.., States::Three) => ReturnData::PartiallySuccessful,
            (false, ..) => ReturnData::Failed,
        };
        let failed = return_data == ReturnData::Failed;
        let duration = context.clock.now().as_millisecond() - started_at.as_millisecond();
        CommandOutput {
            return_data,
            result: if self.results.is_empty() && self.successes == 0 {
                String::new()
            } else {
                self.short_table(declaration)
            },
            key_fields: if failed { &[] } else { declaration.key_fields },
            table: declaration.table,
            context_data: self.context_data,
            results: self.results,
            errors: self
                .failures
                .into_iter()
                .map(|failure| failure.indicated(declaration.title))
                .collect(),
            run: RunSummary {
                id: context.run_id.clone(),
                started_at,
                duration_ms: duration.max(0),
                vendor_calls: self.vendor_calls,
            },
        }
    }

    /// The first rows as HTML; a record that cannot be read is not shown.
    fn short_table(&self, declaration: &Declaration) -> String {
        let headings = declaration.table.columns.iter().map(|Column(title, _)| *title);
        let rows = rows(declaration.table, &self.results, &self.context_data);
        html_table(headings, rows.filter_map(Result::ok))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{Effect, Rows, SystemClock, Table};

    fn finished(states: States, successes: usize, failures: usize) -> CommandOutput {
        let declaration = Declaration {
            title: "Get Tickets",
            slug: "get-tickets",
            summary: "",
            effect: Effect::Reads,
            rights: &[],
            states,
            table: Table {
                rows: Rows::Items,
                columns: &[],
            },
            key_fields: &[],
            inputs: schemars::Schema::default(),
        };
        let context = Context::new(Arc::new(SystemClock), "run");
        let outcome = Outcome {
            successes,
            failures: vec![Failure::new(404, "not there"); failures],
            ..Outcome::succeeded(Results::none(), 0)
        };
        outcome.finish(&declaration, &context, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn g11_the_verdict_follows_the_states_that_a_command_has() {
        for (states, successes, failures, verdict) in [
            (States::Three, 3, 0, ReturnData::Successful),
            (States::Three, 2, 1, ReturnData::PartiallySuccessful),
            (States::Three, 0, 3, ReturnData::Failed),
            (States::Three, 0, 0, ReturnData::Successful),
            (States::Two, 1, 0, ReturnData::Successful),
            (States::Two, 2, 1, ReturnData::Failed),
            (States::Two, 0, 1, ReturnData::Failed),
        ] {
            let output = finished(states, successes, failures);
            assert_eq!(output.return_data, verdict, "{states:?} {successes} {failures}");
            assert_eq!(output.error().is_empty(), verdict == ReturnData::Successful);
            assert!(
                output
                    .errors
                    .iter()
                    .all(|error| error.failure_indicator == "Get Tickets failed.")
            );
        }
    }
}
