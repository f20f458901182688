//! `deskhand runs show`: one run as its journal tells it.

use std::io::{self, Write as _};

use clap::Args;
use deskhand_engine::jobs::fetch_of;
use deskhand_engine::runs::{Plan, RunState, awaited, open_questions};

use super::words::{standing, told, what, why};
use super::{MAKER, found, no_such};
use crate::exit::Exit;
use crate::render::text;
use crate::verbs::stored::StoreOptions;

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

pub(super) async fn show(options: &ShowOptions) -> anyhow::Result<Exit> {
    let (store, dates, sight) = options.store.open_for_viewer(MAKER).await?;
    let story = found(&*store, &options.run).await?;
    if !sight.includes(&story.summary.site) {
        return Err(no_such(&options.run).into());
    }
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
    if run.state != RunState::Ended {
        for waits in awaited(&story.entries) {
            let step = text::printable(&waits.step);
            let since = dates.tell(waits.since);
            writeln!(
                to,
                "{step} is tried again by itself, since {since}: {}",
                text::printable(&waits.failure.message)
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
