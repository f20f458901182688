//! Schedules: what they run has to be there, and gets what it takes.

use deskhand_command::find_declaration;
use deskhand_engine::playbooks::{Readable, WrongInput, wrong_command_inputs, wrong_inputs, wrong_template};
use deskhand_engine::runs::Plan;
use deskhand_engine::schedules::Schedule;
use serde_json::{Map, Value};

use super::check::Wrong;
use super::names::Names;

/// What templates of a command's inputs can read, as nothing comes before it.
const READABLE: [Readable<'_>; 2] = [
    Readable {
        name: "run",
        members: &["id", "playbook"],
    },
    Readable {
        name: "now",
        members: &[],
    },
];

pub(super) fn wrong(schedule: &Schedule, names: &Names) -> Vec<Wrong> {
    let mut wrong = match &schedule.plan {
        Plan::Command {
            command,
            connection,
            inputs,
        } => of_command(command, connection, inputs, names),
        Plan::Playbook { name, .. } => of_playbook(name, &schedule.given, names),
        _ => Vec::new(),
    };
    wrong.extend(names.wrong_site(schedule.site.as_deref(), schedule.connection.as_deref()));
    wrong
}

fn of_command(command: &str, connection: &str, inputs: &Map<String, Value>, names: &Names) -> Vec<Wrong> {
    let unknown = names
        .unknown_command(command)
        .map(|message| Wrong::at(&["command"], message));
    let nowhere = names.unknown_connection(connection);
    let mut wrong: Vec<Wrong> = unknown
        .into_iter()
        .chain(nowhere.map(|message| Wrong::at(&["connection"], message)))
        .collect();
    if let Some(declaration) = find_declaration(deskhand_connectwise::declarations(), command) {
        wrong.extend(wrong_command_inputs(declaration, inputs).iter().map(input));
    }
    for (name, value) in inputs {
        templates(&mut vec!["inputs", name], value, &mut wrong);
    }
    wrong
}

fn of_playbook(name: &str, given: &Map<String, Value>, names: &Names) -> Vec<Wrong> {
    let playbook = match names.playbook(name) {
        Ok(playbook) => playbook,
        Err(message) => return vec![Wrong::at(&["playbook"], message)],
    };
    let needs = playbook.needs.iter();
    let needs = needs.map(|need| {
        Wrong::at(
            &["playbook"],
            format!("{}, and a schedule gives it none", need.of(name)),
        )
    });
    let inputs = wrong_inputs(&playbook.inputs, given);
    needs.chain(inputs.iter().map(input)).collect()
}

fn input(wrong: &WrongInput) -> Wrong {
    Wrong::at(&wrong.place(), wrong.in_words())
}

fn templates<'a>(place: &mut Vec<&'a str>, value: &'a Value, wrong: &mut Vec<Wrong>) {
    match value {
        Value::String(text) => {
            let message = wrong_template(text, &READABLE);
            wrong.extend(message.map(|message| Wrong::at(place, message)));
        }
        Value::Array(elements) => elements.iter().for_each(|element| templates(place, element, wrong)),
        Value::Object(members) => {
            for (name, member) in members {
                place.push(name);
                templates(place, member, wrong);
                place.pop();
            }
        }
        _ => {}
    }
}
