//! `deskhand runs`: what the desk does by itself, and what people want of it.

use std::io::{self, Write as _};
use std::sync::Arc;

use clap::{Args, Subcommand, ValueEnum};
use deskhand_command::{Clock as _, SystemClock};
use deskhand_engine::runs::{
    Cause, Entry, Plan, RunFilter, RunOutcome, RunState, RunStory, RunSummary, Signalled, What,
};
use deskhand_store::Store;
use jiff::{SignedDuration, Timestamp};

use super::stored::StoreOptions;
use crate::exit::{BadInput, Exit};
use crate::render::{table, text};

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List runs, the newest first
    List(ListOptions),
    /// Show one run as its journal tells it
    Show(ShowOptions),
    /// List what waits for an answer
    Questions(StoreOptions),
    /// Approve what a run asks
    Approve(AnswerOptions),
    /// Reject what a run asks
    Reject(AnswerOptions),
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
    /// Only runs asked for from then on, in UTC: 2026-01-01 00:00
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<Timestamp>,
    /// Only runs asked for before then, in UTC
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<Timestamp>,
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
pub(crate) struct AnswerOptions {
    #[command(flatten)]
    store: StoreOptions,
    /// The run's id
    run: String,
    /// The step that asks; needed when several do
    #[arg(long, value_name = "STEP")]
    step: Option<String>,
    /// Who answers
    #[arg(long = "as", value_name = "NAME")]
    who: Option<String>,
    /// What is to be kept with the answer
    #[arg(long, value_name = "TEXT", default_value = "")]
    words: String,
}

