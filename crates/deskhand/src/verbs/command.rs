//! A command of the catalogue, run by hand.

use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use clap::{ArgMatches, FromArgMatches};
use deskhand_command::{
    Command, CommandOutput, Context, Declaration, Effect, Mode, OpenConnection as _, Outcome, SystemClock,
};

use crate::arguments::{self, OutputOptions, WritingOptions};
use crate::bulk::{self, Bulk};
use crate::config::{self, ConnectionOptions};
use crate::dates::Dates;
use crate::exit::Exit;
use crate::progress::Bar;
use crate::render;
use crate::render::format::Format;
use crate::render::rows::Told;

/// Runs it and prints what it returned.
pub(super) async fn run(declaration: &Declaration, matches: &ArgMatches) -> anyhow::Result<Exit> {
    let form = OutputOptions::from_arg_matches(matches)?.output;
    let (psa, settings) = config::connect(&ConnectionOptions::from_arg_matches(matches)?)?;
    let command = psa
        .commands()
        .iter()
        .find(|command| command.declaration().slug == declaration.slug)
        .expect("the catalogue has every command that it declares");
    let writing = match declaration.effect {
        Effect::Reads => None,
        Effect::Writes | Effect::Deletes => Some(WritingOptions::from_arg_matches(matches)?),
    };
    let filed = (settings.filed_under(), psa.place());
    let context = context(writing.as_ref(), (&filed.0, filed.1)).await?;
    let store = writing.as_ref().and_then(|options| options.store.as_deref());
    let dates = Dates::find(store).await?;
    let inputs = dates.inputs(declaration, arguments::inputs(declaration, matches));
    let inputs = match inputs {
        Ok(inputs) => inputs,
        Err(failure) => {
            let refused = Outcome::failed(failure, 0).finish(declaration, &context, context.clock.now());
            return told(&refused, form, &dates);
        }
    };
    if let Some((from, options)) = writing
        .as_ref()
        .and_then(|options| Some((options.from.clone()?, options)))
    {
        let bulk = Bulk {
            from,
            results: options.results.clone(),
            rerun_failed: options.rerun_failed,
            shared: inputs,
            connection: filed.0,
            new_batch: super::run_id(),
        };
        return rows(&bulk, command, &context, Told::new(form, context.mode, dates)).await;
    }
    let output = command.run(&context, inputs).await;
    told(&output, form, &dates)
}

/// Prints an output; failures go to standard error as well.
fn told(output: &CommandOutput, form: Format, dates: &Dates) -> anyhow::Result<Exit> {
    let mut to = BufWriter::with_capacity(1 << 18, io::stdout().lock());
    render::output::write(output, form, dates, &mut to)?;
    to.flush()?;
    render::error::report_failures(&output.errors);
    Ok(Exit::from(output))
}

/// Runs a command once for each row of a file, and says what came of the rows.
async fn rows(bulk: &Bulk, command: &Arc<dyn Command>, context: &Context, mut told: Told) -> anyhow::Result<Exit> {
    let tally = bulk::perform(bulk, command, context, |result, output| told.row(result, output)).await?;
    told.finish(&tally)?;
    let worked = tally.successful + tally.partial;
    Ok(match (tally.failed + tally.partial, worked) {
        (0, _) => Exit::Successful,
        (_, 0) => Exit::Failed,
        _ => Exit::Partial,
    })
}

/// What the command is handed; one that writes, and does so in earnest, gets the journal of its connection to a place.
async fn context(writing: Option<&WritingOptions>, (connection, place): (&str, &str)) -> anyhow::Result<Context> {
    let mut context = Context::new(Arc::new(SystemClock), super::run_id());
    context.progress = Arc::new(Bar::new("Working on tickets"));
    let Some(options) = writing else { return Ok(context) };
    context.idempotency_key.clone_from(&options.idempotency_key);
    if options.dry_run {
        context.mode = Mode::DryRun;
        return Ok(context);
    }
    let store = super::open_store(&config::store_address(options.store.as_deref())?).await?;
    context.journal = store.journal(connection, place);
    Ok(context)
}
