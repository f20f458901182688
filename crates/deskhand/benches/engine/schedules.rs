//! Many schedules that are due in one second.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use deskhand_command::{Clock as _, SystemClock};
use deskhand_engine::runs::host::{Observer, Point};
use deskhand_engine::runs::{RunFilter, RunOutcome, RunStore as _, RunSummary};
use deskhand_engine::schedules::ScheduleStore as _;
use deskhand_sandbox::{Options, start};
use jiff::Timestamp;
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::desk::Desk;

/// Nothing takes longer, or the measurement has failed.
const PATIENCE: Duration = Duration::from_secs(120);

/// When each run has begun: its first entries are in the journal.
#[derive(Default)]
struct Begun(Mutex<HashMap<String, Timestamp>>);

impl Observer for Begun {
    fn at(&self, run: &str, point: Point<'_>) -> ControlFlow<()> {
        if point == Point::AfterAppend {
            let mut begun = self.0.lock();
            if !begun.contains_key(run) {
                begun.insert(run.to_owned(), SystemClock.now());
            }
        }
        ControlFlow::Continue(())
    }
}

/// Waits for a full minute with an engine at work as `deskhand serve` has it, and with the real time.
///
/// Each schedule gets a ticket from a sandbox, which is in this process and costs processor time, too.
pub(super) async fn measure(folder: &Path, count: usize) -> anyhow::Result<Value> {
    let sandbox = start(Options::with_tickets(20)).await?;
    let begun = Arc::new(Begun::default());
    let desk = Desk::new(folder, begun.clone()).await?;
    early_in_a_minute().await;
    desk.apply(&definitions(&sandbox.url(), count)).await?;
    let standings = desk.store.list_schedules().await?;
    let due = standings.first().and_then(|first| first.next_at).unwrap_or_default();
    let at_once = standings.iter().all(|standing| standing.next_at == Some(due));
    ensure!(standings.len() == count && at_once, "the schedules are not due at once");
    let Desk { store, engine, .. } = desk;
    let runs = tokio::select! {
        () = engine.serve(std::future::pending()) => anyhow::bail!("the engine has ended by itself"),
        runs = tokio::time::timeout(PATIENCE, all_ended(&store, count)) => runs??,
    };
    let good = runs.iter().filter(|run| run.outcome == Some(RunOutcome::Successful));
    ensure!(good.count() == count, "not every run was successful");
    let begun = begun.0.lock();
    let mut begun: Vec<Timestamp> = runs.iter().filter_map(|run| begun.get(&run.id).copied()).collect();
    begun.sort_unstable();
    ensure!(
        begun.len() == count,
        "{} of {count} runs were seen to begin",
        begun.len()
    );
    let seconds = |at: Option<Timestamp>| at.unwrap_or(due).duration_since(due).as_secs_f64();
    Ok(json!({
        "count": count,
        "firstBegan": seconds(begun.first().copied()),
        "lastBegan": seconds(begun.last().copied()),
        "lastEnded": seconds(runs.iter().filter_map(|run| run.ended_at).max()),
    }))
}

/// So that everything is defined before the next minute begins.
async fn early_in_a_minute() {
    let second = SystemClock.now().as_second().rem_euclid(60).unsigned_abs();
    if second > 40 {
        tokio::time::sleep(Duration::from_secs(61 - second)).await;
    }
}

fn definitions(url: &str, count: usize) -> String {
    let mut text = format!(
        "[[site]]\nname = \"Main\"\nkind = \"internal\"\n[[connection]]\nname = \"acme\"\nsite = \"Main\"\n\
         server_url = \"{url}\"\ncompany_id = \"sandbox\"\npublic_key = \"public\"\nprivate_key = \"private\"\n\
         client_id = \"bench\"\n"
    );
    for number in 0..count {
        let _cannot_fail = write!(
            text,
            "[[schedule]]\nname = \"S{number}\"\ncommand = \"get-tickets\"\nconnection = \"acme\"\nevery = \"1m\"\n\
             inputs = {{ \"Ticket IDs\" = [1003] }}\n"
        );
    }
    text
}

/// The first run of each schedule, when all have ended.
async fn all_ended(store: &deskhand_store::SqliteStore, count: usize) -> anyhow::Result<Vec<RunSummary>> {
    loop {
        tokio::time::sleep(Duration::from_millis(250)).await;
        let filter = RunFilter {
            limit: u32::try_from(count * 2)?,
            ..RunFilter::default()
        };
        let mut runs = store.find_runs(&filter).await?;
        // What was due a minute later is another matter.
        runs.sort_unstable_by_key(|run| run.created_at);
        runs.truncate(count);
        if runs.len() == count && runs.iter().all(|run| run.ended_at.is_some()) {
            return Ok(runs);
        }
    }
}
