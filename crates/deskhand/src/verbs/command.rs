//! A command of the catalogue, run by hand.

use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use clap::{ArgMatches, FromArgMatches};
use deskhand_command::{Context, Declaration, SystemClock};

use crate::arguments::{self, OutputOptions};
use crate::config::{self, ConnectionOptions};
use crate::exit::Exit;
use crate::progress::Bar;
use crate::render;

/// Runs it and prints what it returned; failures go to standard error as well.
pub(super) async fn run(declaration: &Declaration, matches: &ArgMatches) -> anyhow::Result<Exit> {
    let form = OutputOptions::from_arg_matches(matches)?.output;
    let (client, _settings) = config::connect(&ConnectionOptions::from_arg_matches(matches)?)?;
    let catalogue = deskhand_connectwise::catalogue(client);
    let command = catalogue
        .iter()
        .find(|command| command.declaration().slug == declaration.slug)
        .expect("the catalogue has every command that it declares");
    let inputs = arguments::inputs(declaration, matches);
    let output = command.run(&context(), inputs).await;

    let mut to = BufWriter::with_capacity(1 << 18, io::stdout().lock());
    render::output::write(&output, form, &mut to)?;
    to.flush()?;
    render::error::report_failures(&output.errors);
    Ok(Exit::from(&output))
}

fn context() -> Context {
    Context {
        clock: Arc::new(SystemClock),
        run_id: super::run_id(),
        progress: Arc::new(Bar::new("Reading tickets")),
    }
}
