//! What triggers refer to.

use super::commands::note_unknown_connection;
use super::inputs::wrong_inputs;
use super::needs::{needs, steps_of};
use super::{Known, Placed};
use crate::playbooks::Trigger;
use crate::playbooks::file::{Draft, Notes, with_nearest};

/// Notes connections and playbooks that there are not, schedules that are none, and triggers that do not give what is needed.
pub(super) fn check(notes: &mut Notes<'_>, draft: &Draft, placed: &[Placed], known: &Known<'_>) {
    let needs = needs(&steps_of(draft, placed));
    for (at, trigger) in &draft.triggers {
        let at = at.to_string();
        for need in needs.iter().filter(|need| known.strictly && !need.is_given_by(trigger)) {
            let message = format!("step `{}` reads `{}`, which this does not give", need.step, need.root);
            notes
                .add(&["trigger", &at], message)
                .hint(format!("ask `{} is defined` first", need.root));
        }
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
                for wrong in wrong_inputs(&draft.inputs, inputs) {
                    let place = [&["trigger", &at][..], &wrong.place()].concat();
                    notes.add(&place, wrong.message.as_str()).hint.clone_from(&wrong.hint);
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
