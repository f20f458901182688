//! A playbook as far as its file alone can tell: steps with their members, names not yet looked up.

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeArray, DeValue};

use super::document::member;
use super::names::wrong_name;
use super::written::{
    OneOrMany, WrittenInput, WrittenJoin, WrittenOnFailure, WrittenPlaybook, WrittenStep, WrittenTrigger,
};
use super::{Notes, members, steps, triggers, with_nearest};
use crate::playbooks::{Does, Input, Join, OnFailure, Retries, Trigger};

/// A playbook whose steps still name each other.
#[derive(Debug, Default)]
pub(in crate::playbooks) struct Draft {
    pub(in crate::playbooks) name: String,
    pub(in crate::playbooks) summary: String,
    pub(in crate::playbooks) inputs: Vec<Input>,
    /// With their places in the file.
    pub(in crate::playbooks) triggers: Vec<(usize, Trigger)>,
    pub(in crate::playbooks) steps: Vec<Drafted>,
}

/// A step that still names others.
#[derive(Debug)]
pub(in crate::playbooks) struct Drafted {
    pub(in crate::playbooks) name: String,
    /// As written; `None`: the step before it in the file.
    pub(in crate::playbooks) after: Option<Vec<String>>,
    pub(in crate::playbooks) inside: Option<String>,
    pub(in crate::playbooks) join: Join,
    pub(in crate::playbooks) retries: Retries,
    pub(in crate::playbooks) on_failure: OnFailure,
    /// `None` when something about it was noted.
    pub(in crate::playbooks) does: Option<Does>,
    /// Which member says what it does.
    pub(in crate::playbooks) kind: &'static str,
}

const MEMBERS: [&str; 4] = ["playbook", "input", "trigger", "step"];

/// Reads a document; what is wrong with it is noted, the rest is there to be checked.
pub(in crate::playbooks) fn read_draft(notes: &mut Notes<'_>) -> Draft {
    let document = notes.document;
    for name in document.names().filter(|name| !MEMBERS.contains(name)) {
        let problem = notes.add(&[name], format!("a playbook's file has no `{name}`"));
        problem.hint = with_nearest(name, MEMBERS, "it has");
    }
    let mut draft = Draft::default();
    head(notes, &mut draft);
    for (at, value) in elements(notes, "input") {
        if let Some(written) = element::<WrittenInput>(notes, "input", at, value) {
            let input = triggers::input(notes, at, written);
            draft.inputs.push(input);
        }
    }
    for (at, value) in elements(notes, "trigger") {
        if let Some(written) = element::<WrittenTrigger>(notes, "trigger", at, value) {
            let trigger = triggers::trigger(notes, at, written);
            draft.triggers.extend(trigger.map(|trigger| (at, trigger)));
        }
    }
    let written = elements(notes, "step");
    if written.is_empty() {
        notes
            .add(&["step"], "a playbook needs a step")
            .hint("begin one with [[step]]");
    }
    draft.steps = written.into_iter().map(|(at, value)| step(notes, at, value)).collect();
    draft
}

fn head(notes: &mut Notes<'_>, draft: &mut Draft) {
    let Some(value) = notes.document.get("playbook") else {
        notes
            .add(&[], "`[playbook]` is missing")
            .hint("begin with [playbook] and a name");
        return;
    };
    match notes.document.read::<WrittenPlaybook>(value.clone()) {
        Ok(written) => {
            if let Some(wrong) = wrong_name(&written.name) {
                notes.add(&["playbook", "name"], format!("the playbook: {wrong}"));
            }
            (draft.name, draft.summary) = (written.name, written.summary);
        }
        Err((line, message)) => _ = notes.push(line, None, format!("`[playbook]`: {message}")),
    }
}

/// The elements of `[[name]]`, in the order of the file.
fn elements<'a>(notes: &mut Notes<'a>, name: &str) -> Vec<(usize, Spanned<DeValue<'a>>)> {
    let document = notes.document;
    let list: &DeArray<'_> = match document.get(name).map(Spanned::get_ref) {
        None => return Vec::new(),
        Some(DeValue::Array(list)) => list,
        Some(_) => {
            notes
                .add(&[name], format!("`{name}` is a list"))
                .hint(format!("write [[{name}]]"));
            return Vec::new();
        }
    };
    list.iter().cloned().enumerate().collect()
}

fn element<'a, T: DeserializeOwned>(
    notes: &mut Notes<'a>,
    list: &str,
    at: usize,
    value: Spanned<DeValue<'a>>,
) -> Option<T> {
    match notes.document.read(value) {
        Ok(read) => Some(read),
        Err((line, message)) => {
            notes.push(line, None, format!("`[[{list}]]` number {}: {message}", at + 1));
            None
        }
    }
}

fn step<'a>(notes: &mut Notes<'a>, at: usize, value: Spanned<DeValue<'a>>) -> Drafted {
    let mut drafted = Drafted {
        name: String::new(),
        after: None,
        inside: None,
        join: Join::All,
        retries: Retries::default(),
        on_failure: OnFailure::Stop,
        does: None,
        kind: "",
    };
    let DeValue::Table(table) = value.into_inner() else {
        notes
            .add_step((at, ""), &[], "a step is a table")
            .hint("begin it with [[step]]");
        return drafted;
    };
    let name = member(&table, "name").and_then(|(_, name)| name.get_ref().as_str());
    let owned_name = name.unwrap_or_default().to_owned();
    drafted.name.clone_from(&owned_name);
    let place = (at, owned_name.as_str());
    match name.and_then(wrong_name) {
        Some(wrong) => _ = notes.add_step(place, &["name"], wrong),
        None if name.is_none() => _ = notes.add_step(place, &["name"], "a step needs a name"),
        None => {}
    }
    let (kind, table) = members::fitting(notes, place, &table);
    drafted.kind = kind.unwrap_or_default();
    if name.is_some() {
        match notes.document.read::<WrittenStep>(table) {
            Ok(written) => fill(notes, place, &mut drafted, written),
            Err((line, message)) => _ = notes.push(line, Some(place.1.to_owned()), message),
        }
    }
    drafted
}

fn fill(notes: &mut Notes<'_>, place: (usize, &str), drafted: &mut Drafted, mut written: WrittenStep) {
    drafted.after = written.after.take().map(OneOrMany::into_vec);
    drafted.inside = written.inside.take();
    drafted.join = match written.join {
        Some(WrittenJoin::Any) => Join::Any,
        Some(WrittenJoin::All) | None => Join::All,
    };
    drafted.on_failure = match written.on_failure {
        Some(WrittenOnFailure::GoOn) => OnFailure::GoOn,
        Some(WrittenOnFailure::Stop) | None => OnFailure::Stop,
    };
    drafted.does = match drafted.kind {
        "" => None,
        kind => steps::does(notes, place, kind, &mut written),
    };
    drafted.retries = steps::retries(notes, place, drafted.kind, &mut written);
    if written.join.is_some() && drafted.after.as_ref().is_none_or(|after| after.len() < 2) {
        notes
            .add_step(place, &["join"], "there is nothing to join")
            .hint("name the steps before it: after = [\"…\", \"…\"]");
    }
}
