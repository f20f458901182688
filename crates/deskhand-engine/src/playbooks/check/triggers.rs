//! What triggers refer to.

use super::Known;
use super::commands::note_unknown_connection;
use super::inputs::wrong_inputs;
use crate::playbooks::Trigger;
use crate::playbooks::file::{Draft, Notes, with_nearest};

/// Notes connections and playbooks that there are not, and schedules that are none.
pub(super) fn check(notes: &mut Notes<'_>, draft: &Draft, known: &Known<'_>) {
    for (at, trigger) in &draft.triggers {
        let at = at.to_string();
        match trigger {
            Trigger::Event(event) | Trigger::Dismissal(event) => {
                let kind = if matches!(trigger, Trigger::Event(_)) {
                    "event"
                } else {
                    "dismissal"
                };
                if let Some(connection) = &event.connection {
                    let line = notes.document.line(&["trigger", &at, kind, "connection"]);
                    note_unknown_connection(notes, line, None, connection, known);
                }
            }
            Trigger::Schedule { when, zone, inputs } => {
                if let Err(message) = (known.schedule)(when, zone.as_deref()) {
                    notes.add(&["trigger", &at, "schedule"], message);
                }
                for (name, message, hint) in wrong_inputs(&draft.inputs, inputs, |_| false) {
                    let name = name.unwrap_or_default();
                    notes.add(&["trigger", &at, "inputs", &name], message).hint = hint;
                }
            }
            Trigger::Failure { of } => check_failure(notes, draft, &at, of.as_deref(), known),
        }
    }
}

fn check_failure(notes: &mut Notes<'_>, draft: &Draft, at: &str, of: Option<&str>, known: &Known<'_>) {
    let Some(of) = of else { return };
    let place = ["trigger", at, "failure_of"];
    if of == draft.name {
        notes
            .add(&place, "a playbook is not set off by its own failure")
            .hint("use `after = \"step: failed\"` inside it, or `*` for every other playbook");
        return;
    }
    let Some(playbooks) = known.playbooks else { return };
    if !playbooks.iter().any(|playbook| playbook.name == of) {
        let names = playbooks.iter().map(|playbook| playbook.name.as_str());
        let names = names.filter(|name| *name != draft.name);
        notes.add(&place, format!("there is no playbook `{of}`")).hint = with_nearest(of, names, "there are");
    }
}
