//! `deskhand runs`: what the desk does by itself, and what people want of it.

mod answer;
mod list;
mod prune;
mod show;
mod turn;
mod words;

use std::io::{self, Write as _};
use std::sync::Arc;

use clap::Subcommand;
use deskhand_command::{Clock as _, SystemClock};
use deskhand_engine::runs::{RunStory, Signalled, What};
use deskhand_store::Store;

pub(super) use self::words::standing;
use super::stored::StoreOptions;
use crate::exit::{BadInput, Exit};
use crate::render::text;

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List runs, the newest first
    List(list::ListOptions),
    /// Show one run as its journal tells it
    Show(show::ShowOptions),
    /// List what waits for an answer
    Questions(answer::QuestionOptions),
    /// Approve what a run asks
    Approve(answer::AnswerOptions),
    /// Reject what a run asks
    Reject(answer::AnswerOptions),
    /// End a run: nothing new begins in it
    Cancel(turn::OneOptions),
    /// Try what failed in a run again; what worked stays as it is
    Retry(turn::OneOptions),
    /// Delete runs that ended long ago, with their journals
    Prune(prune::PruneOptions),
}

pub(super) async fn run(verb: &Verb) -> anyhow::Result<Exit> {
    match verb {
        Verb::List(options) => list::list(options).await,
        Verb::Show(options) => show::show(options).await,
        Verb::Questions(options) => answer::questions(options).await,
        Verb::Approve(options) => answer::answer(options, "approved").await,
        Verb::Reject(options) => answer::answer(options, "rejected").await,
        Verb::Cancel(options) => turn::cancel(options).await,
        Verb::Retry(options) => turn::retry(options).await,
        Verb::Prune(options) => prune::prune(options).await,
    }
}

const MAKER: &str = "`deskhand apply` makes one";

async fn open(options: &StoreOptions) -> anyhow::Result<Arc<dyn Store>> {
    options.open(MAKER).await
}

async fn send(store: &dyn Store, run: &str, what: &What, told: &str) -> anyhow::Result<Exit> {
    match store
        .signal(run, what, SystemClock.now())
        .await
        .map_err(super::store_trouble)?
    {
        Signalled::Taken => writeln!(io::stdout(), "Run {}: {told}", text::printable(run))?,
        Signalled::Ended => return Err(BadInput::new(format!("run `{run}` has ended")).into()),
        Signalled::Overlaps { run: other } => {
            let told = format!("run `{run}` would overlap `{other}`, which its schedule has under way");
            return Err(BadInput::new(told).hint("try it again when that one has ended").into());
        }
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
