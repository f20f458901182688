//! `deskhand events`: what has been ingested, and what becomes of it.

mod list;
mod show;
mod turn;

use std::io::{self, Write as _};

use clap::Subcommand;

pub(super) use self::list::event_table;
use super::stored::StoreOptions;
use crate::exit::{BadInput, Exit};

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List events, the newest first
    List(list::Options),
    /// Show one event with its fields, its record, and what became of it
    Show(show::Options),
    /// Dismiss events: they are of no interest
    Dismiss(turn::DismissOptions),
    /// Link events to an incident; to one of a type, each event is linked once
    Escalate(turn::EscalateOptions),
    /// Open events again that were dismissed or escalated
    Reopen(turn::ReopenOptions),
    /// Say how many events there are and how much room each takes
    Measure(StoreOptions),
}

pub(super) async fn run(verb: &Verb) -> anyhow::Result<Exit> {
    match verb {
        Verb::List(options) => list::run(options).await,
        Verb::Show(options) => show::run(options).await,
        Verb::Dismiss(options) => turn::dismiss(options).await,
        Verb::Escalate(options) => turn::escalate(options).await,
        Verb::Reopen(options) => turn::reopen(options).await,
        Verb::Measure(options) => measure(options).await,
    }
}

const MAKER: &str = "`deskhand ingest` makes one";

fn no_such(event: i64) -> BadInput {
    BadInput::new(format!("there is no event {event}")).hint("`deskhand events list` shows them")
}

async fn measure(options: &StoreOptions) -> anyhow::Result<Exit> {
    let store = options.open(MAKER).await?;
    let measure = store.measure().await.map_err(super::store_trouble)?;
    let each = |bytes: u64| bytes.checked_div(measure.events).unwrap_or(0);
    writeln!(
        io::stdout(),
        "{} events; an event takes {} bytes of the store, indexes and fields included, for {} bytes of JSON as received",
        measure.events,
        each(measure.stored_bytes),
        each(measure.raw_bytes)
    )?;
    Ok(Exit::Successful)
}
