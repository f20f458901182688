//! Runs the rows: several at once, each under a key of its own, what came of them noted as they end.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use deskhand_command::{Command, CommandOutput, Context, Mode, ReturnData};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde_json::{Map, Value};

use super::order::Taken;
use super::results::{Results, RowResult, beside};
use super::rows::{self, Row};

/// A file of rows, and how it is to be run.
pub(crate) struct Bulk {
    /// The file.
    pub(crate) from: PathBuf,
    /// Where the results go; beside the file unless named.
    pub(crate) results: Option<PathBuf>,
    /// Whether rows that failed are run again.
    pub(crate) rerun_failed: bool,
    /// What rows leave out.
    pub(crate) shared: Map<String, Value>,
    /// The connection's name, and a name for a new run of the file.
    pub(crate) connection: String,
    /// A name that no other run of a file has.
    pub(crate) new_batch: String,
}

/// What became of the rows of one run.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Rows with this verdict.
    pub(crate) successful: usize,
    /// Rows of which some items worked.
    pub(crate) partial: usize,
    /// Rows that failed.
    pub(crate) failed: usize,
    /// Rows that had a result and were not run again.
    pub(crate) passed_over: usize,
}

/// As many rows as are begun at once; the governor decides how many requests that makes.
const AT_ONCE: usize = 32;

struct Waiting {
    row: Row,
    key: String,
}

/// Runs what has no result yet, and on request what failed; `told` hears of every row that ends.
pub(crate) async fn perform(
    bulk: &Bulk,
    command: &Arc<dyn Command>,
    context: &Context,
    mut told: impl FnMut(&RowResult, &CommandOutput) -> anyhow::Result<()>,
) -> anyhow::Result<Tally> {
    let declaration = command.declaration();
    let rows = rows::read(&bulk.from, declaration, &bulk.shared)?;
    let path = bulk.results.clone().unwrap_or_else(|| beside(&bulk.from));
    // A dry run leaves no results behind: it is not what the next run should pass over.
    let mut results = match context.mode {
        Mode::Perform => Some(Results::open(
            &path,
            declaration.slug,
            &bulk.connection,
            &bulk.new_batch,
        )?),
        Mode::DryRun => None,
    };
    let batch = results
        .as_ref()
        .map_or(bulk.new_batch.as_str(), |results| &results.batch);
    let keys = rows::keys(batch, &rows)?;
    let mut tally = Tally::default();
    let total = rows.len();
    let mut waiting: VecDeque<_> = rows
        .into_iter()
        .zip(keys)
        .map(|(row, key)| Waiting { row, key })
        .collect();
    waiting.retain(|waiting| {
        let before = results.as_ref().and_then(|results| results.of(&waiting.key));
        let again = before.is_none_or(|before| bulk.rerun_failed && before != ReturnData::Successful);
        tally.passed_over += usize::from(!again);
        again
    });
    let (mut taken, mut under_way) = (Taken::default(), FuturesUnordered::new());
    loop {
        while under_way.len() < AT_ONCE
            && let Some(next) = waiting.front()
            && let Some(tickets) = taken.take(&next.row.inputs)
            && let Some(next) = waiting.pop_front()
        {
            under_way.push(one(command, context, next, tickets));
        }
        let Some((done, tickets, output)) = under_way.next().await else {
            return Ok(tally);
        };
        taken.give_back(&tickets);
        tally.count(output.return_data);
        let result = RowResult::new(done.row.line, &done.key, &output);
        if let Some(results) = &mut results {
            results.add(&result)?;
        }
        told(&result, &output)?;
        let ended = total - waiting.len() - under_way.len();
        context.progress.records(ended as u64, Some(total as u64));
    }
}

async fn one(
    command: &Arc<dyn Command>,
    context: &Context,
    waiting: Waiting,
    tickets: Vec<String>,
) -> (Waiting, Vec<String>, CommandOutput) {
    let context = Context {
        idempotency_key: Some(waiting.key.clone()),
        progress: Arc::new(deskhand_command::NoProgress),
        ..context.clone()
    };
    let output = command.run(&context, waiting.row.inputs.clone()).await;
    (waiting, tickets, output)
}

impl Tally {
    fn count(&mut self, verdict: ReturnData) {
        match verdict {
            ReturnData::Successful => self.successful += 1,
            ReturnData::PartiallySuccessful => self.partial += 1,
            ReturnData::Failed => self.failed += 1,
        }
    }
}
