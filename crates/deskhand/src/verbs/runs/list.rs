//! `deskhand runs list`: which runs there are.

use std::io::{self, Write as _};

use clap::{Args, ValueEnum};
use deskhand_engine::connections::unknown;
use deskhand_engine::desk::Kind;
use deskhand_engine::runs::{RunFilter, RunOutcome, RunState};
use deskhand_store::Store;

use super::MAKER;
use super::words::{standing, what, why};
use crate::exit::{BadInput, Exit};
use crate::render::table;
use crate::verbs::store_trouble;
use crate::verbs::stored::StoreOptions;

#[derive(Debug, Args)]
pub(crate) struct ListOptions {
    #[command(flatten)]
    store: StoreOptions,
    /// Only runs that are there
    #[arg(long, value_enum)]
    state: Option<StateName>,
    /// Only runs that ended so
    #[arg(long, value_enum)]
    outcome: Option<OutcomeName>,
    /// Only runs of this schedule, or ingestion job
    #[arg(long, value_name = "NAME")]
    schedule: Option<String>,
    /// Only runs of this playbook
    #[arg(long, value_name = "NAME")]
    playbook: Option<String>,
    /// Only runs asked for from then on: 2026-01-01 00:00, or in the form that was chosen for times
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only runs asked for before then
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// At most this many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// One JSON array
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum StateName {
    /// Under way, or about to be
    Due,
    /// Waiting for a time, an answer or another run
    Waiting,
    /// Over
    Ended,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum OutcomeName {
    /// All of it worked
    Successful,
    /// Some of it failed, and it was meant to go on
    PartiallySuccessful,
    /// It failed
    Failed,
    /// Somebody ended it
    Cancelled,
}

pub(super) async fn list(options: &ListOptions) -> anyhow::Result<Exit> {
    let (store, dates, sight) = options.store.open_for_viewer(MAKER).await?;
    let time = |option: &str, typed: &Option<String>| {
        let typed = typed.as_ref();
        typed.map(|typed| dates.read(option, typed)).transpose()
    };
    let filter = RunFilter {
        state: options.state.map(RunState::from),
        outcome: options.outcome.map(RunOutcome::from),
        schedule: options.schedule.clone(),
        playbook: options.playbook.clone(),
        sites: sight.sites(),
        since: time("--since", &options.since)?,
        until: time("--until", &options.until)?,
        limit: options.limit,
    };
    let runs = store.find_runs(&filter).await.map_err(store_trouble)?;
    let mut to = io::stdout().lock();
    if options.json {
        writeln!(to, "{}", serde_json::to_string(&runs)?)?;
        return Ok(Exit::Successful);
    }
    if runs.is_empty() {
        drop(to);
        name_what_is_unknown(&*store, options).await?;
        writeln!(io::stdout(), "There are no such runs")?;
        return Ok(Exit::Successful);
    }
    let rows = runs.iter().map(|run| {
        [
            run.id.clone(),
            what(&run.plan),
            why(&run.cause),
            dates.show(run.created_at),
            standing(run, &dates),
        ]
    });
    let headings = ["Run", "Runs", "Because of", &dates.heading("Asked for"), "State"];
    writeln!(to, "{}", table::table(headings, rows))?;
    Ok(Exit::Successful)
}

/// Nothing was found for a name that nothing has.
async fn name_what_is_unknown(store: &dyn Store, options: &ListOptions) -> anyhow::Result<()> {
    if let Some(wanted) = &options.schedule {
        let known = store.list_schedules().await.map_err(store_trouble)?;
        let known: Vec<&str> = known.iter().map(|known| known.name.as_str()).collect();
        if !known.contains(&wanted.as_str()) {
            return Err(BadInput::new(unknown("schedule", wanted, known)).into());
        }
    }
    if let Some(wanted) = &options.playbook {
        let definitions = store.definitions().await.map_err(store_trouble)?;
        let known = definitions.iter().filter(|known| known.kind == Kind::Playbook);
        let known: Vec<&str> = known.map(|known| known.name.as_str()).collect();
        if !known.contains(&wanted.as_str()) {
            return Err(BadInput::new(unknown("playbook", wanted, known)).into());
        }
    }
    Ok(())
}

impl From<StateName> for RunState {
    fn from(name: StateName) -> Self {
        match name {
            StateName::Due => Self::Due,
            StateName::Waiting => Self::Waiting,
            StateName::Ended => Self::Ended,
        }
    }
}

impl From<OutcomeName> for RunOutcome {
    fn from(name: OutcomeName) -> Self {
        match name {
            OutcomeName::Successful => Self::Successful,
            OutcomeName::PartiallySuccessful => Self::PartiallySuccessful,
            OutcomeName::Failed => Self::Failed,
            OutcomeName::Cancelled => Self::Cancelled,
        }
    }
}
