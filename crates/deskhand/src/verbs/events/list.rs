//! `deskhand events list`.

use std::io::{self, Write};

use clap::{Args, ValueEnum};
use deskhand_engine::desk::EventState;
use deskhand_engine::events::{EventFilter, EventSummary};

use super::MAKER;
use crate::dates::Dates;
use crate::exit::Exit;
use crate::render::output::plain;
use crate::render::{table, text};
use crate::verbs::store_trouble;
use crate::verbs::stored::StoreOptions;

#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(flatten)]
    store: StoreOptions,
    /// Only events of this ticket
    #[arg(long, value_name = "ID")]
    ticket: Option<i64>,
    /// Only events that this run has taken: `deskhand runs list --schedule ingestion:…` lists runs
    #[arg(long, value_name = "ID")]
    run: Option<String>,
    /// Only events that are there now
    #[arg(long, value_enum)]
    state: Option<StateName>,
    /// Only events taken from then on: 2026-01-01 00:00, or in the form that was chosen for times
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only events taken before then
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
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
enum StateName {
    /// Neither rules nor playbooks have seen it
    New,
    /// Nobody has decided on it
    Open,
    /// Linked to an incident
    Escalated,
    /// Of no interest
    Dismissed,
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

pub(super) async fn run(options: &Options) -> anyhow::Result<Exit> {
    let (store, dates, sight) = options.store.open_for_viewer(MAKER).await?;
    let time = |option: &str, typed: &Option<String>| {
        let typed = typed.as_ref();
        typed.map(|typed| dates.read(option, typed)).transpose()
    };
    let filter = EventFilter {
        record_id: options.ticket,
        run: options.run.clone(),
        before: options.before,
        state: options.state.map(EventState::from),
        sites: sight.sites(),
        since: time("--since", &options.since)?,
        until: time("--until", &options.until)?,
        limit: options.limit,
    };
    let events = store.list_events(&filter).await.map_err(store_trouble)?;
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
pub(in crate::verbs) fn event_table(events: &[EventSummary], dates: &Dates) -> String {
    let field = |event: &EventSummary, name: &str| event.fields.get(name).map(plain).unwrap_or_default();
    let rows = events.iter().map(|event| {
        [
            event.id.to_string(),
            event.record_id.to_string(),
            state_word(event.state).to_owned(),
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
            "State",
            "Description",
            "Status",
            "Priority",
            "Company",
            &dates.heading("Updated"),
        ],
        rows,
    )
}

/// A state in a word.
pub(super) fn state_word(state: EventState) -> &'static str {
    match state {
        EventState::New => "new",
        EventState::Open => "open",
        EventState::Escalated => "escalated",
        EventState::Dismissed => "dismissed",
    }
}

impl From<StateName> for EventState {
    fn from(name: StateName) -> Self {
        match name {
            StateName::New => Self::New,
            StateName::Open => Self::Open,
            StateName::Escalated => Self::Escalated,
            StateName::Dismissed => Self::Dismissed,
        }
    }
}
