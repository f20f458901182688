//! From what worked and what failed to a verdict.

use jiff::Timestamp;

use super::{CommandOutput, ContextData, KeyField, ReturnData, RunSummary};
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
    /// A short HTML table.
    pub result: String,
    /// What to collect from the records.
    pub key_fields: Vec<KeyField>,
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
            result: String::new(),
            key_fields: Vec::new(),
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
        let duration = context.clock.now().as_millisecond() - started_at.as_millisecond();
        CommandOutput {
            return_data,
            result: self.result,
            key_fields: self.key_fields,
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
}
