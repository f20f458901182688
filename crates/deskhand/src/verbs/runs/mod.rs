//! `deskhand runs`: what the desk does by itself, and what people want of it.

mod answer;

use std::io::{self, Write as _};
use std::sync::Arc;

use clap::{Args, Subcommand, ValueEnum};
use deskhand_command::{Clock as _, SystemClock};
use deskhand_engine::connections::unknown;
use deskhand_engine::desk::{Desk, Kind};
use deskhand_engine::jobs::fetch_of;
use deskhand_engine::runs::{
    Cause, Plan, RunFilter, RunOutcome, RunState, RunStory, RunSummary, Signalled, StepEnding, What, open_questions,
};
use deskhand_store::Store;
use jiff::{SignedDuration, Timestamp};

use super::stored::StoreOptions;
use crate::dates::Dates;
use crate::desk::{OpenDesk, Person};
use crate::exit::{BadInput, Exit};
use crate::render::{table, text};

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List runs, the newest first
    List(ListOptions),
    /// Show one run as its journal tells it
    Show(ShowOptions),
    /// List what waits for an answer
    Questions(answer::QuestionOptions),
    /// Approve what a run asks
    Approve(answer::AnswerOptions),
    /// Reject what a run asks
    Reject(answer::AnswerOptions),
    /// End a run: nothing new begins in it
    Cancel(OneOptions),
    /// Try what failed in a run again; what worked stays as it is
    Retry(OneOptions),
    /// Delete runs that ended long ago, with their journals
    Prune(PruneOptions),
}

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

#[derive(Debug, Args)]
pub(crate) struct ShowOptions {
    #[command(flatten)]
    store: StoreOptions,
    /// The run's id
    run: String,
    /// Everything, as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct OneOptions {
    #[command(flatten)]
    store: StoreOptions,
    /// The run's id
    run: String,
    /// Who wants it [env: `DESKHAND_USER`; default: operator]
    #[arg(long = "as", value_name = "NAME")]
    who: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct PruneOptions {
    #[command(flatten)]
    store: StoreOptions,
    /// Those that ended more than this many days ago
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..))]
    older_than: u32,
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

pub(super) async fn run(verb: &Verb) -> anyhow::Result<Exit> {
    match verb {
        Verb::List(options) => list(options).await,
        Verb::Show(options) => show(options).await,
        Verb::Questions(options) => answer::questions(options).await,
        Verb::Approve(options) => answer::answer(options, "approved").await,
        Verb::Reject(options) => answer::answer(options, "rejected").await,
        Verb::Cancel(options) => cancel(options).await,
        Verb::Retry(options) => retry(options).await,
        Verb::Prune(options) => prune(options).await,
    }
}

const MAKER: &str = "`deskhand apply` makes one";

async fn open(options: &StoreOptions) -> anyhow::Result<Arc<dyn Store>> {
    options.open(MAKER).await
}

async fn list(options: &ListOptions) -> anyhow::Result<Exit> {
    let (store, dates) = options.store.open_with_dates(MAKER).await?;
    let time = |option: &str, typed: &Option<String>| {
        let typed = typed.as_ref();
        typed.map(|typed| dates.read(option, typed)).transpose()
    };
    let filter = RunFilter {
        state: options.state.map(RunState::from),
        outcome: options.outcome.map(RunOutcome::from),
        schedule: options.schedule.clone(),
        playbook: options.playbook.clone(),
        since: time("--since", &options.since)?,
        until: time("--until", &options.until)?,
        limit: options.limit,
    };
    let runs = store.find_runs(&filter).await.map_err(super::store_trouble)?;
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
        let known = store.list_schedules().await.map_err(super::store_trouble)?;
        let known: Vec<&str> = known.iter().map(|known| known.name.as_str()).collect();
        if !known.contains(&wanted.as_str()) {
            return Err(BadInput::new(unknown("schedule", wanted, known)).into());
        }
    }
    if let Some(wanted) = &options.playbook {
        let definitions = store.definitions().await.map_err(super::store_trouble)?;
        let known = definitions.iter().filter(|known| known.kind == Kind::Playbook);
        let known: Vec<&str> = known.map(|known| known.name.as_str()).collect();
        if !known.contains(&wanted.as_str()) {
            return Err(BadInput::new(unknown("playbook", wanted, known)).into());
        }
    }
    Ok(())
}

