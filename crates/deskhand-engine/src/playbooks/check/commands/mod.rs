//! Commands, their inputs and connections.

use deskhand_command::Declaration;
use deskhand_command::input::resolve_names;
use serde_json::{Map, Value};

use super::{Known, WrongInput};
use crate::playbooks::Does;
use crate::playbooks::file::{Draft, Notes, with_nearest};
use crate::playbooks::values::has_template;

mod fits;

/// Notes commands, connections and inputs that there are not, and values that cannot be.
pub(super) fn check(notes: &mut Notes<'_>, draft: &Draft, known: &Known<'_>) {
    for (at, step) in draft.steps.iter().enumerate() {
        let Some(Does::Command {
            command,
            connection,
            inputs,
            ..
        }) = &step.does
        else {
            continue;
        };
        let place = (at, step.name.as_str());
        if let Some(connection) = connection
            .as_str()
            .filter(|name| !name.is_empty() && !has_template(name))
        {
            let line = notes.document.line(&["step", &at.to_string(), "connection"]);
            note_unknown_connection(notes, line, Some(step.name.clone()), connection, known);
        }
        match known.commands.iter().find(|declared| declared.slug == command) {
            Some(declaration) => check_inputs(notes, place, declaration, inputs),
            None => note_unknown_command(notes, place, command, known),
        }
    }
}

fn note_unknown_command(notes: &mut Notes<'_>, step: (usize, &str), command: &str, known: &Known<'_>) {
    let titled = known
        .commands
        .iter()
        .find(|declared| declared.title.eq_ignore_ascii_case(command));
    let slugs = known.commands.iter().map(|declared| declared.slug);
    let hint = match titled {
        Some(declared) => Some(format!("write `{}`", declared.slug)),
        None => with_nearest(command, slugs, "there are"),
    };
    notes
        .add_step(step, &["command"], format!("there is no command `{command}`"))
        .hint = hint;
}

/// Notes a connection that is not among those that are known.
pub(super) fn note_unknown_connection(
    notes: &mut Notes<'_>,
    line: usize,
    step: Option<String>,
    name: &str,
    known: &Known<'_>,
) {
    let Some(connections) = known.connections else { return };
    if !connections.iter().any(|connection| connection == name) {
        let hint = with_nearest(name, connections.iter().map(String::as_str), "there are");
        notes.push(line, step, format!("there is no connection `{name}`")).hint = hint;
    }
}

fn check_inputs(notes: &mut Notes<'_>, step: (usize, &str), declaration: &Declaration, given: &Map<String, Value>) {
    for wrong in wrong_command_inputs(declaration, given) {
        notes
            .add_step(step, &wrong.place(), wrong.message.as_str())
            .hint
            .clone_from(&wrong.hint);
    }
}

/// What is wrong with what a command is given; what has a template can be anything.
pub fn wrong_command_inputs(declaration: &Declaration, given: &Map<String, Value>) -> Vec<WrongInput> {
    let (mut wrong, mut named) = (Vec::new(), Map::new());
    for (name, value) in given {
        let said = |message: String, hint: Option<String>| WrongInput {
            name: Some(name.clone()),
            message,
            hint,
        };
        match resolve_names(declaration, Map::from_iter([(name.clone(), Value::Null)])) {
            Ok(resolved) => {
                let Some(real) = resolved.keys().next() else { continue };
                let schema = property(declaration, real);
                if let Err(message) = schema.map_or(Ok(()), |schema| fits::fits(schema, value)) {
                    wrong.push(said(format!("`{name}`: {message}"), None));
                }
                if named.insert(real.clone(), value.clone()).is_some() {
                    wrong.push(said(format!("`{name}` is given twice, under two names"), None));
                }
            }
            Err(failure) => {
                let message = format!("`{}` has no input `{name}`", declaration.slug);
                wrong.push(said(message, failure.hint));
            }
        }
    }
    wrong.extend(missing_inputs(declaration, &named));
    wrong
}

fn missing_inputs(declaration: &Declaration, named: &Map<String, Value>) -> Vec<WrongInput> {
    let absent = |value: &Value| value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
    let required = declaration.inputs.get("required").and_then(Value::as_array);
    let required = required.into_iter().flatten().filter_map(Value::as_str);
    let missing = required.filter(|name| named.get(*name).is_none_or(absent));
    missing
        .map(|name| {
            let about = |member: &str| property(declaration, name)?.get(member)?.as_str();
            WrongInput {
                name: None,
                message: format!("the input `{}` is missing", about("title").unwrap_or(name)),
                hint: about("description").map(first_sentence),
            }
        })
        .collect()
}

fn property<'a>(declaration: &'a Declaration, name: &str) -> Option<&'a Value> {
    declaration.inputs.get("properties")?.get(name)
}

fn first_sentence(text: &str) -> String {
    let text = text.replace('\n', " ");
    text.split(". ")
        .next()
        .unwrap_or_default()
        .trim_end_matches('.')
        .to_owned()
}
