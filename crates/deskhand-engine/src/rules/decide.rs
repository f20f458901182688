//! What becomes of a new event: rules first, then the playbooks that wait for it.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::rule::{Rule, Verdict, roots_of};
use crate::desk::{EventChange, EventTurn, HandedOut, Turned};
use crate::events::{Event, EventSummary};
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
    /// Only what is fetched so, for the playbook of an ingestion job.
    pub fetched: Option<Fetched>,
}

/// What an ingestion job brings: by which event source it fetches, and where that lands. The connection is in [`EventMatch`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The event source.
    pub by: String,
    /// The site.
    pub site: String,
    /// The job, by the name of its schedule.
    pub schedule: String,
}

impl Subscription {
    fn is_for(&self, event: &Event, record: &Value) -> bool {
        let summary = &event.summary;
        let fetched = self.fetched.as_ref();
        fetched.is_none_or(|fetched| fetched.by == summary.fetched_by && fetched.site == summary.site)
            && self.matching.is_for(event, record)
    }
}

/// What waits for events.
#[derive(Clone, Copy)]
pub struct Waiting<'a> {
    /// The rules, in the order in which they are tried.
    pub rules: &'a [Rule],
    /// The playbooks.
    pub subscriptions: &'a [Subscription],
    /// The site that an event's runs work for.
    pub site_of: &'a (dyn Fn(&EventSummary) -> String + Sync),
}

impl<'a> Waiting<'a> {
    fn escalation_to(&self, playbook: &str) -> Option<&'a Subscription> {
        let mut waits = self.subscriptions.iter();
        waits.find(|waits| waits.moment == Moment::Escalated && waits.playbook == playbook)
    }
}

/// What led to a change of an event.
#[derive(Debug, Clone, Copy, Default)]
pub struct Led<'a> {
    /// The run whose step has made it; `None` when a person has.
    pub run: Option<&'a str>,
    /// The playbooks that dismissals had set off before, on the way to it.
    pub by: &'a [String],
}

