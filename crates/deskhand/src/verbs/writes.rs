//! `deskhand writes`: the journal of what was sent to the PSA, and what is unknown of it.

use std::io::{self, Write as _};

use clap::{Args, Subcommand, ValueEnum};
use deskhand_command::journal::{Ending, Write};
use serde_json::json;

use super::stored::StoreOptions;
use crate::exit::{BadInput, Exit};
use crate::render::{table, text};

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List writes whose end is not known, the newest first
    List(ListOptions),
    /// Show one write: what was sent, where to, and what became of it
    Show(ShowOptions),
    /// Say what became of a write whose end is not known, after having looked in the PSA
    Resolve(ResolveOptions),
}

#[derive(Debug, Args)]
pub(crate) struct ListOptions {
    #[command(flatten)]
    store: StoreOptions,
    /// Those that have ended as well
    #[arg(long)]
    all: bool,
    /// At most this many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// One JSON array
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ShowOptions {
    #[command(flatten)]
    store: StoreOptions,
    /// The number of the write
    write: i64,
}

#[derive(Debug, Args)]
pub(crate) struct ResolveOptions {
    #[command(flatten)]
    store: StoreOptions,
    /// The number of the write
    write: i64,
    /// What you found in the PSA
    #[arg(value_enum)]
    found: Found,
    /// The id of the record that it made, where it made one
    #[arg(long, value_name = "ID")]
    record: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Found {
    /// It took effect
    Done,
    /// It had no effect
    NotDone,
}

pub(super) async fn run(verb: &Verb) -> anyhow::Result<Exit> {
    match verb {
        Verb::List(options) => list(options).await,
        Verb::Show(options) => show(options).await,
        Verb::Resolve(options) => resolve(options).await,
    }
}

const MAKER: &str = "the first command that writes makes one";

async fn list(options: &ListOptions) -> anyhow::Result<Exit> {
    let (store, dates) = options.store.open_with_dates(MAKER).await?;
    let writes = store
        .list_writes(options.all, options.limit)
        .await
        .map_err(super::store_trouble)?;
    let mut to = io::stdout().lock();
    if options.json {
        let writes: Vec<_> = writes
            .iter()
            .map(|(connection, write)| as_json(connection, write))
            .collect();
        writeln!(to, "{}", serde_json::Value::Array(writes))?;
        return Ok(Exit::Successful);
    }
    if writes.is_empty() {
        let which = if options.all {
            "Nothing was ever written"
        } else {
            "Of everything written, the end is known"
        };
        writeln!(to, "{which}")?;
        return Ok(Exit::Successful);
    }
    let rows = writes.iter().map(|(connection, write)| {
        [
            write.id.to_string(),
            dates.show(write.intent.sent_at),
            connection.clone(),
            write.intent.command.clone(),
            write.intent.step.clone(),
            state(write).to_owned(),
        ]
    });
    let headings = [
        "Write",
        &dates.heading("Sent"),
        "Connection",
        "Command",
        "Step",
        "State",
    ];
    writeln!(to, "{}", table::table(headings, rows))?;
    Ok(Exit::Successful)
}

async fn show(options: &ShowOptions) -> anyhow::Result<Exit> {
    let (store, dates) = options.store.open_with_dates(MAKER).await?;
    let found = store.get_write(options.write).await.map_err(super::store_trouble)?;
    let (connection, write) = found.ok_or_else(|| no_such(options.write))?;
    let mut to = io::stdout().lock();
    let intent = &write.intent;
    writeln!(
        to,
        "Write {} of {}, {}",
        write.id,
        text::printable(&connection),
        state(&write)
    )?;
    writeln!(
        to,
        "sent at {} (the server's time) by {} under the key {}",
        dates.tell(intent.sent_at),
        intent.command,
        text::printable(&intent.key)
    )?;
    if let Some(reason) = write.ending.as_ref().and_then(Ending::reason) {
        writeln!(to, "because: {}", text::printable(reason))?;
    }
    if let Some(Ending::Done { record: Some(record) }) = write.ending {
        writeln!(to, "record: {record}")?;
    }
    if let Some(marker) = &intent.marker {
        writeln!(to, "mark: {marker} (externalXRef)")?;
    }
    for line in intent.request.lines().filter(|line| !line.is_empty()) {
        writeln!(to, "  {}", text::printable(line))?;
    }
    Ok(Exit::Successful)
}

async fn resolve(options: &ResolveOptions) -> anyhow::Result<Exit> {
    if options.record.is_some() && options.found == Found::NotDone {
        return Err(BadInput::new("`--record` goes with `done` only").into());
    }
    let store = options.store.open(MAKER).await?;
    let ending = match options.found {
        Found::Done => Ending::Done { record: options.record },
        Found::NotDone => Ending::NotDone {
            reason: "a person looked and found nothing".to_owned(),
        },
    };
    if store
        .resolve_write(options.write, &ending)
        .await
        .map_err(super::store_trouble)?
    {
        writeln!(io::stdout(), "Write {} is {}", options.write, ending.word())?;
        return Ok(Exit::Successful);
    }
    let found = store.get_write(options.write).await.map_err(super::store_trouble)?;
    let (_, write) = found.ok_or_else(|| no_such(options.write))?;
    Err(BadInput::new(format!(
        "write {} has ended already: it is {}",
        options.write,
        state(&write)
    ))
    .into())
}

fn no_such(write: i64) -> BadInput {
    BadInput::new(format!("there is no write {write}")).hint("`deskhand writes list --all` shows those there are")
}

fn state(write: &Write) -> &'static str {
    write
        .ending
        .as_ref()
        .map_or("under way, or its process ended", Ending::word)
}

fn as_json(connection: &str, write: &Write) -> serde_json::Value {
    json!({
        "write": write.id, "connection": connection, "command": write.intent.command, "step": write.intent.step,
        "key": write.intent.key, "sentAt": write.intent.sent_at, "request": write.intent.request,
        "ending": write.ending,
    })
}
