//! What a store has in which another process works.

use std::collections::HashMap;
use std::path::Path;

use deskhand_command::{Clock as _, SystemClock};
use deskhand_engine::EventStore as _;
use deskhand_engine::store::RunOutcome;
use deskhand_store::SqliteStore;
use jiff::Timestamp;
use serde_json::{Value, json};

/// How many events there are, and of the newest so many passes: how many connections have one that ended well, how long ago
/// the one ended that has waited longest for its next, and how many failed.
pub(super) async fn look(store: &Path, passes: u32) -> anyhow::Result<Value> {
    let store = SqliteStore::open(store).await?;
    let events = store.measure().await?.events;
    let runs = store.list_runs(passes).await?;
    let now = SystemClock.now();
    let mut last: HashMap<&str, Timestamp> = HashMap::new();
    for run in runs.iter().filter(|run| run.outcome == RunOutcome::Successful) {
        if let Some(ended) = run.ended_at {
            let known = last.entry(&run.feed.connection).or_insert(ended);
            *known = ended.max(*known);
        }
    }
    let oldest = last
        .values()
        .min()
        .map(|oldest| now.duration_since(*oldest).as_secs_f64());
    let failed = runs.iter().filter(|run| run.failure.is_some()).count();
    Ok(json!({ "events": events, "connections": last.len(), "oldestPass": oldest, "failed": failed }))
}
