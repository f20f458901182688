//! `deskhand events show`.

use std::io::{self, Write};

use clap::Args;
use deskhand_engine::desk::{EventChange, EventStory, Turned};
use deskhand_engine::events::{Event, EventSummary};
use serde_json::{Value, json, value::RawValue};

use super::list::state_word;
use super::{MAKER, no_such};
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
    /// The event
    event: i64,
    /// Print one JSON object, the record as it was received in it
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(options: &Options) -> anyhow::Result<Exit> {
    let (store, dates, sight) = options.store.open_for_viewer(MAKER).await?;
    let event = store.get_event(options.event).await.map_err(store_trouble)?;
    let event = event.filter(|event| sight.includes(&event.summary.site));
    let story = store.event_story(options.event).await.map_err(store_trouble)?;
    let (Some(event), Some(story)) = (event, story) else {
        return Err(no_such(options.event).into());
    };
    let mut to = io::stdout().lock();
    if options.json {
        write_event_json(&event, &story, &mut to)?;
    } else {
        write_event(&event, &story, &dates, &mut to)?;
    }
    Ok(Exit::Successful)
}

fn write_event(event: &Event, story: &EventStory, dates: &Dates, to: &mut dyn Write) -> anyhow::Result<()> {
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
    write_story(story, dates, to)?;
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
        writeln!(to, "Read again {times} time{plural}, no new event: {reason}")?;
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

/// Where the event is, and what became of it.
fn write_story(story: &EventStory, dates: &Dates, to: &mut dyn Write) -> anyhow::Result<()> {
    let incidents: Vec<_> = story
        .incidents()
        .map(|(incident_type, title, _)| format!("{incident_type} ({title})"))
        .collect();
    let linked = if incidents.is_empty() {
        String::new()
    } else {
        format!(", linked to {}", incidents.join(", "))
    };
    let state = state_word(story.state);
    writeln!(to, "State: {state}{}", text::printable(&linked))?;
    for change in &story.changes {
        let told = told(change);
        writeln!(to, "  {}  {}", dates.show(change.at), text::printable(&told))?;
    }
    Ok(())
}

/// A change in words.
fn told(change: &EventChange) -> String {
    let by = &change.by;
    match &change.to {
        Turned::Open => format!("opened by {by}"),
        Turned::Dismissed { reason } if reason.is_empty() => format!("dismissed by {by}"),
        Turned::Dismissed { reason } => format!("dismissed by {by}: {reason}"),
        Turned::Escalated { incident_type, title } => format!("escalated by {by}: {incident_type} ({title})"),
    }
}

fn change_json(change: &EventChange) -> Value {
    let EventChange { to, by, at, .. } = change;
    match to {
        Turned::Open => json!({"to": "open", "by": by, "at": at}),
        Turned::Dismissed { reason } => json!({"to": "dismissed", "reason": reason, "by": by, "at": at}),
        Turned::Escalated { incident_type, title } => {
            json!({"to": "escalated", "incidentType": incident_type, "title": title, "by": by, "at": at})
        }
    }
}

fn write_event_json(event: &Event, story: &EventStory, to: &mut dyn Write) -> anyhow::Result<()> {
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
    let incidents = story.incidents().map(|(incident_type, title, change)| {
        json!({"incidentType": incident_type, "title": title, "by": change.by, "at": change.at})
    });
    let whole = serde_json::to_string(&EventJson {
        event: &event.summary,
        because: &event.because,
        changes: story.changes.iter().map(change_json).collect(),
        incidents: incidents.collect(),
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
    changes: Vec<Value>,
    incidents: Vec<Value>,
    record: Box<RawValue>,
    revisions: Vec<Value>,
    dismissals: Vec<Value>,
    gone_at: Option<jiff::Timestamp>,
}
