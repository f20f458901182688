//! Playbooks that steps run.

use std::collections::HashSet;

use super::Known;
use super::inputs::wrong_inputs_but;
use crate::playbooks::Does;
use crate::playbooks::file::{Draft, KnownPlaybook, Notes, with_nearest};
use crate::playbooks::values::reads_templates;

/// Notes playbooks that there are not, that would run each other for ever, and inputs that they have not.
pub(super) fn check(notes: &mut Notes<'_>, draft: &Draft, known: &Known<'_>) {
    for (at, step) in draft.steps.iter().enumerate() {
        let Some(Does::Playbook { name, inputs }) = &step.does else {
            continue;
        };
        let place = (at, step.name.as_str());
        if *name == draft.name {
            notes
                .add_step(place, &["playbook"], "a playbook cannot run itself")
                .hint("use a step with `repeat_until`");
            continue;
        }
        let Some(playbooks) = known.playbooks else { continue };
        let Some(other) = playbooks.iter().find(|playbook| playbook.name == *name) else {
            let names = playbooks.iter().map(|playbook| playbook.name.as_str());
            let names = names.filter(|name| *name != draft.name);
            let problem = notes.add_step(place, &["playbook"], format!("there is no playbook `{name}`"));
            problem.hint = with_nearest(name, names, "there are");
            continue;
        };
        if runs(other, &draft.name, playbooks) {
            notes
                .add_step(
                    place,
                    &["playbook"],
                    format!("`{name}` runs this playbook in turn, so that it would never end"),
                )
                .hint("use a step with `repeat_until`");
        }
        for wrong in wrong_inputs_but(&other.inputs, inputs, reads_templates) {
            notes
                .add_step(place, &wrong.place(), wrong.message.as_str())
                .hint
                .clone_from(&wrong.hint);
        }
        for need in &other.needs {
            notes
                .add_step(place, &["playbook"], need.of(name))
                .hint("a step gives a playbook its inputs and nothing else");
        }
    }
}

/// Whether a playbook runs another one, directly or by way of others.
fn runs(playbook: &KnownPlaybook, wanted: &str, playbooks: &[KnownPlaybook]) -> bool {
    let mut seen = HashSet::new();
    let mut to_look = vec![playbook];
    while let Some(playbook) = to_look.pop() {
        if playbook.runs.iter().any(|name| name == wanted) {
            return true;
        }
        let next = playbook.runs.iter().filter(|name| seen.insert(name.as_str()));
        to_look.extend(next.filter_map(|name| playbooks.iter().find(|other| other.name == *name)));
    }
    false
}
