//! Templates: whether they can be read, and whether what they read can be there.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::Placed;
use super::way::before;
use crate::playbooks::file::{Draft, Notes, quoted_list, with_nearest};
use crate::playbooks::values::{PLAYBOOK_DATA, Read, problem_of, reads};
use crate::playbooks::{Does, StepIndex, Wait};

/// What every template can read.
const ROOTS: [&str; 6] = [PLAYBOOK_DATA, "inputs", "event", "failure", "run", "now"];

/// Notes templates that cannot be read, and reads of what cannot be there.
pub(super) fn check(notes: &mut Notes<'_>, draft: &Draft, placed: &[Placed]) {
    for (at, step) in draft.steps.iter().enumerate() {
        let Some(does) = &step.does else { continue };
        let scope = Scope::of(draft, placed, at);
        for (place, value) in texts_of(does) {
            let looks_back = place[0] == "repeat_until";
            let scope = if looks_back {
                scope.after_its_part(placed)
            } else {
                scope.clone()
            };
            each_text(&place, value, &mut |place, text| scope.check(notes, place, text));
        }
    }
}

/// What the templates of a step can read.
#[derive(Clone)]
struct Scope<'a> {
    draft: &'a Draft,
    at: StepIndex,
    /// The steps that have come before.
    steps: HashSet<StepIndex>,
    roots: Vec<&'static str>,
    /// Whether the order of steps is certain, so that it can be told what came before.
    certain: bool,
}

impl<'a> Scope<'a> {
    fn of(draft: &'a Draft, placed: &[Placed], at: StepIndex) -> Self {
        let mut scope = Self {
            draft,
            at,
            steps: HashSet::new(),
            roots: ROOTS.to_vec(),
            certain: true,
        };
        let mut here = Some(at);
        while let Some(step) = here {
            scope.certain &= !placed[step].doubtful;
            scope.steps.extend(before(placed, step));
            scope.certain &= scope.steps.iter().all(|before| !placed[*before].doubtful);
            here = placed[step].inside;
            match here.and_then(|part| draft.steps[part].does.as_ref()) {
                Some(Does::ForEach { .. }) => scope.roots.extend(["item", "index"]),
                Some(Does::Repeat { .. }) => scope.roots.extend(["turn", "index"]),
                _ => {}
            }
        }
        scope
    }

    /// What a repeat step can read when it asks whether it is over.
    fn after_its_part(&self, placed: &[Placed]) -> Self {
        let mut scope = self.clone();
        let part = (0..placed.len()).filter(|&step| placed[step].inside == Some(self.at));
        scope.steps.extend(part);
        scope.roots.extend(["turn", "index"]);
        scope
    }

    fn check(&self, notes: &mut Notes<'_>, place: &[&str], text: &str) {
        let step = (self.at, self.draft.steps[self.at].name.as_str());
        match problem_of(text, &self.roots) {
            Err(message) => {
                notes.add_step(step, place, message);
                return;
            }
            Ok(Some(stranger)) => {
                let known = self.roots.iter().copied();
                let problem = notes.add_step(step, place, format!("there is no `{stranger}` here"));
                problem.hint = with_nearest(&stranger, known, "templates here can read");
            }
            Ok(None) => {}
        }
        for read in reads(text) {
            self.check_read(notes, step, place, &read);
        }
    }

    fn check_read(&self, notes: &mut Notes<'_>, step: (usize, &str), place: &[&str], read: &Read) {
        let Some(member) = &read.member else { return };
        if read.root == "inputs" && !self.draft.inputs.iter().any(|input| input.name == *member) {
            let names = self.draft.inputs.iter().map(|input| input.name.as_str());
            let hint = with_nearest(member, names, "its inputs are");
            let problem = notes.add_step(step, place, format!("the playbook has no input `{member}`"));
            problem.hint = hint.or_else(|| Some("describe it in an [[input]]".to_owned()));
        }
        if read.root != PLAYBOOK_DATA {
            return;
        }
        let all = self.draft.steps.iter();
        let Some(other) = all.clone().position(|step| step.name == *member) else {
            let names = self.steps.iter().map(|&at| self.draft.steps[at].name.as_str());
            let problem = notes.add_step(step, place, format!("it reads `{member}`, and there is no such step"));
            problem.hint = with_nearest(member, names, "the steps before it are");
            return;
        };
        if self.certain && !self.steps.contains(&other) {
            let mut names: Vec<_> = self.steps.iter().collect();
            names.sort_unstable();
            let names = names.iter().map(|&&at| self.draft.steps[at].name.as_str());
            let problem = notes.add_step(
                step,
                place,
                format!("it reads `{member}`, which does not come before it"),
            );
            problem.hint = Some(match quoted_list(names, "and") {
                none if none.is_empty() => "nothing comes before it".to_owned(),
                names => format!("before it come {names}"),
            });
        }
    }
}

/// Every value of a step that can have templates, by its place in the file.
pub(super) fn texts_of(does: &Does) -> Vec<(Vec<&str>, &Value)> {
    match does {
        Does::Command { connection, inputs, .. } => {
            let mut texts = members("inputs", inputs);
            texts.push((vec!["connection"], connection));
            texts
        }
        Does::Condition { value, .. } => vec![(vec!["condition"], value)],
        Does::Format { values } => members("format", values),
        Does::ForEach { list } => vec![(vec!["for_each"], list)],
        Does::Repeat { until, .. } => vec![(vec!["repeat_until"], until)],
        Does::Wait(Wait::Until(time)) => vec![(vec!["wait_until"], time)],
        Does::Approval { question, notify, .. } => {
            let mut texts: Vec<_> = notify.iter().map(|address| (vec!["notify"], address)).collect();
            texts.push((vec!["approval"], question));
            texts
        }
        Does::Playbook { inputs, .. } => members("inputs", inputs),
        Does::Mail { to, subject, text } => {
            vec![
                (vec!["mail", "to"], to),
                (vec!["mail", "subject"], subject),
                (vec!["mail", "text"], text),
            ]
        }
        Does::Escalate { incident_type, title } => {
            vec![
                (vec!["escalate", "incident_type"], incident_type),
                (vec!["escalate", "title"], title),
            ]
        }
        Does::Dismiss { reason } => vec![(vec!["dismiss"], reason)],
        Does::Fail { message } => vec![(vec!["fail"], message)],
        Does::Wait(Wait::For(_)) | Does::Ingest { .. } | Does::Check { .. } => Vec::new(),
    }
}

fn members<'a>(name: &'a str, map: &'a Map<String, Value>) -> Vec<(Vec<&'a str>, &'a Value)> {
    map.iter().map(|(member, value)| (vec![name, member], value)).collect()
}

/// Calls for every text inside a value, with its place.
pub(super) fn each_text(place: &[&str], value: &Value, found: &mut impl FnMut(&[&str], &str)) {
    match value {
        Value::String(text) => found(place, text),
        Value::Array(elements) => {
            for (at, element) in elements.iter().enumerate() {
                each_text(&[place, &[&at.to_string()]].concat(), element, found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                each_text(&[place, &[name]].concat(), member, found);
            }
        }
        _ => {}
    }
}
