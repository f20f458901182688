//! What a written step does.

use std::time::Duration;

use serde_json::{Map, Value};

use super::Notes;
use super::duration::{DURATIONS, read_duration};
use super::written::{OneOrMany, WrittenStep};
use crate::playbooks::{Does, FAILED, OTHERS, Retries, Wait};

/// What a step does, as far as its members say; `None` when something about it was noted.
pub(super) fn does(notes: &mut Notes<'_>, step: (usize, &str), kind: &str, written: &mut WrittenStep) -> Option<Does> {
    Some(match kind {
        "command" => Does::Command {
            command: written.command.take()?,
            connection: Value::String(connection(notes, step, written.connection.take())),
            inputs: plain_map(written.inputs.take().unwrap_or_default()),
            dry_run: written.dry_run.unwrap_or_default(),
        },
        "condition" => Does::Condition {
            value: Value::String(written.condition.take()?),
            branches: branches(notes, step, written.branches.take())?,
        },
        "format" => Does::Format {
            values: plain_map(written.format.take()?),
        },
        "for_each" => Does::ForEach {
            list: list(notes, step, written.for_each.take()?)?,
        },
        "repeat_until" => Does::Repeat {
            until: Value::String(written.repeat_until.take()?),
            limit: limit(notes, step, written.limit),
            pause: duration(notes, step, "pause", written.pause.take()).unwrap_or_default(),
        },
        "wait" => Does::Wait(Wait::For(duration(notes, step, "wait", written.wait.take())?)),
        "wait_until" => Does::Wait(Wait::Until(Value::String(written.wait_until.take()?))),
        "approval" => Does::Approval {
            question: Value::String(written.approval.take()?),
            by: written.by.take().unwrap_or_default(),
            notify: addresses(written),
            expires: duration(notes, step, "expires", written.expires.take()),
        },
        "playbook" => Does::Playbook {
            name: written.playbook.take()?,
            inputs: plain_map(written.inputs.take().unwrap_or_default()),
        },
        "mail" => mail(written)?,
        "escalate" => {
            let incident = written.escalate.take()?;
            Does::Escalate {
                incident_type: Value::String(incident.incident_type),
                title: Value::String(incident.title),
            }
        }
        "dismiss" => Does::Dismiss {
            reason: Value::String(written.dismiss.take()?),
        },
        _ => Does::Fail {
            message: Value::String(written.fail.take()?),
        },
    })
}

/// How often it is tried.
pub(super) fn retries(notes: &mut Notes<'_>, step: (usize, &str), kind: &str, written: &mut WrittenStep) -> Retries {
    const MOST: u32 = 100;
    let times = written.retries.unwrap_or_default();
    if times > MOST {
        notes.add_step(
            step,
            &["retries"],
            format!("nothing is tried again more than {MOST} times"),
        );
    }
    if written.retries.is_none() && written.pause.is_some() && kind != "repeat_until" {
        notes
            .add_step(step, &["pause"], "there is nothing to pause between")
            .hint("give it `retries` as well");
    }
    Retries {
        times,
        pause: duration(notes, step, "pause", written.pause.take()).unwrap_or_default(),
    }
}

fn connection(notes: &mut Notes<'_>, step: (usize, &str), given: Option<String>) -> String {
    if given.as_ref().is_none_or(|name| name.trim().is_empty()) {
        notes
            .add_step(step, &["command"], "`connection` is missing")
            .hint("a command runs on a connection");
    }
    given.unwrap_or_default()
}

fn branches(notes: &mut Notes<'_>, step: (usize, &str), given: Option<Vec<String>>) -> Option<Vec<String>> {
    let given = given.unwrap_or_default();
    if given.is_empty() {
        notes
            .add_step(step, &["condition"], "it has no branches")
            .hint("name them: branches = [\"yes\", \"no\"]");
        return None;
    }
    for (at, branch) in given.iter().enumerate() {
        let place = ["branches", &at.to_string()];
        if [FAILED, OTHERS].contains(&branch.as_str()) {
            notes
                .add_step(step, &place, format!("the branch `{branch}` is always there"))
                .hint("call it otherwise, or leave it out");
        } else if branch.trim() != branch || branch.is_empty() {
            notes.add_step(step, &place, "a branch has a name without blanks around it");
        } else if given[..at].contains(branch) {
            notes.add_step(step, &place, format!("there are two branches `{branch}`"));
        }
    }
    Some(given)
}

fn list(notes: &mut Notes<'_>, step: (usize, &str), given: Value) -> Option<Value> {
    let given = plain(given);
    if !(given.is_string() || given.is_array()) {
        notes
            .add_step(step, &["for_each"], "a list is expected, or a template that yields one")
            .hint("for_each = \"{{ inputs.tickets }}\"");
        return None;
    }
    Some(given)
}

fn limit(notes: &mut Notes<'_>, step: (usize, &str), given: Option<u32>) -> u32 {
    const MOST: u32 = 100_000;
    match given {
        Some(1..=MOST) => {}
        Some(_) => _ = notes.add_step(step, &["limit"], format!("a limit from 1 to {MOST} is expected")),
        None => notes
            .add_step(step, &["repeat_until"], "`limit` is missing")
            .hint("say how many turns there are at most: limit = 10"),
    }
    given.unwrap_or(1)
}

fn duration(notes: &mut Notes<'_>, step: (usize, &str), member: &str, given: Option<String>) -> Option<Duration> {
    match read_duration(&given?) {
        Ok(duration) => Some(duration),
        Err(message) => {
            notes.add_step(step, &[member], message).hint(DURATIONS);
            None
        }
    }
}

fn addresses(written: &mut WrittenStep) -> Vec<Value> {
    let notify = written.notify.take().map(OneOrMany::into_vec);
    notify.unwrap_or_default().into_iter().map(Value::String).collect()
}

fn mail(written: &mut WrittenStep) -> Option<Does> {
    let mail = written.mail.take()?;
    let to = match mail.to {
        OneOrMany::One(address) => Value::String(address),
        OneOrMany::Many(addresses) => addresses.into(),
    };
    Some(Does::Mail {
        to,
        subject: Value::String(mail.subject),
        text: Value::String(mail.text),
    })
}

pub(crate) fn plain_map(map: Map<String, Value>) -> Map<String, Value> {
    map.into_iter().map(|(name, value)| (name, plain(value))).collect()
}

/// Dates of TOML as texts: JSON has none, and reads them as an object of one strange member.
pub(super) fn plain(value: Value) -> Value {
    match value {
        Value::Object(map) => match map.get("$__toml_private_datetime") {
            Some(text) if map.len() == 1 => text.clone(),
            _ => Value::Object(plain_map(map)),
        },
        Value::Array(elements) => elements.into_iter().map(plain).collect(),
        plain => plain,
    }
}
