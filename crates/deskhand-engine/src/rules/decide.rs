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
    /// The site that its runs work for; without one, that of the event's connection.
    pub site: Option<String>,
}

/// What waits for events.
#[derive(Clone, Copy)]
pub struct Waiting<'a> {
    /// The rules, in the order in which they are tried.
    pub rules: &'a [Rule],
    /// The playbooks.
    pub subscriptions: &'a [Subscription],
    /// The site that a connection is at home in.
    pub site_of: &'a (dyn Fn(&str) -> String + Sync),
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
pub fn decide(event: &Event, waiting: Waiting<'_>, now: Timestamp) -> HandedOut {
    let record: Value = serde_json::from_slice(&event.raw).unwrap_or_default();
    let roots = roots_of(event, &record);
    let ours = waiting
        .rules
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
            starts: started(event, &record, waiting, Moment::Dismissed, now),
        };
    }
    let mut starts = started(event, &record, waiting, Moment::Taken, now);
    let mut changes = Vec::new();
    for rule in ours {
        let Verdict::Escalate {
            incident_type,
            title,
            playbook,
        } = &rule.verdict
        else {
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
        let playbook = named.and_then(|name| waiting.subscriptions.iter().find(|known| known.playbook == *name));
        starts.extend(playbook.map(|playbook| run_of(event, playbook, waiting, Moment::Taken, now)));
    }
    if changes.is_empty() {
        changes.push(EventChange {
            by: "engine".to_owned(),
            ..change("", Turned::Open)
        });
    }
    starts.sort_by(|a, b| a.id.cmp(&b.id));
    starts.dedup_by(|a, b| a.id == b.id);
    HandedOut {
        event: event.summary.id,
        changes,
        starts,
    }
}

/// The runs that start because an event was dismissed by a person or a playbook.
pub fn story_changed(event: &Event, change: &EventChange, waiting: Waiting<'_>, now: Timestamp) -> Vec<NewRun> {
    let record: Value = serde_json::from_slice(&event.raw).unwrap_or_default();
    match change.to {
        Turned::Dismissed { .. } => started(event, &record, waiting, Moment::Dismissed, now),
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

fn started(event: &Event, record: &Value, waiting: Waiting<'_>, moment: Moment, now: Timestamp) -> Vec<NewRun> {
    waiting
        .subscriptions
        .iter()
        .filter(|waits| waits.moment == moment && waits.matching.is_for(event, record))
        .map(|waits| run_of(event, waits, waiting, moment, now))
        .collect()
}

/// A run for an event; the id is the event's and the playbook's, so that neither is handed out twice.
fn run_of(event: &Event, waits: &Subscription, waiting: Waiting<'_>, moment: Moment, now: Timestamp) -> NewRun {
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
        site: waits
            .site
            .clone()
            .unwrap_or_else(|| (waiting.site_of)(&event.summary.connection)),
        given: Map::new(),
        created_at: now,
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use deskhand_command::event_source::Search;

    use super::*;
    use crate::events::EventSummary;
    use crate::rules::WrittenRule;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn event(summary: &str) -> Event {
        Event {
            summary: EventSummary {
                id: 7,
                record_id: 101,
                updated: NOW,
                taken_at: NOW,
                connection: "acme".to_owned(),
                source: "Default Event Source".to_owned(),
                fields: Map::new(),
            },
            raw: Bytes::from(serde_json::json!({"id": 101, "summary": summary}).to_string()),
            because: String::new(),
            revisions: Vec::new(),
            dismissals: Vec::new(),
            gone_at: None,
        }
    }

    #[test]
    fn templates_see_as_many_members_of_an_event_as_are_told_to_be_there() {
        let roots = roots_of(&event("Printer"), &Value::Null);
        let mut seen: Vec<_> = roots["event"].as_object().unwrap().keys().cloned().collect();
        let mut told = crate::rules::EVENT_MEMBERS.to_vec();
        seen.sort_unstable();
        told.sort_unstable();
        assert_eq!(seen, told);
    }

    fn rule(text: &str) -> Rule {
        let written: WrittenRule = toml::from_str(text).unwrap();
        written.into_rule().unwrap()
    }

    fn waits(playbook: &str, moment: Moment, search: Option<&str>) -> Subscription {
        Subscription {
            playbook: playbook.to_owned(),
            version: 3,
            moment,
            matching: EventMatch {
                search: search.map(|text| Search::parse(text, "$.Results").unwrap()),
                ..EventMatch::default()
            },
            site: None,
        }
    }

    fn handed(summary: &str, rules: &[Rule], subscriptions: &[Subscription]) -> HandedOut {
        let waiting = Waiting {
            rules,
            subscriptions,
            site_of: &|connection| format!("site of {connection}"),
        };
        decide(&event(summary), waiting, NOW)
    }

    fn noise() -> Rule {
        rule(
            "name = \"Noise\"\nsearch = '{$.summary} contains \"backup ok\"'\ndismiss = \"{{ event.raw.summary }}: fine\"",
        )
    }

    fn outage() -> Rule {
        rule(
            "name = \"Outage\"\nsearch = '{$.summary} contains down'\n\
             escalate = { incident_type = \"Outage\", title = \"Ticket {{ event.recordId }}\", playbook = \"Act\" }",
        )
    }

    #[test]
    fn an_event_of_no_rule_is_open_and_starts_the_playbooks_that_wait_for_it() {
        let subscriptions = [
            waits("All", Moment::Taken, None),
            waits("Printers", Moment::Taken, Some("{$.summary} contains printer")),
            waits("After", Moment::Dismissed, None),
        ];
        let handed = handed("Mail is slow", &[noise()], &subscriptions);
        assert_eq!(handed.changes[0].to, Turned::Open);
        let ids: Vec<_> = handed.starts.iter().map(|run| run.id.as_str()).collect();
        assert_eq!(ids, ["event:7:All"]);
        assert_eq!(handed.starts[0].site, "site of acme");
    }

    #[test]
    fn a_rule_that_dismisses_an_event_starts_only_what_waits_for_that() {
        let subscriptions = [
            waits("All", Moment::Taken, None),
            waits("After", Moment::Dismissed, None),
        ];
        let handed = handed("Nightly backup ok", &[outage(), noise()], &subscriptions);
        let reason = "Nightly backup ok: fine".to_owned();
        assert_eq!(handed.changes[0].to, Turned::Dismissed { reason });
        assert_eq!(handed.changes[0].by, "rule Noise");
        assert_eq!(handed.starts.len(), 1);
        assert_eq!(handed.starts[0].cause, Cause::Dismissal { id: 7 });
    }

    #[test]
    fn a_rule_that_escalates_says_to_what_and_starts_its_playbook_once() {
        let subscriptions = [waits("Act", Moment::Taken, None)];
        let handed = handed("Mail is down", &[outage()], &subscriptions);
        let escalated = Turned::Escalated {
            incident_type: "Outage".to_owned(),
            title: "Ticket 101".to_owned(),
        };
        assert_eq!(handed.changes[0].to, escalated);
        assert_eq!(handed.starts.len(), 1);
    }

    #[test]
    fn an_inactive_rule_is_as_if_it_were_not_there() {
        let mut off = noise();
        off.active = false;
        assert_eq!(handed("backup ok", &[off], &[]).changes[0].to, Turned::Open);
    }
}
