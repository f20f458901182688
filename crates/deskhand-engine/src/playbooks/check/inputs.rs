//! The playbook's own inputs.

use crate::playbooks::file::{Draft, Notes};
use crate::playbooks::{Input, Trigger};

/// Notes inputs of one name, and those that nobody gives.
pub(super) fn check(notes: &mut Notes<'_>, draft: &Draft) {
    let by_itself = |(_, trigger): &&(usize, Trigger)| !matches!(trigger, Trigger::Schedule { .. });
    let by_itself = draft.triggers.iter().find(by_itself);
    for (at, input) in draft.inputs.iter().enumerate() {
        let place = ["input", &at.to_string(), "name"];
        if draft.inputs[..at].iter().any(|other| other.name == input.name) {
            notes.add(&place, format!("there are two inputs `{}`", input.name));
        }
        if let Some((trigger, _)) = by_itself
            && input.default.is_none()
        {
            let line = notes.document.line(&["trigger", &trigger.to_string()]);
            notes
                .add(
                    &place,
                    format!(
                        "nobody gives `{}` when the trigger of line {line} sets the playbook off",
                        input.name
                    ),
                )
                .hint("give it a default");
        }
    }
}

/// What is wrong with what somebody gives a playbook: the input's name, what is wrong, and what to do.
pub(super) fn wrong_inputs(
    inputs: &[Input],
    given: &serde_json::Map<String, serde_json::Value>,
    has_template: impl Fn(&serde_json::Value) -> bool,
) -> Vec<(Option<String>, String, Option<String>)> {
    let mut wrong = Vec::new();
    for (name, value) in given {
        let Some(input) = inputs.iter().find(|input| input.name == *name) else {
            let names = inputs.iter().map(|input| input.name.as_str());
            let hint = crate::playbooks::file::with_nearest(name, names, "its inputs are");
            let hint = hint.or_else(|| Some("it has no inputs".to_owned()));
            wrong.push((Some(name.clone()), format!("the playbook has no input `{name}`"), hint));
            continue;
        };
        if !has_template(value) && !input.kind.fits(value) {
            let message = format!("`{name}` is to be a {}", input.kind.in_words());
            wrong.push((Some(name.clone()), message, None));
        }
    }
    for input in inputs
        .iter()
        .filter(|input| input.default.is_none() && !given.contains_key(&input.name))
    {
        let message = format!("the input `{}` is missing", input.name);
        wrong.push((None, message, Some("it has no default".to_owned())));
    }
    wrong
}
