//! Writes toy playbooks in few words.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::playbooks::{After, Does, Join, OnFailure, Playbook, Retries, Step, StepIndex, Wait};
use crate::runs::{Cause, NewRun, Plan};

/// A playbook in the making.
pub(crate) struct Steps(Playbook);

/// A playbook of this name.
pub(crate) fn playbook(name: &str) -> Steps {
    Steps(Playbook {
        name: name.to_owned(),
        summary: String::new(),
        inputs: Vec::new(),
        triggers: Vec::new(),
        steps: Vec::new(),
    })
}

impl Steps {
    /// Adds a step; `after` names those before, with a branch behind a colon: `Ask:approved`.
    pub(crate) fn step(self, name: &str, after: &[&str], does: Does) -> Self {
        self.inner(name, None, after, does)
    }

    /// Adds a step inside of another one.
    pub(crate) fn part(self, inside: &str, name: &str, after: &[&str], does: Does) -> Self {
        let inside = self.find(inside);
        self.inner(name, Some(inside), after, does)
    }

    fn inner(mut self, name: &str, inside: Option<StepIndex>, after: &[&str], does: Does) -> Self {
        let after = after.iter().map(|before| self.after(before)).collect();
        self.0.steps.push(Step {
            name: name.to_owned(),
            inside,
            after,
            join: Join::All,
            retries: Retries::default(),
            on_failure: OnFailure::Stop,
            does,
        });
        self
    }

    fn after(&self, before: &str) -> After {
        let (name, branch) = before
            .split_once(':')
            .map_or((before, None), |(name, branch)| (name, Some(branch)));
        After {
            step: self.find(name),
            branch: branch.map(str::to_owned),
        }
    }

    fn find(&self, name: &str) -> StepIndex {
        let found = self.0.steps.iter().position(|step| step.name == name);
        found.unwrap_or_else(|| panic!("there is no step {name}"))
    }

    fn last(&mut self) -> &mut Step {
        self.0.steps.last_mut().unwrap_or_else(|| panic!("there is no step"))
    }

    /// The step before begins with the first that leads to it.
    pub(crate) fn any(mut self) -> Self {
        self.last().join = Join::Any;
        self
    }

    /// The run goes on when the step before fails.
    pub(crate) fn goes_on(mut self) -> Self {
        self.last().on_failure = OnFailure::GoOn;
        self
    }

    /// The step before is tried again.
    pub(crate) fn tries(mut self, times: u32, pause: u64) -> Self {
        self.last().retries = Retries {
            times,
            pause: Duration::from_secs(pause),
        };
        self
    }

    pub(crate) fn done(self) -> Playbook {
        self.0
    }
}

fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

pub(crate) fn command(command: &str, inputs: Value) -> Does {
    Does::Command {
        command: command.to_owned(),
        connection: json!("main"),
        inputs: map(inputs),
        dry_run: false,
    }
}

/// Writes a note to a ticket.
pub(crate) fn note(ticket: Value, text: &str) -> Does {
    command("add-note", json!({"Ticket ID": ticket, "Note": text}))
}

/// Says what a command would do.
pub(crate) fn rehearse(command: &str, inputs: Value) -> Does {
    Does::Command {
        command: command.to_owned(),
        connection: json!("main"),
        inputs: map(inputs),
        dry_run: true,
    }
}

pub(crate) fn condition(value: &str, branches: &[&str]) -> Does {
    Does::Condition {
        value: json!(value),
        branches: branches.iter().map(|&branch| branch.to_owned()).collect(),
    }
}

pub(crate) fn format(values: Value) -> Does {
    Does::Format { values: map(values) }
}

pub(crate) fn for_each(list: Value) -> Does {
    Does::ForEach { list }
}

pub(crate) fn repeat(until: &str, limit: u32, pause: u64) -> Does {
    Does::Repeat {
        until: json!(until),
        limit,
        pause: Duration::from_secs(pause),
    }
}

pub(crate) fn wait(seconds: u64) -> Does {
    Does::Wait(Wait::For(Duration::from_secs(seconds)))
}

pub(crate) fn ask(by: &[&str], expires: Option<u64>) -> Does {
    Does::Approval {
        question: json!("May I, on {{ now }}?"),
        by: by.iter().map(|&name| name.to_owned()).collect(),
        notify: vec![json!("ada@example.com"), json!(["bob@example.com", ""])],
        expires: expires.map(Duration::from_secs),
    }
}

pub(crate) fn mail(subject: &str) -> Does {
    Does::Mail {
        to: json!("ada@example.com"),
        subject: json!(subject),
        text: json!("Text"),
    }
}

pub(crate) fn nested(name: &str, inputs: Value) -> Does {
    Does::Playbook {
        name: name.to_owned(),
        inputs: map(inputs),
    }
}

pub(crate) fn fail(message: &str) -> Does {
    Does::Fail {
        message: json!(message),
    }
}

/// A run of a toy playbook that somebody wants.
pub(crate) fn run_of(id: &str, playbook: &str) -> NewRun {
    NewRun {
        id: id.to_owned(),
        plan: Plan::Playbook {
            name: playbook.to_owned(),
            version: 1,
        },
        cause: Cause::Person { name: "ada".to_owned() },
        site: "Main".to_owned(),
        given: map(json!({"who": "ada"})),
        created_at: jiff::Timestamp::from_second(1_000).unwrap_or_default(),
    }
}
