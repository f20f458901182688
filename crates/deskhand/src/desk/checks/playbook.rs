//! Playbooks, whose reader finds everything by itself once it is told what there is.

use deskhand_engine::desk::Kind;
use deskhand_engine::desk::files::{Given, Problem};
use deskhand_engine::playbooks;
use deskhand_engine::schedules::When;

use super::names::Names;

pub(super) fn problems(one: &Given, names: &Names) -> Vec<Problem> {
    if one.kind != Kind::Playbook {
        return Vec::new();
    }
    let known = playbooks::Known {
        commands: deskhand_connectwise::declarations(),
        connections: names.connections.as_deref(),
        playbooks: Some(&names.playbooks),
        people: names.people.as_deref(),
        strictly: true,
        schedule: &|when, zone| {
            When::parse(when, zone, None)
                .map(drop)
                .map_err(|error| error.to_string())
        },
    };
    let Err(problems) = playbooks::read(&one.body, &known) else {
        return Vec::new();
    };
    let problem = |problem: playbooks::Problem| {
        let step = problem.step.map(|step| format!("step `{step}`: ")).unwrap_or_default();
        let hint = problem.hint.map(|hint| format!("; {hint}")).unwrap_or_default();
        Problem {
            file: one.file.clone(),
            line: problem.line,
            message: format!("{step}{}{hint}", problem.message),
        }
    };
    problems.into_iter().map(problem).collect()
}
