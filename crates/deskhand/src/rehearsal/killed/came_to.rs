//! What a trial came to, without times, and how that differs from what another one came to.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Time;
use serde_json::{Map, Value};

/// What a trial came to, without times.
#[derive(Debug)]
pub(super) struct CameTo {
    pub(super) differences: Vec<String>,
    /// How often the playbook ran for the same cause.
    pub(super) runs: usize,
    /// How steps ended.
    pub(super) steps: BTreeMap<String, String>,
    pub(super) tickets: BTreeMap<i64, Value>,
    /// Every write that took effect, in any order.
    pub(super) writes: Vec<(String, String)>,
    /// By ticket, in any order: what was added.
    pub(super) notes: Vec<(i64, String)>,
    pub(super) letters: Vec<(Vec<String>, String, String)>,
}

impl CameTo {
    /// What is different, in lines that a person can read.
    pub(super) fn differences_to(&self, other: &Self) -> Vec<String> {
        let mut differences = self.differences.clone();
        let mut compare = |what: &str, one: String, another: String| {
            if one != another {
                differences.push(format!("{what}: {one}, not {another}"));
            }
        };
        compare("runs", self.runs.to_string(), other.runs.to_string());
        compare("steps", format!("{:?}", self.steps), format!("{:?}", other.steps));
        compare("writes", format!("{:?}", self.writes), format!("{:?}", other.writes));
        compare("notes", format!("{:?}", self.notes), format!("{:?}", other.notes));
        compare("letters", format!("{:?}", self.letters), format!("{:?}", other.letters));
        let ids: BTreeSet<_> = self.tickets.keys().chain(other.tickets.keys()).collect();
        for id in ids {
            let (one, another) = (self.tickets.get(id), other.tickets.get(id));
            for name in names(one).chain(names(another)).collect::<BTreeSet<_>>() {
                let member = |ticket: Option<&Value>| ticket.map(|ticket| ticket[name].to_string()).unwrap_or_default();
                compare(&format!("ticket {id}, {name}"), member(one), member(another));
            }
        }
        differences
    }
}

fn names(ticket: Option<&Value>) -> impl Iterator<Item = &String> {
    let members = ticket.and_then(Value::as_object).into_iter();
    members.flat_map(Map::keys)
}

/// What is the same whenever it happens: every time is left out, and what is reckoned from the time.
pub(super) fn without_times(value: Value) -> Value {
    match value {
        Value::String(text) if text.parse::<Timestamp>().is_ok() => Value::Null,
        Value::Array(items) => items.into_iter().map(without_times).collect(),
        Value::Object(members) => {
            let lasting = members
                .into_iter()
                .filter(|(name, _)| !name.contains("Minutes") && name != "slaStatus");
            lasting.map(|(name, value)| (name, without_times(value))).collect()
        }
        other => other,
    }
}

/// The words of a text, less the times of the day.
pub(super) fn without_clock(text: &str) -> String {
    let words = text.split_whitespace();
    let lasting = words.filter(|word| word.parse::<Time>().is_err());
    lasting.collect::<Vec<_>>().join(" ")
}
