//! `deskhand schedules`: when what is due, and what became of what was.

mod clone;

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::sync::Arc;

use clap::{Args, Subcommand};
use deskhand_command::{Clock as _, SystemClock};
use deskhand_engine::runs::{RunFilter, RunSummary};
use deskhand_engine::schedules::{Fate, Mode, Occurrence, Schedule, Standing, Turn};
use deskhand_store::Store;
use jiff::Timestamp;

use super::runs::standing;
use super::stored::StoreOptions;
use super::{automation, store_trouble};
use crate::dates::Dates;
use crate::desk::{Person, Sight};
use crate::exit::{BadInput, Exit};
use crate::render::{table, text};

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List schedules, ingestion jobs and health checks
    List(ListOptions),
    /// Show one, with what became of its due times
    Show(ShowOptions),
    /// Let one rest; what is under way goes on
    Pause(OneOptions),
    /// Let one go on, from its next due time
    Resume(OneOptions),
    /// Stop one for ever; a new one of another name takes its place
    Stop(OneOptions),
    /// Delete one that is not defined any more, with its log and its runs
    Delete(OneOptions),
    /// Make a new ingestion job that fetches the same as another one
    Clone(clone::Options),
}

#[derive(Debug, Args)]
pub(crate) struct ListOptions {
    #[command(flatten)]
    store: StoreOptions,
    /// One JSON array
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ShowOptions {
    #[command(flatten)]
    store: StoreOptions,
    /// The schedule's name
    schedule: String,
    /// So many due times, the newest first
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct OneOptions {
    #[command(flatten)]
    store: StoreOptions,
    /// The schedule's name
    schedule: String,
}

pub(super) async fn run(verb: &Verb) -> anyhow::Result<Exit> {
    match verb {
        Verb::List(options) => list(options).await,
        Verb::Show(options) => show(options).await,
        Verb::Pause(options) => turn(options, Turn::Pause, "rests").await,
        Verb::Resume(options) => resume(options).await,
        Verb::Stop(options) => {
            can_stop(&options.schedule)?;
            turn(options, Turn::Stop, "is stopped for ever").await
        }
        Verb::Delete(options) => delete(options).await,
        Verb::Clone(options) => clone::run(options).await,
    }
}

async fn open(options: &StoreOptions) -> anyhow::Result<Arc<dyn Store>> {
    options.open("`deskhand apply` makes one").await
}

async fn open_for_viewer(options: &StoreOptions) -> anyhow::Result<(Arc<dyn Store>, Dates, Sight)> {
    options.open_for_viewer("`deskhand apply` makes one").await
}

/// Whether somebody sees a schedule: what is not defined any more belongs to no site, and is an operator's.
fn is_seen(sight: &Sight, schedule: &Standing, defined: &BTreeMap<String, Schedule>) -> bool {
    let site = defined.get(&schedule.name).and_then(|defined| defined.site.as_deref());
    sight.includes(site.unwrap_or_default())
}

async fn list(options: &ListOptions) -> anyhow::Result<Exit> {
    let (store, dates, sight) = open_for_viewer(&options.store).await?;
    let definitions = store.definitions().await.map_err(store_trouble)?;
    let defined = automation(&definitions).schedules;
    let mut schedules = store.list_schedules().await.map_err(store_trouble)?;
    schedules.retain(|schedule| is_seen(&sight, schedule, &defined));
    if options.json {
        writeln!(io::stdout(), "{}", serde_json::to_string(&schedules)?)?;
        return Ok(Exit::Successful);
    }
    if schedules.is_empty() {
        let none = match sight.sites() {
            None => "There are no schedules; `deskhand apply` makes some".to_owned(),
            Some(sites) => format!("There are no schedules of your sites: {}", sites.join(", ")),
        };
        writeln!(io::stdout(), "{none}")?;
        return Ok(Exit::Successful);
    }
    let now = SystemClock.now();
    let mut rows = Vec::new();
    for schedule in &schedules {
        let last = store.list_occurrences(&schedule.name, 1).await;
        let last = last.map_err(store_trouble)?;
        let last = last
            .first()
            .map(|last| format!("{}, {}", dates.show(last.due), became(last.fate)));
        rows.push([
            schedule.name.clone(),
            state(schedule, defined.contains_key(&schedule.name)).to_owned(),
            last.unwrap_or_default(),
            next(schedule, now, &dates),
            schedule.running.clone().unwrap_or_default(),
            schedule.failures.to_string(),
        ]);
    }
    let (last, next) = (dates.heading("Last"), dates.heading("Next"));
    let headings = ["Schedule", "State", &last, &next, "Under way", "Failures in a row"];
    writeln!(io::stdout(), "{}", table::table(headings, rows))?;
    Ok(Exit::Successful)
}

async fn show(options: &ShowOptions) -> anyhow::Result<Exit> {
    let (store, dates, sight) = open_for_viewer(&options.store).await?;
    let schedule = found(&*store, &options.schedule).await?;
    let definitions = store.definitions().await.map_err(store_trouble)?;
    let defined = automation(&definitions).schedules;
    if !is_seen(&sight, &schedule, &defined) {
        return Err(no_such(&options.schedule).into());
    }
    let occurrences = store
        .list_occurrences(&options.schedule, options.limit)
        .await
        .map_err(store_trouble)?;
    let filter = RunFilter {
        schedule: Some(options.schedule.clone()),
        limit: options.limit,
        ..RunFilter::default()
    };
    let runs = store.find_runs(&filter).await.map_err(store_trouble)?;
    let mut to = io::stdout().lock();
    if options.json {
        let both = serde_json::json!({ "schedule": schedule, "occurrences": occurrences });
        writeln!(to, "{both:#}")?;
        return Ok(Exit::Successful);
    }
    writeln!(
        to,
        "{}: {}; next {}; {} failures in a row",
        text::printable(&schedule.name),
        state(&schedule, defined.contains_key(&schedule.name)),
        next(&schedule, SystemClock.now(), &dates),
        schedule.failures
    )?;
    if !occurrences.is_empty() {
        let rows = occurrences.iter().map(|occurrence| row(occurrence, &runs, &dates));
        let (due, decided) = (dates.heading("Due"), dates.heading("Decided"));
        let headings = [&due, "Became", &decided, "Run", "Came to"];
        writeln!(to, "{}", table::table(headings, rows))?;
    }
    Ok(Exit::Successful)
}

/// Lets a schedule go on with its next time after now, as its definition has it.
async fn resume(options: &OneOptions) -> anyhow::Result<Exit> {
    let store = open(&options.store).await?;
    let definitions = store.definitions().await.map_err(store_trouble)?;
    let automation = automation(&definitions);
    let schedule = automation.schedules.get(&options.schedule).ok_or_else(|| {
        BadInput::new(format!("schedule `{}` is not defined any more", options.schedule))
            .hint("apply its definition, or delete it: `deskhand schedules delete`")
    })?;
    let next_at = schedule.next_at(SystemClock.now());
    turn(options, Turn::Resume { next_at }, "goes on").await
}

async fn turn(options: &OneOptions, to: Turn, told: &str) -> anyhow::Result<Exit> {
    let store = open(&options.store).await?;
    let schedule = found(&*store, &options.schedule).await?;
    may_turn(&*store, &options.schedule).await?;
    if schedule.mode == Mode::Stopped {
        return Err(
            BadInput::new(format!("schedule `{}` was stopped for ever", options.schedule))
                .hint("define one of another name, and apply that")
                .into(),
        );
    }
    let turned = store.turn_schedule(&options.schedule, to).await;
    if !turned.map_err(store_trouble)? {
        return Err(no_such(&options.schedule).into());
    }
    writeln!(io::stdout(), "Schedule {} {told}", text::printable(&options.schedule))?;
    Ok(Exit::Successful)
}

/// Whoever turns a schedule works for its site; what is not defined any more is for operators.
async fn may_turn(store: &dyn Store, name: &str) -> anyhow::Result<()> {
    let definitions = store.definitions().await.map_err(store_trouble)?;
    let automation = automation(&definitions);
    let person = Person::find(None, &automation.desk)?;
    let site = automation
        .schedules
        .get(name)
        .and_then(|schedule| schedule.site.as_deref());
    match site {
        Some(site) => person.working_for(site)?,
        None => person.defining()?,
    };
    Ok(())
}

/// What is part of something else is not stopped for ever: nothing could take its place.
fn can_stop(name: &str) -> anyhow::Result<()> {
    let part_of = match name.split_once(':') {
        Some(("health", connection)) => format!("the health check of connection `{connection}`"),
        Some(("playbook", trigger)) => format!(
            "a trigger of playbook `{}`",
            trigger.split('#').next().unwrap_or_default()
        ),
        _ => return Ok(()),
    };
    Err(BadInput::new(format!("schedule `{name}` is {part_of}"))
        .hint("take it out of that definition and apply it; or let it rest: `deskhand schedules pause`")
        .into())
}

async fn delete(options: &OneOptions) -> anyhow::Result<Exit> {
    let store = open(&options.store).await?;
    found(&*store, &options.schedule).await?;
    may_turn(&*store, &options.schedule).await?;
    let definitions = store.definitions().await.map_err(store_trouble)?;
    if automation(&definitions).schedules.contains_key(&options.schedule) {
        let bad = BadInput::new(format!("schedule `{}` is still defined", options.schedule));
        return Err(bad
            .hint(
                "`deskhand schedules stop` ends it for ever; to delete it, take it out of the desk's files, and                  `deskhand apply --prune` them first",
            )
            .into());
    }
    store.delete_schedule(&options.schedule).await.map_err(store_trouble)?;
    writeln!(
        io::stdout(),
        "Schedule {} is gone, with its log and its runs",
        text::printable(&options.schedule)
    )?;
    Ok(Exit::Successful)
}

async fn found(store: &dyn Store, name: &str) -> anyhow::Result<Standing> {
    let schedule = store.get_schedule(name).await.map_err(store_trouble)?;
    schedule.ok_or_else(|| no_such(name).into())
}

fn no_such(name: &str) -> BadInput {
    BadInput::new(format!("there is no schedule `{name}`")).hint("`deskhand schedules list` shows those there are")
}

fn state(schedule: &Standing, is_defined: bool) -> &'static str {
    match schedule.mode {
        _ if !is_defined => "not defined any more",
        Mode::Active => "active",
        Mode::Paused => "paused",
        Mode::Stopped => "stopped for ever",
    }
}

fn next(schedule: &Standing, now: Timestamp, dates: &Dates) -> String {
    match (schedule.mode, schedule.next_at) {
        (Mode::Active, Some(next)) if next <= now => format!("{} (late)", dates.show(next)),
        (Mode::Active, Some(next)) => dates.show(next),
        _ => "never".to_owned(),
    }
}

fn became(fate: Fate) -> &'static str {
    match fate {
        Fate::Ran => "ran",
        Fate::Late => "ran late",
        Fate::Missed => "missed",
        Fate::Overlapped => "missed: the run before was under way",
    }
}

fn row(occurrence: &Occurrence, runs: &[RunSummary], dates: &Dates) -> [String; 5] {
    let run = runs.iter().find(|run| Some(&run.id) == occurrence.run.as_ref());
    let came_to = run.map(|run| {
        let because = run.reason.as_ref().map(|reason| format!(": {reason}"));
        format!("{}{}", standing(run, dates), because.unwrap_or_default())
    });
    [
        dates.show(occurrence.due),
        became(occurrence.fate).to_owned(),
        dates.show(occurrence.at),
        occurrence.run.clone().unwrap_or_default(),
        came_to.unwrap_or_default(),
    ]
}