async fn show(options: &ShowOptions) -> anyhow::Result<Exit> {
    let (store, dates) = options.store.open_with_dates(MAKER).await?;
    let story = found(&*store, &options.run).await?;
    let mut to = io::stdout().lock();
    if options.json {
        writeln!(to, "{}", serde_json::to_string_pretty(&story)?)?;
        return Ok(Exit::Successful);
    }
    let run = &story.summary;
    writeln!(
        to,
        "{}: {}, because of {}",
        text::printable(&run.id),
        what(&run.plan),
        why(&run.cause)
    )?;
    writeln!(to, "{}", standing(run, &dates))?;
    if let Some(reason) = &run.reason {
        writeln!(to, "because: {}", text::printable(reason))?;
    }
    for (name, value) in &story.given {
        writeln!(to, "{}: {}", text::printable(name), text::printable(&value.to_string()))?;
    }
    if run.state != RunState::Ended {
        for asked in open_questions(&story.entries) {
            let step = text::printable(&asked.step);
            writeln!(to, "{step} asks: {}", text::printable(&asked.question))?;
            writeln!(
                to,
                "answer: `deskhand runs approve {0}`, or `deskhand runs reject {0}`",
                text::printable(&run.id)
            )?;
        }
    }
    if matches!(run.plan, Plan::Ingest { .. }) {
        let fetch = fetch_of(&story);
        for (heading, value) in [("asked for", &fetch.input), ("came to", &fetch.output)] {
            if !value.is_null() {
                writeln!(to, "{heading}: {}", text::printable(&value.to_string()))?;
            }
        }
        writeln!(
            to,
            "its events: `deskhand events list --run {}`",
            text::printable(&run.id)
        )?;
    }
    for entry in &story.entries {
        writeln!(
            to,
            "  {}  {}",
            dates.show(entry.at),
            text::printable(&told(&entry.what))
        )?;
    }
    Ok(Exit::Successful)
}

async fn cancel(options: &OneOptions) -> anyhow::Result<Exit> {
    let store = open(&options.store).await?;
    let story = found(&*store, &options.run).await?;
    let what = What::CancelAsked {
        by: asking(options, &*store, &story).await?,
    };
    send(
        &*store,
        &options.run,
        &what,
        "it ends as soon as what is under way has ended",
    )
    .await
}

async fn retry(options: &OneOptions) -> anyhow::Result<Exit> {
    let store = open(&options.store).await?;
    let story = found(&*store, &options.run).await?;
    let by = asking(options, &*store, &story).await?;
    if story.summary.outcome == Some(RunOutcome::Successful) {
        return Err(BadInput::new(format!("run `{}` was successful", options.run))
            .hint("there is nothing to try again; start a new run")
            .into());
    }
    let failed = |what: &What| {
        let What::StepEnded { ending, .. } = what else {
            return false;
        };
        matches!(ending, StepEnding::Failed | StepEnding::Unknown)
    };
    if story.summary.state != RunState::Ended && !story.entries.iter().any(|entry| failed(&entry.what)) {
        return Err(BadInput::new(format!("nothing of run `{}` has failed", options.run))
            .hint("it goes on by itself; `deskhand runs show` tells what it waits for")
            .into());
    }
    let what = What::RetryAsked { by };
    send(&*store, &options.run, &what, "what failed is tried again").await
}

/// The name of whoever asks something of a run: on a desk with users, one of them who works for the run's site.
async fn asking(options: &OneOptions, store: &dyn Store, story: &RunStory) -> anyhow::Result<String> {
    let definitions = store.definitions().await.map_err(super::store_trouble)?;
    let desk = Desk::read(&definitions, &OpenDesk::integration());
    Person::find(options.who.as_deref(), &desk)?.working_for(&story.summary.site)
}

async fn prune(options: &PruneOptions) -> anyhow::Result<Exit> {
    let store = open(&options.store).await?;
    let age = SignedDuration::from_hours(24 * i64::from(options.older_than));
    let before = SystemClock.now().saturating_sub(age).unwrap_or(Timestamp::MIN);
    let mut deleted = 0;
    loop {
        let some = store.prune_runs(before).await.map_err(super::store_trouble)?;
        deleted += some;
        if some == 0 {
            break;
        }
    }
    writeln!(io::stdout(), "{deleted} runs were deleted")?;
    Ok(Exit::Successful)
}

