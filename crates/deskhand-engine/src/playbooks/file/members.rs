//! Which members a step may have, by what it does.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::document::member;
use super::{Notes, quoted_list, with_nearest};

/// What a step can do, and which members go with it.
pub(super) const KINDS: [(&str, &[&str]); 13] = [
    ("command", &["connection", "inputs", "dry_run", "retries", "pause"]),
    ("condition", &["branches"]),
    ("format", &[]),
    ("for_each", &[]),
    ("repeat_until", &["limit", "pause"]),
    ("wait", &[]),
    ("wait_until", &[]),
    ("approval", &["by", "notify", "expires"]),
    ("playbook", &["inputs", "retries", "pause"]),
    ("mail", &["retries", "pause"]),
    ("escalate", &[]),
    ("dismiss", &[]),
    ("fail", &[]),
];

/// Members that every step may have.
const GENERAL: [&str; 5] = ["name", "after", "join", "inside", "on_failure"];

/// Notes members that do not belong, and whether there is exactly one thing to do; returns it, with the step without them.
pub(super) fn fitting<'a>(
    notes: &mut Notes<'_>,
    step: (usize, &str),
    table: &DeTable<'a>,
) -> (Option<&'static str>, Spanned<DeValue<'a>>) {
    let kinds: Vec<_> = KINDS.iter().filter(|(kind, _)| member(table, kind).is_some()).collect();
    let names = || kinds.iter().map(|(kind, _)| *kind);
    match kinds.as_slice() {
        [_] => {}
        [] => notes.add_step(step, &["name"], "it does nothing").hint(format!(
            "give it one of {}",
            quoted_list(KINDS.map(|(kind, _)| kind), "and")
        )),
        _ => notes
            .add_step(
                step,
                &["name"],
                format!("it does several things: {}", quoted_list(names(), "and")),
            )
            .hint("make a step of each"),
    }
    let mut fitting = DeTable::new();
    for (key, value) in table {
        let name: &str = key.get_ref();
        let belongs = GENERAL.contains(&name) || kinds.iter().any(|(kind, more)| *kind == name || more.contains(&name));
        if belongs {
            fitting.insert(key.clone(), value.clone());
        } else {
            note_stray(notes, step, name, kinds.is_empty());
        }
    }
    let kind = if kinds.len() == 1 { Some(kinds[0].0) } else { None };
    (kind, Spanned::new(0..0, DeValue::Table(fitting)))
}

fn note_stray(notes: &mut Notes<'_>, step: (usize, &str), name: &str, of_none: bool) {
    let owners: Vec<_> = KINDS
        .iter()
        .filter(|(_, more)| more.contains(&name))
        .map(|(kind, _)| *kind)
        .collect();
    if owners.is_empty() {
        let all = GENERAL
            .into_iter()
            .chain(KINDS.iter().flat_map(|(kind, more)| [&[*kind], *more].concat()));
        let problem = notes.add_step(step, &[name], format!("a step has no `{name}`"));
        problem.hint = with_nearest(name, all, "a step has");
    } else if !of_none {
        let message = format!("`{name}` goes with {} only", quoted_list(owners, "and"));
        notes.add_step(step, &[name], message).hint("take it out");
    }
}
