//! A command of the catalogue, run by hand.

use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use clap::{ArgMatches, FromArgMatches};
use deskhand_command::{Context, Declaration, Effect, Mode, SystemClock};

use crate::arguments::{self, OutputOptions, WritingOptions};
use crate::config::{self, ConnectionOptions, Settings};
use crate::exit::Exit;
use crate::progress::Bar;
use crate::render;

/// Runs it and prints what it returned; failures go to standard error as well.
pub(super) async fn run(declaration: &Declaration, matches: &ArgMatches) -> anyhow::Result<Exit> {
    let form = OutputOptions::from_arg_matches(matches)?.output;
    let (client, settings) = config::connect(&ConnectionOptions::from_arg_matches(matches)?)?;
    let catalogue = deskhand_connectwise::catalogue(&client);
    let command = catalogue
        .iter()
        .find(|command| command.declaration().slug == declaration.slug)
        .expect("the catalogue has every command that it declares");
    let inputs = arguments::inputs(declaration, matches);
    let context = context(declaration, matches, &settings).await?;
    let output = command.run(&context, inputs).await;

    let mut to = BufWriter::with_capacity(1 << 18, io::stdout().lock());
    render::output::write(&output, form, &mut to)?;
    to.flush()?;
    render::error::report_failures(&output.errors);
    Ok(Exit::from(&output))
}

/// What the command is handed; one that writes, and does so in earnest, gets the journal of its connection.
async fn context(declaration: &Declaration, matches: &ArgMatches, settings: &Settings) -> anyhow::Result<Context> {
    let mut context = Context::new(Arc::new(SystemClock), super::run_id());
    context.progress = Arc::new(Bar::new("Working on tickets"));
    if declaration.effect == Effect::Reads {
        return Ok(context);
    }
    let options = WritingOptions::from_arg_matches(matches)?;
    context.idempotency_key = options.idempotency_key;
    if options.dry_run {
        context.mode = Mode::DryRun;
        return Ok(context);
    }
    let store = super::open_store(&config::store_path(options.store.as_deref())?).await?;
    context.journal = Arc::new(store.journal(&settings.filed_under()));
    Ok(context)
}
