//! `deskhand schedules clone`: another ingestion job like one that is there, in the place of one that was stopped for ever.

use std::io::{self, Write as _};

use clap::Args;
use deskhand_engine::desk::{Kind, files};
use deskhand_engine::jobs::schedule_name;

use crate::desk::DeskOptions;
use crate::exit::{BadInput, Exit};
use crate::render::text;
use crate::verbs::{apply, store_trouble};

#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(flatten)]
    desk: DeskOptions,
    /// The ingestion job, as `deskhand schedules list` or the desk's files name it
    job: String,
    /// The name of the new one
    name: String,
    /// Who makes it: an operator of the desk [env: `DESKHAND_USER`; default: operator]
    #[arg(long = "as", value_name = "NAME")]
    who: Option<String>,
}

/// Makes the new job; what it is comes out as well, for the desk's files.
pub(super) async fn run(options: &Options) -> anyhow::Result<Exit> {
    let desk = options.desk.open().await?;
    let definitions = desk.store.definitions().await.map_err(store_trouble)?;
    let mut jobs = definitions
        .iter()
        .filter(|known| known.kind == Kind::Ingestion && !known.removed);
    let named = |name: &str| name == options.job || schedule_name(name) == options.job;
    let Some(job) = jobs.clone().find(|known| named(&known.name)) else {
        let known: Vec<_> = jobs.map(|known| format!("`{}`", known.name)).collect();
        let bad = BadInput::new(format!("there is no ingestion job `{}`", options.job));
        return Err(bad.hint(format!("there are: {}", known.join(", "))).into());
    };
    if jobs.any(|known| known.name == options.name) {
        let bad = BadInput::new(format!("there is an ingestion job `{}` already", options.name));
        return Err(bad.hint("give the new one a name of its own").into());
    }
    let file = files::clone_job(job, &options.name).map_err(BadInput::new)?;
    let plan = apply::planned(&desk, std::slice::from_ref(&file), false).await?;
    apply::carry_out(&desk, &plan, options.who.as_deref()).await?;
    writeln!(
        io::stdout(),
        "The ingestion job {} fetches the same as {}. Put it into the desk's files, too:\n\n{}",
        text::printable(&options.name),
        text::printable(&job.name),
        file.text
    )?;
    Ok(Exit::Successful)
}
