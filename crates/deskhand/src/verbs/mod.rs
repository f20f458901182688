//! One file for each thing that can be done.

mod command;
mod commands;
mod completions;
mod demo;
mod doctor;
mod events;
mod ingest;
mod sandbox;
mod sources;
mod stored;
mod writes;

use clap::{ArgMatches, FromArgMatches, Subcommand};

use crate::exit::Exit;

/// The program's own verbs, beside those of the catalogue.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List the commands: what each does, takes and needs
    Commands(commands::Options),
    /// Bring service tickets in as events, each revision once
    Ingest(Box<ingest::Options>),
    /// Look at what has been ingested
    #[command(subcommand)]
    Events(events::Verb),
    /// Look at event sources, and try one out
    #[command(subcommand)]
    Sources(sources::Verb),
    /// Say what a connection is good for, and which rights its security role lacks
    Doctor(Box<doctor::Options>),
    /// Look at what was sent to the PSA, and say what became of what is unknown
    #[command(subcommand)]
    Writes(writes::Verb),
    /// Run a local PSA that behaves like the vendor's API
    Sandbox(Box<sandbox::Options>),
    /// See the main job on a sandbox, with nothing to configure
    Demo(demo::Options),
    /// Print the completion script of a shell
    Completions(completions::Options),
}

/// Does what was typed.
pub(crate) async fn perform(matches: &ArgMatches) -> anyhow::Result<Exit> {
    if let Some((name, matches)) = matches.subcommand()
        && let Some(declaration) = deskhand_connectwise::declarations()
            .iter()
            .find(|known| known.slug == name)
    {
        return command::run(declaration, matches).await;
    }
    match Verb::from_arg_matches(matches)? {
        Verb::Commands(options) => commands::run(&options),
        Verb::Ingest(options) => ingest::run(&options).await,
        Verb::Events(verb) => events::run(&verb).await,
        Verb::Sources(verb) => sources::run(&verb),
        Verb::Doctor(options) => doctor::run(&options).await,
        Verb::Writes(verb) => writes::run(&verb).await,
        Verb::Sandbox(options) => sandbox::run(&options).await,
        Verb::Demo(options) => demo::run(&options).await,
        Verb::Completions(options) => completions::run(&options),
    }
}

/// An id for a run: when it started, and some chance.
fn run_id() -> String {
    let now = deskhand_command::Clock::now(&deskhand_command::SystemClock);
    format!("{}-{:08x}", now.strftime("%Y%m%dT%H%M%SZ"), fastrand::u32(..))
}

/// Opens a store, with what to do when that fails.
async fn open_store(path: &std::path::Path) -> anyhow::Result<std::sync::Arc<deskhand_store::SqliteStore>> {
    let store = deskhand_store::SqliteStore::open(path).await.map_err(store_trouble)?;
    Ok(std::sync::Arc::new(store))
}

/// A store's trouble in words, with what to do.
fn store_trouble(error: deskhand_engine::StoreError) -> anyhow::Error {
    let cause = std::error::Error::source(&error)
        .map(|cause| format!(": {cause}"))
        .unwrap_or_default();
    let hint = error.hint();
    anyhow::Error::new(crate::exit::Trouble {
        message: format!("{error}{cause}"),
        hint: hint.to_owned(),
    })
}
