//! Whether expectations are about the playbook that there is, before anything of it is rehearsed.

use deskhand_command::{EventSource, find_declaration};
use deskhand_engine::connections::unknown;
use deskhand_engine::desk::files::DeskFile;
use deskhand_engine::playbooks::{
    Does, EventMatch, FAILED, Known, KnownPlaybook, Playbook, Trigger, WrongInput, read, wrong_command_inputs,
    wrong_inputs,
};

use super::expectations::{Expectations, StartedBy};
use crate::exit::BadInput;

/// How runs end, and that there is none.
const OUTCOMES: [&str; 5] = ["successful", "partially-successful", "failed", "cancelled", "none"];

/// How steps end, and that one was not reached.
const ENDINGS: [&str; 7] = [
    "successful",
    "partially-successful",
    "failed",
    "cancelled",
    "unknown",
    "skipped",
    "not reached",
];

/// Refuses what names something that there is not, and a rehearsal that nothing can set off; all of it at once.
pub(super) fn check(expectations: &Expectations, playbooks: &[DeskFile]) -> anyhow::Result<()> {
    let mut wrong = words(expectations);
    wrong.extend(changes(expectations));
    // A playbook with which something is wrong is told of with its lines, when the desk is set up.
    let known = Known::commands(deskhand_connectwise::declarations());
    if let Ok(playbook) = read(&playbooks[0].text, &known) {
        wrong.extend(steps(expectations, &playbook));
        wrong.extend(start(expectations, &playbook));
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(BadInput::new(wrong.join("\n"))
        .hint("nothing was rehearsed; docs/guides/playbooks.md has every member of such a file")
        .into())
}

/// Words that are none.
fn words(expectations: &Expectations) -> Vec<String> {
    let expect = &expectations.expect;
    let mut wrong = Vec::new();
    if !OUTCOMES.contains(&expect.outcome.as_str()) {
        wrong.push(format!("[expect]: {}", unknown("outcome", &expect.outcome, OUTCOMES)));
    }
    for (step, ending) in &expect.steps {
        let word = ending.split(": ").next().unwrap_or_default();
        if !ENDINGS.contains(&word) {
            wrong.push(format!("[expect]: step `{step}`: {}", unknown("ending", word, ENDINGS)));
        }
    }
    wrong
}

/// Commands that somebody else runs before.
fn changes(expectations: &Expectations) -> Vec<String> {
    let declarations = deskhand_connectwise::declarations();
    let mut wrong = Vec::new();
    for (number, change) in expectations.changes.iter().enumerate() {
        let mut say = |words: String| wrong.push(format!("[[change]] number {}: {words}", number + 1));
        match find_declaration(declarations, &change.command).filter(|known| known.slug == change.command) {
            Some(declaration) => {
                let inputs = wrong_command_inputs(declaration, &change.inputs);
                inputs.iter().map(WrongInput::in_words).for_each(say);
            }
            None => say(unknown(
                "command",
                &change.command,
                declarations.iter().map(|known| known.slug),
            )),
        }
    }
    wrong
}

/// Steps that answers and expectations name.
fn steps(expectations: &Expectations, playbook: &Playbook) -> Vec<String> {
    let mut wrong = Vec::new();
    for answer in &expectations.answers {
        let asking = playbook.steps.iter();
        let asking = asking.filter(|step| matches!(step.does, Does::Approval { .. }));
        let names: Vec<&str> = asking.map(|step| step.name.as_str()).collect();
        if !names.contains(&name_of(&answer.step)) {
            wrong.push(format!(
                "[[answer]]: {}",
                unknown("step that asks", &answer.step, names)
            ));
        }
    }
    for (path, ending) in &expectations.expect.steps {
        let name = name_of(path);
        let Some(step) = playbook.steps.iter().find(|step| step.name == name) else {
            let names = playbook.steps.iter().map(|step| step.name.as_str());
            wrong.push(format!("[expect]: {}", unknown("step", path, names)));
            continue;
        };
        if let Some((_, branch)) = ending.split_once(": ") {
            let mut branches = step.does.branches();
            branches.push(FAILED);
            if !branches.contains(&branch) {
                let words = unknown("branch", branch, branches);
                wrong.push(format!("[expect]: step `{path}`: {words}"));
            }
        }
    }
    wrong
}

/// The step's own name: of `Each ticket[2]/Note`, `Note`.
fn name_of(path: &str) -> &str {
    let last = path.rsplit('/').next().unwrap_or(path);
    last.split('[').next().unwrap_or(last)
}

/// What is to set it off, and what it is given then.
fn start(expectations: &Expectations, playbook: &Playbook) -> Vec<String> {
    let sketched = KnownPlaybook::from(playbook);
    let inputs = &expectations.start.inputs;
    let mut wrong = Vec::new();
    if expectations.start.by == StartedBy::Hand {
        let given = wrong_inputs(&playbook.inputs, inputs);
        wrong.extend(given.iter().map(|wrong| format!("[start]: {}", wrong.in_words())));
        wrong.extend(sketched.needs.iter().map(|need| {
            let words = need.of(&playbook.name);
            format!("[start]: {words}, and nobody gives it one by hand; start it by = \"event\"")
        }));
    } else if !inputs.is_empty() {
        wrong.push("[start]: `inputs` are given by hand only; take them out, or start it by = \"hand\"".to_owned());
    }
    if let Some(why) = unset(expectations, playbook) {
        wrong.push(format!("[start]: {why}"));
    }
    wrong
}

/// Why nothing can set it off.
fn unset(expectations: &Expectations, playbook: &Playbook) -> Option<String> {
    let triggers = || playbook.triggers.iter();
    let name = &playbook.name;
    match expectations.start.by {
        StartedBy::Hand => None,
        StartedBy::Schedule => (!triggers().any(|trigger| matches!(trigger, Trigger::Schedule { .. }))).then(|| {
            format!("no schedule sets `{name}` off; give it a [[trigger]] with `schedule`, or start it by = \"hand\"")
        }),
        StartedBy::Event => {
            let matches: Vec<&EventMatch> = triggers()
                .filter_map(|trigger| match trigger {
                    Trigger::Event(event) | Trigger::Dismissal(event) => Some(event),
                    Trigger::Schedule { .. } | Trigger::Failure { .. } => None,
                })
                .collect();
            if matches.is_empty() {
                return Some(format!(
                    "no event sets `{name}` off; give it a [[trigger]] with `event`, or start it by = \"hand\""
                ));
            }
            let source = EventSource::default_source().name;
            let ours = |event: &&EventMatch| {
                event.source.as_ref().is_none_or(|wanted| *wanted == source)
                    && event
                        .connection
                        .as_ref()
                        .is_none_or(|wanted| *wanted == expectations.connection)
            };
            if !matches.iter().any(ours) {
                return Some(format!(
                    "no event sets `{name}` off: those of a rehearsal are of the connection `{}` and of the `{source}`; \
                     `connection` of this file names another one",
                    expectations.connection
                ));
            }
            expectations.changes.is_empty().then(|| {
                "nothing happens that could be an event; say in a [[change]] what somebody does on the PSA".to_owned()
            })
        }
    }
}
