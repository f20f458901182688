//! `deskhand connections test`

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use deskhand_command::{CommandOutput, Context, Declaration, Failure, Outcome, SystemClock};
use deskhand_engine::connections::{Actor, Sites, Unsaved, unknown};
use deskhand_engine::desk::Desk;
use deskhand_engine::desk::files::{self, Defined, GivenConnection};
use serde_json::Map;

use super::{Look, LookOptions};
use crate::desk::{self, OpenDesk};
use crate::exit::{BadInput, Exit};
use crate::render;
use crate::render::format::Format;
use crate::verbs::apply::refused;

#[derive(Debug, Args)]
pub(crate) struct TestOptions {
    #[command(flatten)]
    look: LookOptions,
    /// The connection's name
    connection: String,
    /// Test it as this file, or folder, defines it; nothing is saved by that
    #[arg(short, long, value_name = "PATH")]
    file: Option<PathBuf>,
}

pub(super) async fn run(options: &TestOptions) -> anyhow::Result<Exit> {
    let look = options.look.open().await?;
    let context = Context::new(Arc::new(SystemClock), crate::verbs::run_id());
    let tested = match &options.file {
        Some(file) => of_file(options, &look, file, &context).await?,
        None => of_desk(options, &look, &context).await?,
    };
    let output = tested.unwrap_or_else(|failure| failed(failure, &context));
    let form = if options.look.json { Format::Json } else { Format::Table };
    let mut to = io::stdout().lock();
    render::output::write(&output, form, &look.dates()?, &mut to)?;
    to.flush()?;
    render::error::report_failures(&output.errors);
    Ok(Exit::from(&output))
}

/// The one that is saved, as commands use it; one that is not active can be tested by whoever may change it.
async fn of_desk(
    options: &TestOptions,
    look: &Look,
    context: &Context,
) -> anyhow::Result<Result<CommandOutput, Failure>> {
    let site = options.look.site.as_deref();
    let seen = look.find(site, &options.connection)?;
    let saved = &look.definitions.connections[&seen.connection.name];
    let actor = look.person.acting_on(&look.definitions, site, saved)?;
    if !saved.active {
        let unsaved = Unsaved {
            connection: saved.as_ref().clone(),
            secrets: [].into(),
            sites: Sites::new(),
        };
        return Ok(look.desk.connections.test(&actor, &unsaved, context).await);
    }
    Ok(through_desk(look, &actor, &saved.name, context).await)
}

async fn through_desk(look: &Look, actor: &Actor, name: &str, context: &Context) -> Result<CommandOutput, Failure> {
    let opened = look.desk.connections.open(actor, name).await?;
    let mut commands = opened.open.commands().iter();
    let test = commands.find(|command| command.declaration().slug == declaration().slug);
    let test = test.ok_or_else(|| Failure::new(501, "The integration has no Test Connection."))?;
    Ok(test.run(context, Map::new()).await)
}

/// The one that a file defines, which need not be applied, as little as its site.
async fn of_file(
    options: &TestOptions,
    look: &Look,
    file: &Path,
    context: &Context,
) -> anyhow::Result<Result<CommandOutput, Failure>> {
    let given = files::read(&desk::read_folder(file)?, &OpenDesk::integration()).map_err(|wrong| refused(&wrong))?;
    let (mut sites, mut connections) = (Sites::new(), Vec::new());
    for one in given {
        match one.defined {
            Defined::Site(site) => _ = sites.insert(site.name.clone(), site),
            Defined::Connection(connection) => connections.push(connection),
            _ => {}
        }
    }
    let GivenConnection { connection, secrets } = named(connections, &options.connection, file)?;
    let mut around = Desk {
        sites: look.definitions.sites.clone(),
        ..Desk::default()
    };
    around.sites.extend(sites.clone());
    let actor = look
        .person
        .acting_on(&around, options.look.site.as_deref(), &connection)?;
    let unsaved = Unsaved {
        connection,
        secrets,
        sites,
    };
    Ok(look.desk.connections.test(&actor, &unsaved, context).await)
}

fn named(mut connections: Vec<GivenConnection>, name: &str, file: &Path) -> anyhow::Result<GivenConnection> {
    if let Some(at) = connections.iter().position(|given| given.connection.name == name) {
        return Ok(connections.swap_remove(at));
    }
    let names = connections.iter().map(|given| given.connection.name.as_str());
    let words = unknown("connection", name, names);
    Err(BadInput::new(format!("in `{}` {words}", file.display()))
        .hint("name one that the file defines, or leave `--file` out for one of the desk's")
        .into())
}

/// What was refused before the command ran, told as it tells of failures.
fn failed(failure: Failure, context: &Context) -> CommandOutput {
    Outcome::failed(failure, 0).finish(declaration(), context, context.clock.now())
}

fn declaration() -> &'static Declaration {
    let mut known = deskhand_connectwise::declarations().iter();
    known
        .find(|known| known.slug == "test-connection")
        .expect("the catalogue has Test Connection")
}
