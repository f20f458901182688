//! Many ids in one run: several at once under the governor, their ends in the order of the input.

use std::future::Future;

use bytes::Bytes;
use deskhand_command::{ContextData, Failure, Outcome, Results};
use futures_util::{StreamExt as _, stream};
use serde_json::{Map, Value, json};

use super::Run;

/// What one item came to.
pub(super) struct Item {
    /// The record that is part of Raw Data.
    pub(super) record: Option<Bytes>,
    /// What is worth telling, by name.
    pub(super) told: Map<String, Value>,
}

impl Item {
    /// An item with this record and nothing to tell.
    pub(super) fn of(record: impl Into<Option<Bytes>>) -> Self {
        Self {
            record: record.into(),
            told: Map::new(),
        }
    }

    /// Adds something to tell.
    #[must_use]
    pub(super) fn telling(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.told.insert(name.to_owned(), value.into());
        self
    }
}

/// So many are begun before the first has ended; the governor decides how many of them are sent.
const BEGUN: usize = 64;

/// Performs something for every id and puts the ends together: records, one outcome an id, and what failed.
pub(super) async fn each<'a, F>(run: &Run<'_>, ids: &'a [i64], one: impl Fn(i64) -> F) -> Outcome
where
    F: Future<Output = Result<Item, Failure>> + Send + 'a,
{
    let mut ends = stream::iter(ids.iter().copied()).map(|id| {
        let end = one(id);
        async move { (id, end.await) }
    });
    let mut ends = ends.by_ref().buffered(BEGUN);
    let mut records = Vec::new();
    let mut items = Vec::with_capacity(ids.len());
    let mut outcome = Outcome::succeeded(Results::none(), 0);
    outcome.successes = 0;
    while let Some((id, end)) = ends.next().await {
        let mut told = Map::new();
        told.insert("Ticket ID".to_owned(), json!(id));
        match end {
            Ok(item) => {
                outcome.successes += 1;
                told.insert("Result".to_owned(), json!("Successful"));
                told.extend(item.told);
                records.extend(item.record);
            }
            Err(failure) => {
                let failure = failure.for_item("ticket", id);
                told.insert("Result".to_owned(), json!(word_for(&failure)));
                told.insert("Message".to_owned(), json!(failure.message));
                outcome.failures.push(failure);
            }
        }
        items.push(Value::Object(told));
        run.context.progress.records(items.len() as u64, Some(ids.len() as u64));
    }
    outcome.results = Results::Memory(records);
    outcome.context_data = ContextData::Items(items);
    outcome
}

/// An item whose write may have taken effect has not simply failed.
fn word_for(failure: &Failure) -> &'static str {
    match failure.retry {
        deskhand_command::Retry::Verify => "Unknown",
        _ => "Failed",
    }
}
