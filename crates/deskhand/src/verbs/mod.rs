//! One file for each thing that can be done.

pub(crate) mod apply;
mod callbacks;
mod command;
mod commands;
mod completions;
mod connections;
mod demo;
mod doctor;
mod events;
mod ingest;
mod key;
mod playbook;
mod runs;
mod sandbox;
mod schedules;
mod serve;
mod sources;
mod store;
mod stored;
mod writes;

use std::sync::Arc;

use clap::{ArgMatches, FromArgMatches, Subcommand};
use deskhand_engine::StoreError;
use deskhand_engine::desk::{Definition, Desk};
use deskhand_engine::engine::Automation;
use deskhand_store::{Store, StoreAddress};

use crate::desk::OpenDesk;
use crate::exit::{Exit, Trouble};

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
    /// Look after the store
    #[command(subcommand)]
    Store(store::Verb),
    /// Define a desk by files: sites, connections, ingestion jobs, schedules, rules, playbooks
    Apply(apply::ApplyOptions),
    /// Write a desk's definitions into files, without secrets
    Export(apply::ExportOptions),
    /// Look at a desk's connections and their health, and test them
    #[command(subcommand)]
    Connections(connections::Verb),
    /// Work a desk off, day and night: ingest, check, run what is scheduled, hand events to playbooks
    Serve(serve::Options),
    /// Look at the callbacks that are registered at the PSA, and take ours away
    #[command(subcommand)]
    Callbacks(callbacks::Verb),
    /// Look at schedules, and pause or stop them
    #[command(subcommand)]
    Schedules(schedules::Verb),
    /// Look at runs, answer what they ask, cancel them or try them again
    #[command(subcommand)]
    Runs(runs::Verb),
    /// Check playbooks, rehearse them on a sandbox, and start them
    #[command(subcommand)]
    Playbook(playbook::Verb),
    /// Make the key that secrets are sealed with, and change it
    #[command(subcommand)]
    Key(key::Verb),
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
        Verb::Store(verb) => store::run(&verb).await,
        Verb::Apply(options) => apply::apply(&options).await,
        Verb::Export(options) => apply::export(&options).await,
        Verb::Connections(verb) => connections::run(&verb).await,
        Verb::Serve(options) => serve::run(&options).await,
        Verb::Callbacks(verb) => callbacks::run(&verb).await,
        Verb::Schedules(verb) => schedules::run(&verb).await,
        Verb::Runs(verb) => runs::run(&verb).await,
        Verb::Playbook(verb) => playbook::run(&verb).await,
        Verb::Key(verb) => key::run(&verb).await,
        Verb::Sandbox(options) => sandbox::run(&options).await,
        Verb::Demo(options) => demo::run(&options).await,
        Verb::Completions(options) => completions::run(&options),
    }
}

/// Whether it takes being interrupted for a wish to end, and ends what is under way first.
pub(crate) fn ends_when_asked(matches: &ArgMatches) -> bool {
    let serves = matches.subcommand().filter(|(name, _)| *name == "serve");
    serves.is_some_and(|(_, options)| !options.get_flag("once"))
}

/// An id for a run: when it started, and some chance.
pub(crate) fn run_id() -> String {
    let now = deskhand_command::Clock::now(&deskhand_command::SystemClock);
    format!("{}-{:08x}", now.strftime("%Y%m%dT%H%M%SZ"), fastrand::u32(..))
}

/// Opens a store, with what to do when that fails.
pub(crate) async fn open_store(address: &StoreAddress) -> anyhow::Result<Arc<dyn Store>> {
    let opened = deskhand_store::open(address).await;
    opened.map_err(|error| cannot_open(address, error))
}

/// Opens a store if it is there.
pub(crate) async fn find_store(address: &StoreAddress) -> anyhow::Result<Option<Arc<dyn Store>>> {
    let found = deskhand_store::find(address).await;
    found.map_err(|error| cannot_open(address, error))
}

/// A store that cannot be opened, named without its password.
fn cannot_open(address: &StoreAddress, error: StoreError) -> anyhow::Error {
    let trouble = Trouble::from(error);
    anyhow::Error::new(Trouble {
        message: format!("cannot open the store `{address}`: {}", trouble.message),
        ..trouble
    })
}

/// A store's trouble in words, with what to do.
pub(crate) fn store_trouble(error: StoreError) -> anyhow::Error {
    anyhow::Error::new(Trouble::from(error))
}

/// What definitions come to, for verbs that look at them.
fn automation(definitions: &[Definition]) -> Automation {
    let desk = Arc::new(Desk::read(definitions, &OpenDesk::integration()));
    Automation::read(definitions, desk, deskhand_connectwise::declarations())
}
