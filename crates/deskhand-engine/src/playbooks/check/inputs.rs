//! The playbook's own inputs.

use serde_json::{Map, Value};

use crate::playbooks::file::{Draft, Notes, with_nearest};
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

/// Something that is wrong with what a command or a playbook is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongInput {
    /// The input's name, as it was written; `None`: one that is missing.
    pub name: Option<String>,
    /// What is wrong, in a sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl WrongInput {
    /// What is wrong and what to do, as one fragment.
    pub fn in_words(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{}; {hint}", self.message),
            None => self.message.clone(),
        }
    }

    /// Where it stands in the definition that gives it.
    pub fn place(&self) -> Vec<&str> {
        let name = self.name.as_deref();
        ["inputs"].into_iter().chain(name).collect()
    }
}

/// What is wrong with what somebody gives a playbook; templates are not filled in, and are texts like others.
pub fn wrong_inputs(inputs: &[Input], given: &Map<String, Value>) -> Vec<WrongInput> {
    wrong_inputs_but(inputs, given, |_| false)
}

/// The same, where a value can be anything if `is_open`.
pub(super) fn wrong_inputs_but(
    inputs: &[Input],
    given: &Map<String, Value>,
    is_open: impl Fn(&Value) -> bool,
) -> Vec<WrongInput> {
    let mut wrong = Vec::new();
    for (name, value) in given {
        let Some(input) = inputs.iter().find(|input| input.name == *name) else {
            let names = inputs.iter().map(|input| input.name.as_str());
            let hint = with_nearest(name, names, "its inputs are");
            wrong.push(WrongInput {
                name: Some(name.clone()),
                message: format!("the playbook has no input `{name}`"),
                hint: hint.or_else(|| Some("it has no inputs".to_owned())),
            });
            continue;
        };
        if !is_open(value) && !input.kind.fits(value) {
            wrong.push(WrongInput {
                name: Some(name.clone()),
                message: format!("`{name}` is to be a {}", input.kind.in_words()),
                hint: None,
            });
        }
    }
    let missing = inputs
        .iter()
        .filter(|input| input.default.is_none() && !given.contains_key(&input.name));
    wrong.extend(missing.map(|input| WrongInput {
        name: None,
        message: format!("the input `{}` is missing", input.name),
        hint: Some("it has no default".to_owned()),
    }));
    wrong
}
