//! What sets a playbook off, and what it is given, as far as the file alone can tell.

use deskhand_command::event_source::Search;

use super::names::wrong_name;
use super::steps::{plain, plain_map};
use super::written::{WrittenInput, WrittenKind, WrittenMatch, WrittenTrigger};
use super::{Notes, quoted_list};
use crate::playbooks::{EventMatch, Input, InputKind, Trigger};

/// Where records are in what a fetch yields; paths of a search may begin with it.
const MAIN_PATH: &str = "$.Results";

const KINDS: [&str; 4] = ["event", "dismissal", "schedule", "failure_of"];

pub(super) fn trigger(notes: &mut Notes<'_>, at: usize, written: WrittenTrigger) -> Option<Trigger> {
    let place = at.to_string();
    let WrittenTrigger {
        event,
        dismissal,
        at_most,
        schedule,
        zone,
        inputs,
        failure_of,
    } = written;
    check_at_most(notes, &place, at_most, event.is_some() || dismissal.is_some());
    if schedule.is_none() {
        let strays = [("zone", zone.is_some()), ("inputs", inputs.is_some())];
        for (stray, _) in strays.iter().filter(|(_, given)| *given) {
            let place = ["trigger", &place, stray];
            notes
                .add(&place, format!("`{stray}` goes with `schedule` only"))
                .hint("take it out");
        }
    }
    match (event, dismissal, schedule, failure_of) {
        (Some(event), None, None, None) => Some(Trigger::Event(EventMatch {
            at_most,
            ..event_match(notes, &place, "event", event)
        })),
        (None, Some(event), None, None) => Some(Trigger::Dismissal(EventMatch {
            at_most,
            ..event_match(notes, &place, "dismissal", event)
        })),
        (None, None, Some(when), None) => Some(Trigger::Schedule {
            when,
            zone,
            inputs: plain_map(inputs.unwrap_or_default()),
        }),
        (None, None, None, Some(of)) => Some(Trigger::Failure {
            of: Some(of).filter(|of| of != "*"),
        }),
        _ => {
            let problem = notes.add(&["trigger", &place], "a trigger is exactly one thing");
            problem.hint(format!("give it one of {}", quoted_list(KINDS, "and")));
            None
        }
    }
}

fn event_match(notes: &mut Notes<'_>, at: &str, kind: &str, written: WrittenMatch) -> EventMatch {
    let search = written.search.and_then(|text| match Search::parse(&text, MAIN_PATH) {
        Ok(search) => Some(search),
        Err(error) => {
            notes.add(&["trigger", at, kind, "search"], error.to_string());
            None
        }
    });
    EventMatch {
        connection: written.connection,
        source: written.source,
        search,
        at_most: None,
    }
}

/// More often than this is no bound: what goes in circles is to be stopped while somebody can still read what it wrote.
const MOST: u32 = 1_000;

fn check_at_most(notes: &mut Notes<'_>, at: &str, given: Option<u32>, is_of_events: bool) {
    let Some(given) = given else { return };
    let place = ["trigger", at, "at_most"];
    if !is_of_events {
        let problem = notes.add(&place, "`at_most` goes with `event` or `dismissal` only");
        problem.hint("take it out");
    } else if !(1..=MOST).contains(&given) {
        let problem = notes.add(&place, format!("a number from 1 to {MOST} is expected"));
        problem.hint("it is how often one ticket may set the playbook off within a day");
    }
}

pub(super) fn input(notes: &mut Notes<'_>, at: usize, written: WrittenInput) -> Input {
    let place = at.to_string();
    if let Some(wrong) = wrong_name(&written.name) {
        notes.add(
            &["input", &place, "name"],
            format!("the input `{}`: {wrong}", written.name),
        );
    }
    let kind = match written.kind {
        WrittenKind::Text => InputKind::Text,
        WrittenKind::Number => InputKind::Number,
        WrittenKind::Flag => InputKind::Flag,
        WrittenKind::List => InputKind::List,
        WrittenKind::Any => InputKind::Any,
    };
    let default = written.default.map(plain);
    if let Some(default) = &default
        && !kind.fits(default)
    {
        let message = format!("the default of `{}` is no {}", written.name, kind.in_words());
        notes.add(&["input", &place, "default"], message);
    }
    Input {
        name: written.name,
        kind,
        default,
        help: written.help,
    }
}
