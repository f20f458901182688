//! `deskhand runs cancel` and `retry`: what people want of a run that is there.

use std::sync::Arc;

use clap::Args;
use deskhand_engine::desk::{Desk, Kind};
use deskhand_engine::playbooks::{Known, read};
use deskhand_engine::runs::state::History;
use deskhand_engine::runs::{Plan, RunOutcome, RunState, RunStory, What};
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
    if story.summary.state != RunState::Ended {
        return Err(BadInput::new(format!("run `{}` has not ended", options.run))
            .hint("what failed in it can be tried again afterwards; `deskhand runs show` tells what it waits for")
            .into());
    }
    if !can_be_tried_again(&*store, &story).await? {
        return Err(
            BadInput::new(format!("nothing of run `{}` can be tried again", options.run))
                .hint("it ended as its steps left it; start a new run")
                .into(),
        );
    }
    let what = What::RetryAsked { by };
    send(&*store, &options.run, &what, "what failed is tried again").await
}

/// Whether there is something to try again; a playbook that cannot be read says nothing against it.
async fn can_be_tried_again(store: &dyn Store, story: &RunStory) -> anyhow::Result<bool> {
    let playbook = match &story.summary.plan {
        Plan::Playbook { name, version } => {
            let definition = store.definition(Kind::Playbook, name, *version).await;
            let known = Known::commands(deskhand_connectwise::declarations());
            let definition = definition.map_err(store_trouble)?;
            definition.and_then(|definition| read(&definition.body, &known).ok())
        }
        plan => plan.to_playbook(),
    };
    let history = |playbook| History::of(Arc::new(playbook), &story.entries);
    Ok(playbook.is_none_or(|playbook| history(playbook).can_be_tried_again()))
}

/// The name of whoever asks something of a run: on a desk with users, one of them who works for the run's site.
async fn asking(options: &OneOptions, store: &dyn Store, story: &RunStory) -> anyhow::Result<String> {
    let definitions = store.definitions().await.map_err(store_trouble)?;
    let desk = Desk::read(&definitions, &OpenDesk::integration());
    Person::find(options.who.as_deref(), &desk)?.working_for(&story.summary.site)
}