/// When in an event's life a playbook is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// It was taken, and no rule dismissed it.
    Taken,
    /// A rule that names the playbook escalates it.
    Escalated,
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
        .filter(|rule| rule.active && rule.is_for(event, &record));
    let change = |rule: &str, to: Turned| EventChange {
        event: event.summary.id,
        to,
        by: format!("rule {rule}"),
        at: now,
    };
    if let Some((rule, reason)) = ours.clone().find_map(|rule| dismissal(rule, &roots)) {
        let change = change(rule, Turned::Dismissed { reason });
        let starts = set_off(event, &change, Led::default(), waiting);
        let turn = EventTurn { change, starts };
        return HandedOut {
            event: event.summary.id,
            // Nothing became of a new event before.
            starts: turn.starts_as(1),
            changes: vec![turn.change],
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
        let playbook = named.and_then(|name| waiting.escalation_to(name));
        starts.extend(playbook.map(|playbook| run_of(event, playbook, waiting, Moment::Escalated, now)));
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

/// The runs that a change of an event sets off, whoever makes it: those of the playbooks that wait for dismissals.
///
/// A playbook is not set off by a dismissal that a dismissal had set it off for, be it that its own step dismisses, or that of
/// another that it has led to: it could go on for ever.
pub fn set_off(event: &Event, change: &EventChange, led: Led<'_>, waiting: Waiting<'_>) -> Vec<NewRun> {
    if !matches!(change.to, Turned::Dismissed { .. }) {
        return Vec::new();
    }
    let record: Value = serde_json::from_slice(&event.raw).unwrap_or_default();
    let mut starts = started(event, &record, waiting, Moment::Dismissed, change.at);
    starts.retain(|run| !matches!(&run.plan, Plan::Playbook { name, .. } if led.by.contains(name)));
    starts.sort_by(|a, b| a.id.cmp(&b.id));
    starts.dedup_by(|a, b| a.id == b.id);
    for run in &mut starts {
        run.cause = Cause::Dismissal {
            id: event.summary.id,
            run: led.run.map(str::to_owned),
        };
    }
    starts
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
        .filter(|waits| waits.moment == moment && waits.is_for(event, record))
        .map(|waits| run_of(event, waits, waiting, moment, now))
        .collect()
}

/// A run for an event; the id is the event's and the playbook's, so that neither is handed out twice. For a dismissal it
/// gets the number of that: [`EventTurn::starts_as`].
fn run_of(event: &Event, waits: &Subscription, waiting: Waiting<'_>, moment: Moment, now: Timestamp) -> NewRun {
    let id = event.summary.id;
    let (word, cause) = match moment {
        Moment::Taken | Moment::Escalated => ("event", Cause::Event { id }),
        Moment::Dismissed => ("dismissal", Cause::Dismissal { id, run: None }),
    };
    NewRun {
        id: run_id(word, id, &waits.playbook),
        plan: Plan::Playbook {
            name: waits.playbook.clone(),
            version: waits.version,
        },
        cause,
        site: (waiting.site_of)(&event.summary),
        given: Map::new(),
        created_at: now,
    }
}

fn run_id(word: &str, event: i64, playbook: &str) -> String {
    format!("{word}:{event}:{playbook}")
}

/// The ids that a playbook's runs have which an event has set off in the same way as this cause.
///
/// An event is dismissed as it is handed out, or after it was opened. That a person opens and dismisses it again is no circle.
pub(crate) fn ids_of_runs(cause: &Cause, event: i64, playbook: &str) -> Vec<String> {
    match cause {
        Cause::Event { .. } => vec![run_id("event", event, playbook)],
        Cause::Dismissal { .. } => {
            let id = run_id("dismissal", event, playbook);
            vec![format!("{id}:1"), format!("{id}:2")]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use deskhand_command::event_source::Search;

    use super::*;
    use crate::desk::EventState;
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
                site: "Main".to_owned(),
                state: EventState::New,
                source: "Default Event Source".to_owned(),
                fetched_by: "Tickets".to_owned(),
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
            fetched: None,
        }
    }

    fn handed(summary: &str, rules: &[Rule], subscriptions: &[Subscription]) -> HandedOut {
        let waiting = Waiting {
            rules,
            subscriptions,
            site_of: &|event| format!("site {}", event.site),
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
        assert_eq!(handed.starts[0].site, "site Main");
    }

    #[test]
    fn a_playbook_of_a_job_waits_for_what_its_source_has_fetched_for_its_site() {
        let of = |name: &str, by: &str, site: &str| Subscription {
            fetched: Some(Fetched {
                by: by.to_owned(),
                site: site.to_owned(),
                schedule: format!("ingestion:{name}"),
            }),
            ..waits(name, Moment::Taken, None)
        };
        let subscriptions = [
            of("Ours", "Tickets", "Main"),
            of("Another's", "Alerts", "Main"),
            of("Tenant's", "Tickets", "Branch"),
        ];
        let handed = handed("Mail is slow", &[], &subscriptions);
        let ids: Vec<_> = handed.starts.iter().map(|run| run.id.as_str()).collect();
        assert_eq!(ids, ["event:7:Ours"]);
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
        assert_eq!(handed.starts[0].id, "dismissal:7:After:1");
        assert_eq!(handed.starts[0].cause, Cause::Dismissal { id: 7, run: None });
    }

    #[test]
    fn a_rule_that_escalates_says_to_what_and_starts_its_playbook_once() {
        let subscriptions = [
            waits("Act", Moment::Taken, Some("{$.summary} contains elsewhere")),
            waits("Act", Moment::Escalated, None),
            waits("Other", Moment::Escalated, None),
        ];
        let handed = handed("Mail is down", &[outage()], &subscriptions);
        let escalated = Turned::Escalated {
            incident_type: "Outage".to_owned(),
            title: "Ticket 101".to_owned(),
        };
        assert_eq!(handed.changes[0].to, escalated);
        assert_eq!(handed.starts.len(), 1);
        assert_eq!(handed.starts[0].id, "event:7:Act");
        // One that waits for the event as well is the same run.
        let subscriptions = [waits("Act", Moment::Taken, None), waits("Act", Moment::Escalated, None)];
        assert_eq!(
            self::handed("Mail is down", &[outage()], &subscriptions).starts.len(),
            1
        );
    }

    #[test]
    fn an_inactive_rule_is_as_if_it_were_not_there() {
        let mut off = noise();
        off.active = false;
        assert_eq!(handed("backup ok", &[off], &[]).changes[0].to, Turned::Open);
    }

    #[test]
    fn a_rule_for_a_site_leaves_the_events_of_others_alone() {
        let at = |site: &str| {
            rule(&format!(
                "name = \"Noise\"\nsite = {site}\nsearch = '{{$.summary}} contains ok'\ndismiss = \"fine\""
            ))
        };
        let turned = |rule: Rule| handed("backup ok", &[rule], &[]).changes[0].to.clone();
        assert_eq!(turned(at("\"Branch\"")), Turned::Open);
        let fine = Turned::Dismissed {
            reason: "fine".to_owned(),
        };
        assert_eq!(turned(at("\"Main\"")), fine);
        assert_eq!(turned(at("[\"Branch\", \"Main\"]")), fine);
    }

    fn change(to: Turned) -> EventChange {
        EventChange {
            event: 7,
            to,
            by: "ann".to_owned(),
            at: NOW,
        }
    }

    fn sets_off(to: Turned, led: Led<'_>, subscriptions: &[Subscription]) -> Vec<NewRun> {
        let waiting = Waiting {
            rules: &[],
            subscriptions,
            site_of: &|event| format!("site {}", event.site),
        };
        set_off(&event("Mail is slow"), &change(to), led, waiting)
    }

    fn noise_of_people() -> Turned {
        Turned::Dismissed {
            reason: "noise".to_owned(),
        }
    }

    #[test]
    fn a_dismissal_sets_off_each_playbook_that_waits_for_it_once_and_says_whose_it_was() {
        let subscriptions = [
            waits("Second", Moment::Dismissed, Some("{$.summary} contains slow")),
            waits("First", Moment::Dismissed, None),
            waits("First", Moment::Dismissed, None),
            waits("Printers", Moment::Dismissed, Some("{$.summary} contains printer")),
            waits("Taken", Moment::Taken, None),
        ];
        let ids = |runs: &[NewRun]| runs.iter().map(|run| run.id.clone()).collect::<Vec<_>>();
        let by_person = sets_off(noise_of_people(), Led::default(), &subscriptions);
        assert_eq!(ids(&by_person), ["dismissal:7:First", "dismissal:7:Second"]);
        assert_eq!(by_person[0].cause, Cause::Dismissal { id: 7, run: None });
        let led = Led {
            run: Some("event:7:Taken"),
            by: &[],
        };
        let by_step = sets_off(noise_of_people(), led, &subscriptions);
        assert_eq!(ids(&by_step), ids(&by_person));
        let run = Some("event:7:Taken".to_owned());
        assert_eq!(by_step[0].cause, Cause::Dismissal { id: 7, run });
    }

    #[test]
    fn a_playbook_that_a_dismissal_set_off_is_not_set_off_again_by_what_came_of_it() {
        let subscriptions = [
            waits("Closes", Moment::Dismissed, None),
            waits("Tells", Moment::Dismissed, None),
        ];
        let by = ["Closes".to_owned()];
        let led = Led {
            run: Some("dismissal:7:Closes:1"),
            by: &by,
        };
        let runs = sets_off(noise_of_people(), led, &subscriptions);
        assert_eq!(runs.len(), 1);
        assert_eq!(runs[0].id, "dismissal:7:Tells");
    }

    #[test]
    fn only_dismissals_set_something_off() {
        let subscriptions = [waits("After", Moment::Dismissed, None)];
        let escalated = Turned::Escalated {
            incident_type: "Outage".to_owned(),
            title: String::new(),
        };
        for to in [Turned::Open, escalated] {
            assert!(sets_off(to, Led::default(), &subscriptions).is_empty());
        }
    }
}
