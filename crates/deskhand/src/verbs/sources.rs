//! `deskhand sources`: event sources, and what one makes of a record before it is used.

use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use deskhand_command::EventSource;
use deskhand_command::event_source::{parse_sources, to_toml};
use serde_json::{Value, json};

use crate::exit::{BadInput, Exit};
use crate::render::output::plain;
use crate::render::table;

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Show the event sources: the Default Event Source, and those of a file
    Show(ShowOptions),
    /// Show what an event source makes of a record, before it is used
    Preview(PreviewOptions),
}

#[derive(Debug, Args)]
pub(crate) struct ShowOptions {
    /// Only this one
    name: Option<String>,
    /// Event sources from this file
    #[arg(long, value_name = "FILE")]
    sources: Option<PathBuf>,
    /// Print it as a file of event sources would have it, to begin one's own with
    #[arg(long)]
    toml: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PreviewOptions {
    /// A record as JSON: a ticket, an array of tickets, or the output of `fetch-event --output json`; - is standard input
    record: PathBuf,
    /// Event sources from this file
    #[arg(long, value_name = "FILE")]
    sources: Option<PathBuf>,
    /// Use this event source, whatever its search says
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(verb: &Verb) -> anyhow::Result<Exit> {
    match verb {
        Verb::Show(options) => show(options),
        Verb::Preview(options) => preview(options),
    }
}

/// The sources of a file in their order, the Default Event Source last.
pub(super) fn load(file: Option<&Path>) -> anyhow::Result<Vec<EventSource>> {
    let mut sources = Vec::new();
    if let Some(file) = file {
        let text = std::fs::read_to_string(file)
            .map_err(|error| BadInput::unreadable("file of event sources", file, &error))?;
        sources = parse_sources(&text).map_err(|error| {
            BadInput::new(format!("`{}`, {error}", file.display()))
                .hint("`deskhand sources show --toml` prints one that is right")
        })?;
    }
    sources.push(EventSource::default_source());
    Ok(sources)
}

/// A source by its name.
pub(super) fn named<'a>(sources: &'a [EventSource], name: &str) -> anyhow::Result<&'a EventSource> {
    sources
        .iter()
        .find(|source| source.name.eq_ignore_ascii_case(name))
        .ok_or_else(|| {
            let known: Vec<_> = sources.iter().map(|source| format!("`{}`", source.name)).collect();
            BadInput::new(format!("there is no event source `{name}`"))
                .hint(format!("there are: {}", known.join(", ")))
                .into()
        })
}

fn show(options: &ShowOptions) -> anyhow::Result<Exit> {
    let sources = load(options.sources.as_deref())?;
    let chosen: Vec<&EventSource> = match &options.name {
        Some(name) => vec![named(&sources, name)?],
        None => sources.iter().collect(),
    };
    let mut to = io::stdout().lock();
    for source in chosen {
        if options.toml {
            writeln!(to, "{}", to_toml(source))?;
            continue;
        }
        writeln!(to, "{}", source.name)?;
        writeln!(to, "Main Event JSON Path: {}", source.main_path)?;
        let search = source.search.as_ref().map_or("everything", |search| search.text());
        writeln!(to, "For: {search}")?;
        let key = source.unique_event_key.as_ref().map_or_else(
            || "none: an updated ticket is a new event".to_owned(),
            ToString::to_string,
        );
        writeln!(to, "Unique Event Key: {key}")?;
        let rows = source
            .fields
            .iter()
            .map(|field| [field.name.clone(), field.path.to_string()]);
        writeln!(to, "{}\n", table::table(["Field", "Path"], rows))?;
    }
    Ok(Exit::Successful)
}

fn preview(options: &PreviewOptions) -> anyhow::Result<Exit> {
    let sources = load(options.sources.as_deref())?;
    let records = records(&options.record)?;
    let mut to = io::stdout().lock();
    for record in &records {
        let source = match &options.source {
            Some(name) => named(&sources, name)?,
            None => sources
                .iter()
                .find(|source| source.matches(record))
                .context("no event source is for this record")?,
        };
        if options.json {
            writeln!(to, "{}", mapped_json(source, record))?;
        } else {
            write_mapped(source, record, &mut to)?;
        }
    }
    Ok(Exit::Successful)
}

fn mapped_json(source: &EventSource, record: &Value) -> Value {
    json!({
        "source": source.name,
        "uniqueEventKey": source.event_key(record),
        "fields": source.map(record),
        "unconverted": source.unconverted(record),
        "artifacts": source.artifacts(record),
    })
}

fn write_mapped(source: &EventSource, record: &Value, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "Event source: {}", source.name)?;
    if let Some(key) = source.event_key(record) {
        writeln!(to, "Unique Event Key: {key}")?;
    }
    match source.main_path.element(record) {
        Ok(Some(_)) => {}
        Ok(None) => writeln!(to, "Main path: `{}` finds nothing in this record", source.main_path)?,
        Err(error) => writeln!(to, "It would be set aside: {error}")?,
    }
    for field in source.unconverted(record) {
        writeln!(
            to,
            "`{field}` stays as it is: it cannot be made into the kind of the field"
        )?;
    }
    let fields = source.map(record);
    let rows = fields.iter().map(|(name, value)| [name.clone(), plain(value)]);
    writeln!(to, "{}", table::table(["Field", "Value"], rows))?;
    let artifacts = source.artifacts(record);
    if artifacts.is_empty() {
        return Ok(());
    }
    let rows = artifacts
        .into_iter()
        .map(|artifact| [artifact.kind, artifact.role, artifact.value]);
    writeln!(to, "{}", table::table(["Artifact", "Role", "Value"], rows))
}

/// The records in a file: one, several, or those of a command's output.
fn records(path: &Path) -> anyhow::Result<Vec<Value>> {
    let mut text = String::new();
    if path == Path::new("-") {
        io::stdin()
            .read_to_string(&mut text)
            .context("cannot read standard input")?;
    } else {
        text = std::fs::read_to_string(path).map_err(|error| BadInput::unreadable("record", path, &error))?;
    }
    let value: Value = serde_json::from_str(&text).map_err(|error| {
        BadInput::new(format!("`{}` is not JSON: {error}", path.display())).hint("give a ticket as the PSA sends it")
    })?;
    let results = value
        .pointer("/rawData/Results")
        .or_else(|| value.get("Results"))
        .cloned()
        .unwrap_or(value);
    Ok(match results {
        Value::Array(records) => records,
        one => vec![one],
    })
}