async fn send(store: &dyn Store, run: &str, what: &What, told: &str) -> anyhow::Result<Exit> {
    match store
        .signal(run, what, SystemClock.now())
        .await
        .map_err(super::store_trouble)?
    {
        Signalled::Taken => writeln!(io::stdout(), "Run {}: {told}", text::printable(run))?,
        Signalled::Ended => return Err(BadInput::new(format!("run `{run}` has ended")).into()),
        Signalled::Missing => return Err(no_such(run).into()),
    }
    Ok(Exit::Successful)
}

async fn found(store: &dyn Store, run: &str) -> anyhow::Result<RunStory> {
    let story = store.get_run(run).await.map_err(super::store_trouble)?;
    story.ok_or_else(|| no_such(run).into())
}

fn no_such(run: &str) -> BadInput {
    BadInput::new(format!("there is no run `{run}`")).hint("`deskhand runs list` shows those there are")
}

/// What is run, in a few words.
pub(super) fn what(plan: &Plan) -> String {
    match plan {
        Plan::Playbook { name, version } => format!("playbook {name} (version {version})"),
        Plan::Command {
            command, connection, ..
        } => format!("{command} on {connection}"),
        Plan::Ingest { job } => format!("ingestion {job}"),
        Plan::Check { connection } => format!("health check of {connection}"),
        Plan::Letter { subject, .. } => format!("letter: {subject}"),
    }
}

fn why(cause: &Cause) -> String {
    match cause {
        Cause::Person { name } => name.clone(),
        Cause::Schedule { name, .. } => format!("schedule {name}"),
        Cause::Event { id } => format!("event {id}"),
        Cause::Dismissal { id, run: None } => format!("the dismissal of event {id}"),
        Cause::Dismissal { id, run: Some(run) } => format!("the dismissal of event {id} by {run}"),
        Cause::Failure { run } => format!("the failure of {run}"),
        Cause::Step { run, step, .. } => format!("step {step} of {run}"),
        Cause::Alert { about } => format!("an alert about {about}"),
    }
}

pub(super) fn standing(run: &RunSummary, dates: &Dates) -> String {
    match (run.state, run.outcome, run.wake_at) {
        (RunState::Ended, Some(outcome), _) => outcome_word(outcome).to_owned(),
        (RunState::Ended, None, _) => "ended".to_owned(),
        (RunState::Due, ..) => "under way".to_owned(),
        (RunState::Waiting, _, Some(wake)) => format!("waiting until {}", dates.tell(wake)),
        (RunState::Waiting, _, None) => "waiting".to_owned(),
    }
}

fn outcome_word(outcome: RunOutcome) -> &'static str {
    match outcome {
        RunOutcome::Successful => "successful",
        RunOutcome::PartiallySuccessful => "partially successful",
        RunOutcome::Failed => "failed",
        RunOutcome::Cancelled => "cancelled",
    }
}

/// An entry in words.
fn told(what: &What) -> String {
    match what {
        What::Began { .. } => "began".to_owned(),
        What::StepBegan { step, attempt: 1, .. } => format!("{step} began"),
        What::StepBegan { step, attempt, .. } => format!("{step} began, for the {attempt}. time"),
        What::StepEnded {
            step,
            ending,
            branch,
            failure,
            ..
        } => {
            let ending = serde_json::to_value(ending).unwrap_or_default();
            let ending = ending.as_str().unwrap_or_default().replace('-', " ");
            let branch = branch.as_ref().map(|branch| format!(", {branch}")).unwrap_or_default();
            let failure = failure
                .as_ref()
                .map(|failure| {
                    let hint = failure
                        .hint
                        .as_ref()
                        .map(|hint| format!(" ({hint})"))
                        .unwrap_or_default();
                    format!(": {} {}{hint}", failure.status_code, failure.message)
                })
                .unwrap_or_default();
            format!("{step} ended: {ending}{branch}{failure}")
        }
        What::StepSkipped { step } => format!("{step} was skipped"),
        What::Answered {
            step,
            answer,
            by,
            group,
            words,
        } => {
            let group = group.as_ref().map(|group| format!(" for {group}")).unwrap_or_default();
            let words = if words.is_empty() {
                String::new()
            } else {
                format!(": {words}")
            };
            format!("{step} was {answer} by {by}{group}{words}")
        }
        What::ChildEnded { step, run, outcome, .. } => {
            format!("{run}, which {step} waits for, ended: {}", outcome_word(*outcome))
        }
        What::CancelAsked { by } => format!("{by} asked for its end"),
        What::RetryAsked { by } => format!("{by} asked to try again what failed"),
        What::Ended { outcome, reason } => {
            let reason = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
            format!("ended: {}{reason}", outcome_word(*outcome))
        }
    }
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
