//! `deskhand runs cancel` and `retry`: what people want of a run that is there.

use clap::Args;
use deskhand_engine::desk::Desk;
use deskhand_engine::runs::{RunOutcome, RunState, RunStory, StepEnding, What};
use deskhand_store::Store;

use super::{found, open, send};
use crate::desk::{OpenDesk, Person};
use crate::exit::{BadInput, Exit};
use crate::verbs::store_trouble;
use crate::verbs::stored::StoreOptions;

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

pub(super) async fn cancel(options: &OneOptions) -> anyhow::Result<Exit> {
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

pub(super) async fn retry(options: &OneOptions) -> anyhow::Result<Exit> {
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
    let definitions = store.definitions().await.map_err(store_trouble)?;
    let desk = Desk::read(&definitions, &OpenDesk::integration());
    Person::find(options.who.as_deref(), &desk)?.working_for(&story.summary.site)
}
