//! What is on the desk and in no file, which what is given can break.

use std::collections::BTreeSet;

use deskhand_command::IntegrationDescription;

use super::{DeskFile, Given, Problem, read};
use crate::desk::{Definition, Kind};

/// Where problems of what is in no file are.
const HERE: &str = "on the desk";

/// The stored definitions that stay as they are when these are given, read as files are; what cannot be read is left out.
pub fn staying(
    given: &BTreeSet<(Kind, &str)>,
    definitions: &[Definition],
    integration: &IntegrationDescription,
) -> Vec<Given> {
    let stay = definitions
        .iter()
        .filter(|known| !known.removed && !given.contains(&(known.kind, known.name.as_str())));
    let read = stay.filter_map(|known| {
        let name = match known.kind {
            // What is said of a playbook names its steps alone.
            Kind::Playbook => format!("{HERE}, playbook `{}`", known.name),
            _ => HERE.to_owned(),
        };
        let text = known.body.clone();
        read(&[DeskFile { name, text }], integration).ok()
    });
    read.flatten().collect()
}

/// The problems of what stays that were not there before. They are on no line of a file.
pub fn broken(after: Vec<Problem>, before: &[Problem]) -> Vec<Problem> {
    let known: BTreeSet<_> = before.iter().map(what).collect();
    let mut broken: Vec<_> = after
        .into_iter()
        .filter(|problem| !known.contains(&what(problem)))
        .collect();
    for problem in &mut broken {
        problem.line = 0;
    }
    broken
}

/// What is wrong and where, without the names that are suggested, which others can have.
fn what(problem: &Problem) -> (&str, usize, &str) {
    let message = problem.message.split(';').next().unwrap_or_default();
    (&problem.file, problem.line, message)
}
