//! What becomes of a new event: rules first, then the playbooks that wait for it.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::rule::{Rule, Verdict, roots_of};
use crate::desk::{EventChange, HandedOut, Turned};
use crate::events::Event;
use crate::playbooks::EventMatch;
use crate::playbooks::values::render;
use crate::runs::{Cause, NewRun, Plan};

/// A playbook that waits for events.
#[derive(Debug, Clone)]
pub struct Subscription {
    /// The playbook.
    pub playbook: String,
    /// Its newest version.
    pub version: i64,
    /// For what.
    pub moment: Moment,
    /// Which events.
    pub matching: EventMatch,
    /// The site that its runs work for.
    pub site: String,
}

/// When in an event's life a playbook is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// It was taken, and no rule dismissed it.
    Taken,
    /// It was dismissed.
    Dismissed,
}

/// What becomes of a new event.
///
/// The first rule that dismisses it ends the matter: playbooks that wait for events do not start, those that wait for
/// dismissals do. Otherwise every rule that escalates it does so, and the event is open if none did.
pub fn decide(event: &Event, rules: &[Rule], subscriptions: &[Subscription], now: Timestamp) -> HandedOut {
    let record: Value = serde_json::from_slice(&event.raw).unwrap_or_default();
    let roots = roots_of(event, &record);
    let mut ours = rules
        .iter()
        .filter(|rule| rule.active && rule.matching.is_for(event, &record));
    let change = |rule: &str, to: Turned| EventChange {
        event: event.summary.id,
        to,
        by: format!("rule {rule}"),
        at: now,
    };
    if let Some((rule, reason)) = ours.clone().find_map(|rule| dismissal(rule, &roots)) {
        return HandedOut {
            event: event.summary.id,
            changes: vec![change(rule, Turned::Dismissed { reason })],
            starts: started(event, &record, subscriptions, Moment::Dismissed, now),
        };
    }
    let mut starts = started(event, &record, subscriptions, Moment::Taken, now);
    let mut changes = Vec::new();
    for rule in ours.by_ref() {
        let Verdict::Escalate { incident_type, title, playbook } = &rule.verdict else {
            continue;
        };
        let title = text_of(title, &roots);
        changes.push(change(
            &rule.name,
            Turned::Escalated {
                incident_type: incident_type.clone(),
                title,
            },
        ));
        let named = playbook.as_ref();
        let playbook = named.and_then(|name| subscriptions.iter().find(|known| known.playbook == *name));
        starts.extend(playbook.map(|playbook| run_of(event, playbook, Moment::Taken, now)));
    }
    if changes.is_empty() {
        changes.push(EventChange {
            by: "engine".to_owned(),
            ..change("", Turned::Open)
        });
    }
    starts.dedup_by(|a, b| a.id == b.id);
    HandedOut {
        event: event.summary.id,
        changes,
        starts,
    }
}

/// The runs that start because an event was dismissed by a person or a playbook.
pub fn story_changed(
    event: &Event,
    change: &EventChange,
    subscriptions: &[Subscription],
    now: Timestamp,
) -> Vec<NewRun> {
    let record: Value = serde_json::from_slice(&event.raw).unwrap_or_default();
    match change.to {
        Turned::Dismissed { .. } => started(event, &record, subscriptions, Moment::Dismissed, now),
        Turned::Open | Turned::Escalated { .. } => Vec::new(),
    }
}

fn dismissal<'a>(rule: &'a Rule, roots: &Map<String, Value>) -> Option<(&'a str, String)> {
    match &rule.verdict {
        Verdict::Dismiss { reason } => Some((&rule.name, text_of(reason, roots))),
        Verdict::Escalate { .. } => None,
    }
}

/// A text with its templates filled in; as it is written, with the trouble, where they cannot be.
fn text_of(text: &Value, roots: &Map<String, Value>) -> String {
    let as_text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match render(text, roots) {
        Ok(value) => as_text(&value),
        Err(error) => format!("{} ({error})", as_text(text)),
    }
}

fn started(
    event: &Event,
    record: &Value,
    subscriptions: &[Subscription],
    moment: Moment,
    now: Timestamp,
) -> Vec<NewRun> {
    subscriptions
        .iter()
        .filter(|waits| waits.moment == moment && waits.matching.is_for(event, record))
        .map(|waits| run_of(event, waits, moment, now))
        .collect()
}

/// A run for an event; the id is the event's and the playbook's, so that neither is handed out twice.
fn run_of(event: &Event, waits: &Subscription, moment: Moment, now: Timestamp) -> NewRun {
    let id = event.summary.id;
    let (word, cause) = match moment {
        Moment::Taken => ("event", Cause::Event { id }),
        Moment::Dismissed => ("dismissal", Cause::Dismissal { id }),
    };
    NewRun {
        id: format!("{word}:{id}:{}", waits.playbook),
        plan: Plan::Playbook {
            name: waits.playbook.clone(),
            version: waits.version,
        },
        cause,
        site: waits.site.clone(),
        given: Map::new(),
        created_at: now,
    }
}
