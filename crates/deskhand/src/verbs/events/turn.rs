//! `deskhand events dismiss`, `escalate` and `reopen`: what people make of events.

use std::collections::BTreeSet;
use std::io::{self, Write as _};

use clap::Args;
use deskhand_command::{Clock as _, SystemClock};
use deskhand_engine::desk::{Desk, EventChange, EventState, EventStory, Turned, Unchanged};
use deskhand_engine::engine::Automation;
use deskhand_engine::events::Event;
use deskhand_engine::runs::{NewRun, Plan};
use deskhand_store::Store;

use super::list::state_word;
use super::{MAKER, no_such};
use crate::desk::Person;
use crate::exit::{BadInput, Exit};
use crate::render::output::plain;
use crate::render::text;
use crate::verbs::stored::StoreOptions;
use crate::verbs::{automation, store_trouble};

#[derive(Debug, Args)]
pub(crate) struct DismissOptions {
    #[command(flatten)]
    which: TurnOptions,
    /// Why: it is kept with the event
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct EscalateOptions {
    #[command(flatten)]
    which: TurnOptions,
    /// The type of the incident, such as Outage
    #[arg(long, value_name = "TYPE")]
    incident: String,
    /// The incident's title; the event's description unless said
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ReopenOptions {
    #[command(flatten)]
    which: TurnOptions,
}

#[derive(Debug, Args)]
struct TurnOptions {
    #[command(flatten)]
    store: StoreOptions,
    /// The events; none is changed unless all can be
    #[arg(required = true, value_name = "EVENT")]
    events: Vec<i64>,
    /// Who does it: one of the desk's users, where it has some [env: `DESKHAND_USER`; default: operator]
    #[arg(long = "as", value_name = "NAME")]
    who: Option<String>,
}

/// An event that is about to be turned.
struct Turning {
    event: Event,
    to: Turned,
}

pub(super) async fn dismiss(options: &DismissOptions) -> anyhow::Result<Exit> {
    let reason = options.reason.as_deref().unwrap_or_default().trim();
    let to = |_: &Event| Turned::Dismissed {
        reason: reason.to_owned(),
    };
    turn(&options.which, to).await
}

pub(super) async fn escalate(options: &EscalateOptions) -> anyhow::Result<Exit> {
    let incident_type = options.incident.trim();
    if incident_type.is_empty() {
        return Err(BadInput::new("`--incident` names no type of incident")
            .hint("name one, such as `--incident Outage`")
            .into());
    }
    let to = |event: &Event| Turned::Escalated {
        incident_type: incident_type.to_owned(),
        title: options.title.clone().unwrap_or_else(|| title_of(event)),
    };
    turn(&options.which, to).await
}

pub(super) async fn reopen(options: &ReopenOptions) -> anyhow::Result<Exit> {
    turn(&options.which, |_| Turned::Open).await
}

fn title_of(event: &Event) -> String {
    let described = event.summary.fields.get("Description").map(plain);
    let described = described.filter(|text| !text.trim().is_empty());
    described.unwrap_or_else(|| format!("Ticket {}", event.summary.record_id))
}

/// Looks at all of the events first, then turns each, with what that sets off.
async fn turn(options: &TurnOptions, to: impl Fn(&Event) -> Turned) -> anyhow::Result<Exit> {
    let store = options.store.open(MAKER).await?;
    let definitions = store.definitions().await.map_err(store_trouble)?;
    let automation = automation(&definitions);
    let person = Person::find(options.who.as_deref(), &automation.desk)?;
    let mut turnings = Vec::new();
    for id in options.events.iter().copied().collect::<BTreeSet<_>>() {
        turnings.push(checked(&*store, id, &person, &automation.desk, &to).await?);
    }
    for Turning { event, to } in turnings {
        turn_one(&*store, &automation, &event, to, &person).await?;
    }
    Ok(Exit::Successful)
}

async fn checked(
    store: &dyn Store,
    id: i64,
    person: &Person,
    desk: &Desk,
    to: impl Fn(&Event) -> Turned,
) -> anyhow::Result<Turning> {
    let event = store.get_event(id).await.map_err(store_trouble)?;
    let story = store.event_story(id).await.map_err(store_trouble)?;
    let (Some(event), Some(story)) = (event, story) else {
        return Err(no_such(id).into());
    };
    may_turn(person, desk, &event)?;
    let to = to(&event);
    match refusal(id, &story, &to) {
        Some(bad) => Err(bad.into()),
        None => Ok(Turning { event, to }),
    }
}

/// Whether somebody may decide on events of a site. One that was ingested by hand may be of a site that is not defined.
fn may_turn(person: &Person, desk: &Desk, event: &Event) -> anyhow::Result<()> {
    let site = &event.summary.site;
    match &person.user {
        Some(user) if !user.operator && desk.sites.contains_key(site) && !user.sites.contains(site) => {
            let id = event.summary.id;
            Err(BadInput::new(format!(
                "`{}` does not work for `{site}`, the site of event {id}",
                person.name
            ))
            .hint(format!("theirs are: {}", user.sites.join(", ")))
            .into())
        }
        _ => Ok(()),
    }
}

/// Why an event cannot be turned.
fn refusal(id: i64, story: &EventStory, to: &Turned) -> Option<BadInput> {
    if story.state == EventState::New && *to == Turned::Open {
        let bad = BadInput::new(format!("event {id} is new: rules and playbooks have not seen it"));
        return Some(bad.hint("`deskhand serve` hands it to them; it can be dismissed or escalated before"));
    }
    Some(match story.unchanged_by(to)? {
        Unchanged::Already(state) => BadInput::new(format!("event {id} is {} already", state_word(state)))
            .hint(format!("`deskhand events show {id}` tells who decided that, and why")),
        Unchanged::Linked(incident_type) => BadInput::new(format!(
            "event {id} was linked to an incident of the type `{incident_type}` before"
        ))
        .hint("an event is linked to one of a type once; name another type with `--incident`"),
    })
}

async fn turn_one(
    store: &dyn Store,
    automation: &Automation,
    event: &Event,
    to: Turned,
    person: &Person,
) -> anyhow::Result<()> {
    let id = event.summary.id;
    let told = match &to {
        Turned::Open => "is open again".to_owned(),
        Turned::Dismissed { .. } => "is dismissed".to_owned(),
        Turned::Escalated { incident_type, title } => format!("is linked to an incident: {incident_type} ({title})"),
    };
    let change = EventChange {
        event: id,
        to,
        by: person.name.clone(),
        at: SystemClock.now(),
    };
    let started = automation
        .turn_event(store, event, change)
        .await
        .map_err(store_trouble)?;
    let Some(started) = started else {
        return Err(BadInput::new(format!("somebody else has just decided on event {id}"))
            .hint(format!("`deskhand events show {id}` tells who, and why"))
            .into());
    };
    let told = format!("Event {id} {told}{}", sets_off(&started));
    writeln!(io::stdout(), "{}", text::printable(&told))?;
    Ok(())
}

/// The playbooks that were set off, in words.
fn sets_off(started: &[NewRun]) -> String {
    let names: Vec<_> = started
        .iter()
        .filter_map(|run| match &run.plan {
            Plan::Playbook { name, .. } => Some(format!("`{name}`")),
            _ => None,
        })
        .collect();
    if names.is_empty() {
        return String::new();
    }
    format!("; that sets off {}", names.join(", "))
}
