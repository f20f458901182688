//! A command of the catalogue, run by hand.

use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use clap::{ArgMatches, FromArgMatches};
use deskhand_command::{Command, Context, Declaration, Effect, Mode, OpenConnection as _, SystemClock};
use deskhand_store::Store as _;

use crate::arguments::{self, OutputOptions, WritingOptions};
use crate::bulk::{self, Bulk};
use crate::config::{self, ConnectionOptions, Settings};
use crate::exit::Exit;
use crate::progress::Bar;
use crate::render;
use crate::render::format::Format;

/// Runs it and prints what it returned; failures go to standard error as well.
pub(super) async fn run(declaration: &Declaration, matches: &ArgMatches) -> anyhow::Result<Exit> {
    let form = OutputOptions::from_arg_matches(matches)?.output;
    let (psa, settings) = config::connect(&ConnectionOptions::from_arg_matches(matches)?)?;
    let command = psa
        .commands()
        .iter()
        .find(|command| command.declaration().slug == declaration.slug)
        .expect("the catalogue has every command that it declares");
    let inputs = arguments::inputs(declaration, matches);
    let writing = match declaration.effect {
        Effect::Reads => None,
        Effect::Writes | Effect::Deletes => Some(WritingOptions::from_arg_matches(matches)?),
    };
    let context = context(writing.as_ref(), &settings).await?;
    if let Some((from, options)) = writing
        .as_ref()
        .and_then(|options| Some((options.from.clone()?, options)))
    {
        let bulk = Bulk {
            from,
            results: options.results.clone(),
            rerun_failed: options.rerun_failed,
            shared: inputs,
            connection: settings.filed_under(),
            new_batch: super::run_id(),
        };
        return rows(&bulk, command, &context, form).await;
    }
    let output = command.run(&context, inputs).await;

    let mut to = BufWriter::with_capacity(1 << 18, io::stdout().lock());
    render::output::write(&output, form, &mut to)?;
    to.flush()?;
    render::error::report_failures(&output.errors);
    Ok(Exit::from(&output))
}

/// Runs a command once for each row of a file, and says what came of the rows.
async fn rows(bulk: &Bulk, command: &Arc<dyn Command>, context: &Context, form: Format) -> anyhow::Result<Exit> {
    let mut told = render::rows::Told::new(form, context.mode);
    let tally = bulk::perform(bulk, command, context, |result, output| told.row(result, output)).await?;
    told.finish(&tally)?;
    let worked = tally.successful + tally.partial;
    Ok(match (tally.failed + tally.partial, worked) {
        (0, _) => Exit::Successful,
        (_, 0) => Exit::Failed,
        _ => Exit::Partial,
    })
}

/// What the command is handed; one that writes, and does so in earnest, gets the journal of its connection.
async fn context(writing: Option<&WritingOptions>, settings: &Settings) -> anyhow::Result<Context> {
    let mut context = Context::new(Arc::new(SystemClock), super::run_id());
    context.progress = Arc::new(Bar::new("Working on tickets"));
    let Some(options) = writing else { return Ok(context) };
    context.idempotency_key.clone_from(&options.idempotency_key);
    if options.dry_run {
        context.mode = Mode::DryRun;
        return Ok(context);
    }
    let store = super::open_store(&config::store_path(options.store.as_deref())?).await?;
    context.journal = store.journal(&settings.filed_under());
    Ok(context)
}