#[derive(Debug, Args)]
pub(crate) struct OneOptions {
    #[command(flatten)]
    store: StoreOptions,
    /// The run's id
    run: String,
    /// Who wants it
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

fn time(text: &str) -> Result<Timestamp, String> {
    deskhand_command::input::parse_time(text).ok_or_else(|| "give a time in UTC such as 2026-01-01 00:00".to_owned())
}

pub(super) async fn run(verb: &Verb) -> anyhow::Result<Exit> {
    match verb {
        Verb::List(options) => list(options).await,
        Verb::Show(options) => show(options).await,
        Verb::Questions(options) => questions(options).await,
        Verb::Approve(options) => answer(options, "approved").await,
        Verb::Reject(options) => answer(options, "rejected").await,
        Verb::Cancel(options) => cancel(options).await,
        Verb::Retry(options) => retry(options).await,
        Verb::Prune(options) => prune(options).await,
    }
}

async fn open(options: &StoreOptions) -> anyhow::Result<Arc<dyn Store>> {
    options.open("`deskhand apply` makes one").await
}

async fn list(options: &ListOptions) -> anyhow::Result<Exit> {
    let store = open(&options.store).await?;
    let filter = RunFilter {
        state: options.state.map(RunState::from),
        outcome: options.outcome.map(RunOutcome::from),
        schedule: options.schedule.clone(),
        playbook: options.playbook.clone(),
        since: options.since,
        until: options.until,
        limit: options.limit,
    };
    let runs = store.find_runs(&filter).await.map_err(super::store_trouble)?;
    let mut to = io::stdout().lock();
    if options.json {
        writeln!(to, "{}", serde_json::to_string(&runs)?)?;
        return Ok(Exit::Successful);
    }
    if runs.is_empty() {
        writeln!(to, "There are no such runs")?;
        return Ok(Exit::Successful);
    }
    let rows = runs.iter().map(|run| {
        [
            run.id.clone(),
            what(&run.plan),
            why(&run.cause),
            run.created_at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
            standing(run),
        ]
    });
    writeln!(
        to,
        "{}",
        table::table(["Run", "Runs", "Because of", "Asked for (UTC)", "State"], rows)
    )?;
    Ok(Exit::Successful)
}

async fn show(options: &ShowOptions) -> anyhow::Result<Exit> {
    let store = open(&options.store).await?;
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
    writeln!(to, "{}", standing(run))?;
    if let Some(reason) = &run.reason {
        writeln!(to, "because: {}", text::printable(reason))?;
    }
    for (name, value) in &story.given {
        writeln!(to, "{}: {}", text::printable(name), text::printable(&value.to_string()))?;
    }
    for entry in &story.entries {
        writeln!(
            to,
            "  {}  {}",
            entry.at.strftime("%Y-%m-%d %H:%M:%S"),
            text::printable(&told(&entry.what))
        )?;
    }
    Ok(Exit::Successful)
}

async fn questions(options: &StoreOptions) -> anyhow::Result<Exit> {
    let store = open(options).await?;
    let filter = RunFilter {
        state: Some(RunState::Waiting),
        limit: 10_000,
        ..RunFilter::default()
    };
    let mut rows = Vec::new();
    for run in store.find_runs(&filter).await.map_err(super::store_trouble)? {
        if let Some(story) = store.get_run(&run.id).await.map_err(super::store_trouble)? {
            rows.extend(
                open_questions(&story.entries)
                    .into_iter()
                    .map(|(step, question)| [run.id.clone(), step.to_owned(), question.to_owned()]),
            );
        }
    }
    let mut to = io::stdout().lock();
    if rows.is_empty() {
        writeln!(to, "Nothing waits for an answer")?;
    } else {
        writeln!(to, "{}", table::table(["Run", "Step", "Question"], rows))?;
    }
    Ok(Exit::Successful)
}

async fn answer(options: &AnswerOptions, word: &str) -> anyhow::Result<Exit> {
    let store = open(&options.store).await?;
    let story = found(&*store, &options.run).await?;
    let open = open_questions(&story.entries);
    let step = match (&options.step, &open[..]) {
        (_, []) => {
            return Err(BadInput::new(format!("run `{}` asks nothing", options.run))
                .hint("`deskhand runs questions` lists what is asked")
                .into());
        }
        (None, [(step, _)]) => (*step).to_owned(),
        (None, _) => {
            let steps: Vec<_> = open.iter().map(|(step, _)| format!("`{step}`")).collect();
            return Err(BadInput::new(format!("run `{}` asks several things", options.run))
                .hint(format!("say which with `--step`: {}", steps.join(", ")))
                .into());
        }
        (Some(named), _) => open
            .iter()
            .find(|(step, _)| step == named)
            .map(|(step, _)| (*step).to_owned())
            .ok_or_else(|| BadInput::new(format!("step `{named}` of run `{}` asks nothing", options.run)))?,
    };
    let what = What::Answered {
        step: step.clone(),
        answer: word.to_owned(),
        by: who(options.who.as_deref()),
        words: options.words.clone(),
    };
    send(&*store, &options.run, &what, &format!("`{step}` is {word}")).await
}

async fn cancel(options: &OneOptions) -> anyhow::Result<Exit> {
    let store = open(&options.store).await?;
    let what = What::CancelAsked {
        by: who(options.who.as_deref()),
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
    if story.summary.outcome == Some(RunOutcome::Successful) {
        return Err(BadInput::new(format!("run `{}` was successful", options.run))
            .hint("there is nothing to try again; start a new run")
            .into());
    }
    let what = What::RetryAsked {
        by: who(options.who.as_deref()),
    };
    send(&*store, &options.run, &what, "what failed is tried again").await
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

/// Who types: named, else the operator.
fn who(named: Option<&str>) -> String {
    named.unwrap_or("operator").to_owned()
}

/// Steps that asked and were not answered, with their questions.
fn open_questions(entries: &[Entry]) -> Vec<(&str, &str)> {
    let mut open: Vec<(&str, &str)> = Vec::new();
    for entry in entries {
        match &entry.what {
            What::StepBegan { step, wish, .. } => {
                if let Some(question) = wish.get("question").and_then(|question| question.as_str()) {
                    open.push((step, question));
                }
            }
            What::StepEnded { step, .. } | What::Answered { step, .. } => open.retain(|(asks, _)| asks != step),
            _ => {}
        }
    }
    open
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
        Cause::Dismissal { id } => format!("the dismissal of event {id}"),
        Cause::Failure { run } => format!("the failure of {run}"),
        Cause::Step { run, step } => format!("step {step} of {run}"),
        Cause::Alert { about } => format!("an alert about {about}"),
    }
}

fn standing(run: &RunSummary) -> String {
    match (run.state, run.outcome, run.wake_at) {
        (RunState::Ended, Some(outcome), _) => outcome_word(outcome).to_owned(),
        (RunState::Ended, None, _) => "ended".to_owned(),
        (RunState::Due, ..) => "under way".to_owned(),
        (RunState::Waiting, _, Some(wake)) => format!("waiting until {}", wake.strftime("%Y-%m-%d %H:%M:%S")),
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
            words,
        } => {
            let words = if words.is_empty() {
                String::new()
            } else {
                format!(": {words}")
            };
            format!("{step} was {answer} by {by}{words}")
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
