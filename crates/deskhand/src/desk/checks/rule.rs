//! Rules: which events they are for, and what their templates read.

use deskhand_engine::playbooks::values::has_template;
use deskhand_engine::playbooks::{Readable, wrong_template};
use deskhand_engine::rules::{EVENT_MEMBERS, Rule, Verdict};
use serde_json::Value;

use super::check::Wrong;
use super::ingestion::set_off_by_an_event;
use super::names::Names;

/// What templates of a rule can read.
const READABLE: [Readable<'_>; 1] = [Readable {
    name: "event",
    members: &EVENT_MEMBERS,
}];

pub(super) fn wrong(rule: &Rule, names: &Names) -> Vec<Wrong> {
    let connection = rule.matching.connection.as_ref();
    let source = rule.matching.source.as_ref();
    let connection = connection.and_then(|name| names.unknown_connection(name));
    let source = source.and_then(|name| names.unknown_source(name));
    let mut wrong: Vec<Wrong> = [
        connection.map(|message| Wrong::at(&["connection"], message)),
        source.map(|message| Wrong::at(&["source"], message)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let sites = rule.sites.iter().filter_map(|name| names.unknown_site(name));
    wrong.extend(sites.map(|message| Wrong::at(&["site"], message)));
    match &rule.verdict {
        Verdict::Dismiss { reason } => wrong.extend(template(&["dismiss"], reason)),
        Verdict::Escalate {
            incident_type,
            title,
            playbook,
        } => {
            wrong.extend(template(&["escalate", "title"], title));
            if has_template(incident_type) {
                let message = "`incident_type` is the same for every event; templates are for the `title`";
                wrong.push(Wrong::at(&["escalate", "incident_type"], message));
            }
            if let Some(name) = playbook {
                wrong.extend(set_off_by_an_event(name, &["escalate", "playbook"], names));
            }
        }
    }
    wrong
}

fn template(place: &[&str], text: &Value) -> Option<Wrong> {
    let message = wrong_template(text.as_str()?, &READABLE)?;
    Some(Wrong::at(place, message))
}
