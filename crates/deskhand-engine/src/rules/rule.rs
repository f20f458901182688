//! An automation rule: which events it is for, and what becomes of those.

use serde_json::{Map, Value, json};

use crate::events::Event;
use crate::playbooks::EventMatch;

/// An automation rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name, each once in a desk.
    pub name: String,
    /// Only events of these sites; without one, of all.
    pub sites: Vec<String>,
    /// Which events it is for.
    pub matching: EventMatch,
    /// What becomes of them.
    pub verdict: Verdict,
    /// Whether it is in use.
    pub active: bool,
}

/// What a rule makes of an event; the texts are templates that see `event`.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It is of no interest.
    Dismiss {
        /// Why.
        reason: Value,
    },
    /// It is linked to an incident, once a type.
    Escalate {
        /// The incident's type.
        incident_type: String,
        /// Its title.
        title: Value,
        /// A playbook that is started with the event.
        playbook: Option<String>,
    },
}

impl Rule {
    /// Whether it is for an event; `record` is what was received.
    pub fn is_for(&self, event: &Event, record: &Value) -> bool {
        let of_site = self.sites.is_empty() || self.sites.contains(&event.summary.site);
        of_site && self.matching.is_for(event, record)
    }
}

impl EventMatch {
    /// Whether an event is one of these; `record` is what was received.
    pub fn is_for(&self, event: &Event, record: &Value) -> bool {
        let names = |wanted: &Option<String>, name: &str| wanted.as_deref().is_none_or(|wanted| wanted == name);
        names(&self.connection, &event.summary.connection)
            && names(&self.source, &event.summary.source)
            && self.search.as_ref().is_none_or(|search| search.matches(record))
    }
}

/// The members of an event that templates see.
pub const EVENT_MEMBERS: [&str; 9] = [
    "id",
    "recordId",
    "updated",
    "takenAt",
    "connection",
    "site",
    "source",
    "fields",
    "raw",
];

/// What templates see of an event: `event`, with `id`, `recordId`, `updated`, `takenAt`, `connection`, `site`, `source`,
/// `fields` and `raw`. Where it is in its life changes, and is none of it.
pub fn roots_of(event: &Event, record: &Value) -> Map<String, Value> {
    let mut seen = serde_json::to_value(&event.summary).unwrap_or_default();
    if let Some(seen) = seen.as_object_mut() {
        seen.remove("state");
        seen.insert("raw".to_owned(), record.clone());
    }
    let roots = json!({ "event": seen });
    roots.as_object().cloned().unwrap_or_default()
}
