//! `deskhand events`: what has been ingested.

use std::io::{self, Write};

use clap::{Args, Subcommand, ValueEnum};
use deskhand_engine::events::{Event, EventFilter, EventSummary};
use serde_json::{Value, json, value::RawValue};

use super::stored::StoreOptions;
use crate::dates::Dates;
use crate::exit::{BadInput, Exit};
use crate::render::output::plain;
use crate::render::{table, text};

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List events, the newest first
    List(ListOptions),
    /// Show one event with its fields, its record, and why later readings were dismissed
    Show(ShowOptions),
    /// Say how many events there are and how much room each takes
    Measure(StoreOptions),
}

#[derive(Debug, Args)]
pub(crate) struct ListOptions {
    #[command(flatten)]
    store: StoreOptions,
    /// Only events of this ticket
    #[arg(long, value_name = "ID")]
    ticket: Option<i64>,
    /// Only events that this run has taken: `deskhand runs list --schedule ingestion:…` lists runs
    #[arg(long, value_name = "ID")]
    run: Option<String>,
    /// Only events before this one: the next page
    #[arg(long, value_name = "EVENT")]
    before: Option<i64>,
    /// At most this many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// The form of the output
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    output: ListFormat,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ListFormat {
    /// A table for people
    Table,
    /// One JSON array
    Json,
    /// One event a line
    Jsonl,
    /// The mapped fields, with a heading; safe to open in a spreadsheet
    Csv,
}

#[derive(Debug, Args)]
pub(crate) struct ShowOptions {
    #[command(flatten)]
    store: StoreOptions,
    /// The event
    event: i64,
    /// Print one JSON object, the record as it was received in it
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(verb: &Verb) -> anyhow::Result<Exit> {
    match verb {
        Verb::List(options) => list(options).await,
        Verb::Show(options) => show(options).await,
        Verb::Measure(options) => measure(options).await,
    }
}

const MAKER: &str = "`deskhand ingest` makes one";

async fn list(options: &ListOptions) -> anyhow::Result<Exit> {
    let (store, dates) = options.store.open_with_dates(MAKER).await?;
    let filter = EventFilter {
        record_id: options.ticket,
        run: options.run.clone(),
        before: options.before,
        limit: options.limit,
    };
    let events = store.list_events(&filter).await.map_err(super::store_trouble)?;
    let mut to = io::stdout().lock();
    match options.output {
        ListFormat::Table => writeln!(to, "{}", event_table(&events, &dates))?,
        ListFormat::Json => writeln!(to, "{}", serde_json::to_string_pretty(&events)?)?,
        ListFormat::Jsonl => {
            for event in &events {
                writeln!(to, "{}", serde_json::to_string(event)?)?;
            }
        }
        ListFormat::Csv => write_csv(&events, &mut to)?,
    }
    Ok(Exit::Successful)
}

fn write_csv(events: &[EventSummary], to: &mut dyn Write) -> anyhow::Result<()> {
    let mut rows = csv::WriterBuilder::new().flexible(true).from_writer(to);
    let names: Vec<&str> = events
        .first()
        .map(|event| event.fields.keys().map(String::as_str).collect())
        .unwrap_or_default();
    rows.write_record(["Event"].iter().chain(&names))?;
    for event in events {
        let cells = names
            .iter()
            .map(|name| text::spreadsheet_safe(&event.fields.get(*name).map(plain).unwrap_or_default()));
        rows.write_record(std::iter::once(event.id.to_string()).chain(cells))?;
    }
    rows.flush()?;
    Ok(())
}

/// Events as a table; the demo shows them, too.
pub(super) fn event_table(events: &[EventSummary], dates: &Dates) -> String {
    let field = |event: &EventSummary, name: &str| event.fields.get(name).map(plain).unwrap_or_default();
    let rows = events.iter().map(|event| {
        [
            event.id.to_string(),
            event.record_id.to_string(),
            text::shortened(&field(event, "Description"), 48),
            field(event, "Status"),
            field(event, "Priority"),
            text::shortened(&field(event, "Company Name"), 28),
            dates.show(event.updated),
        ]
    });
    table::table(
        [
            "Event",
            "Ticket",
            "Description",
            "Status",
            "Priority",
            "Company",
            &dates.heading("Updated"),
        ],
        rows,
    )
}

async fn show(options: &ShowOptions) -> anyhow::Result<Exit> {
    let (store, dates) = options.store.open_with_dates(MAKER).await?;
    let Some(event) = store.get_event(options.event).await.map_err(super::store_trouble)? else {
        return Err(BadInput::new(format!("there is no event {}", options.event))
            .hint("`deskhand events list` shows them")
            .into());
    };
    let mut to = io::stdout().lock();
    if options.json {
        write_event_json(&event, &mut to)?;
    } else {
        write_event(&event, &dates, &mut to)?;
    }
    Ok(Exit::Successful)
}

fn write_event(event: &Event, dates: &Dates, to: &mut dyn Write) -> anyhow::Result<()> {
    let summary = &event.summary;
    writeln!(
        to,
        "Event {} of ticket {}, from {} by `{}`",
        summary.id,
        summary.record_id,
        text::printable(&summary.connection),
        text::printable(&summary.source)
    )?;
    writeln!(to, "taken {} because {}", dates.tell(summary.taken_at), event.because)?;
    let rows = summary.fields.iter().map(|(name, value)| {
        let value = plain(value);
        match dates.cell(&value) {
            Some(time) => [dates.heading(name), time],
            None => [name.clone(), value],
        }
    });
    writeln!(to, "{}", table::table(["Field", "Value"], rows))?;
    let revisions: Vec<_> = event
        .revisions
        .iter()
        .map(|(id, updated)| format!("event {id} ({})", dates.show(*updated)))
        .collect();
    writeln!(to, "Revisions of this ticket: {}", revisions.join(", "))?;
    for (reason, times) in &event.dismissals {
        let plural = if *times == 1 { "" } else { "s" };
        writeln!(to, "Dismissed {times} time{plural}: {reason}")?;
    }
    if let Some(gone) = event.gone_at {
        writeln!(
            to,
            "Gone since {}: deleted, converted or moved out of sight",
            dates.tell(gone)
        )?;
    }
    Ok(())
}

fn write_event_json(event: &Event, to: &mut dyn Write) -> anyhow::Result<()> {
    let record: Box<RawValue> = serde_json::from_slice(&event.raw)?;
    let revisions: Vec<Value> = event
        .revisions
        .iter()
        .map(|(id, updated)| json!({"event": id, "updated": updated}))
        .collect();
    let dismissals: Vec<Value> = event
        .dismissals
        .iter()
        .map(|(reason, times)| json!({"reason": reason, "times": times}))
        .collect();
    let whole = serde_json::to_string(&EventJson {
        event: &event.summary,
        because: &event.because,
        record,
        revisions,
        dismissals,
        gone_at: event.gone_at,
    })?;
    writeln!(to, "{whole}")?;
    Ok(())
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct EventJson<'a> {
    event: &'a EventSummary,
    because: &'a str,
    record: Box<RawValue>,
    revisions: Vec<Value>,
    dismissals: Vec<Value>,
    gone_at: Option<jiff::Timestamp>,
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
