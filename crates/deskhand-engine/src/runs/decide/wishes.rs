//! What each kind of step works on.

use deskhand_command::Failure;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::begin::Begun;
use super::decider::Decider;
use super::text::{plain, texts};
use crate::playbooks::values::Roots;
use crate::playbooks::{Does, StepIndex, Wait};
use crate::runs::fitting;
use crate::runs::state::{Letter, Wanted, Wish};

/// At most so many runs wait for one, each for the next: more come of playbooks that run each other for ever.
const DEEPEST: u32 = 32;

impl Decider<'_> {
    /// Works out what a step works on.
    pub(super) fn wish(&self, path: &str, step: StepIndex) -> Result<Begun, Failure> {
        let does = &self.shape().step(step).does;
        let render = Render {
            literal: self.facts.is_literal(),
            roots: self.roots(path),
        };
        let wish = match does {
            Does::Format { values } => return Ok((Wish::Format, Some(Value::Object(render.map(values)?)))),
            Does::Command {
                command,
                connection,
                inputs,
                dry_run,
            } => self.command(Wanted {
                command: command.clone(),
                connection: render.text(connection)?,
                inputs: render.map(inputs)?,
                dry_run: *dry_run,
            })?,
            Does::Condition { value, .. } => Wish::Condition {
                value: render.value(value)?,
            },
            Does::ForEach { list } => Wish::ForEach {
                list: list_of(render.value(list)?)?,
            },
            Does::Repeat { .. } => Wish::Repeat,
            Does::Wait(wait) => Wish::Wait {
                until: self.until(wait, &render)?,
            },
            Does::Approval {
                question,
                by,
                notify,
                expires,
            } => Wish::Approval {
                question: render.text(question)?,
                by: by.clone(),
                notify: render.recipients(notify)?,
                expires_at: self.expiry(*expires),
            },
            Does::Playbook { name, inputs } => self.nested(path, name, render.map(inputs)?)?,
            Does::Mail { to, subject, text } => Wish::Mail(Letter {
                to: render.recipients(std::slice::from_ref(to))?,
                subject: render.text(subject)?,
                text: render.text(text)?,
            }),
            Does::Escalate { incident_type, title } => Wish::Escalate {
                event: self.event()?,
                incident_type: render.text(incident_type)?,
                title: render.text(title)?,
            },
            Does::Dismiss { reason } => Wish::Dismiss {
                event: self.event()?,
                reason: render.text(reason)?,
            },
            Does::Ingest { job } => Wish::Ingest { job: job.clone() },
            Does::Check { connection } => Wish::Check {
                connection: connection.clone(),
            },
            Does::Fail { message } => Wish::Fail {
                message: render.text(message)?,
            },
        };
        Ok((wish, None))
    }

    /// Whether a repeat step is over after a turn.
    pub(super) fn is_over(&self, turn: &str, until: &Value) -> Result<bool, Failure> {
        // The steps of the turn are seen from inside.
        let render = Render {
            literal: self.facts.is_literal(),
            roots: self.roots(&format!("{turn}/")),
        };
        match render.value(until)? {
            Value::Bool(over) => Ok(over),
            Value::Null => Ok(false),
            Value::String(text) if text == "true" || text == "false" => Ok(text == "true"),
            other => Err(Failure::new(
                400,
                format!("`until` came to {other}, which is neither true nor false."),
            )
            .with_hint("write a comparison: `{{ PlaybookData.Look.rawData.Results | length > 0 }}`")),
        }
    }

    fn roots(&self, path: &str) -> Roots {
        let mut roots = self.history.roots_of(path);
        roots.set("now", Value::String(self.now.to_string()));
        roots
    }

    fn event(&self) -> Result<i64, Failure> {
        self.history.event.ok_or_else(|| {
            Failure::new(400, "This run is not about an event.")
                .with_hint("escalate and dismiss work in playbooks that an event has set off")
        })
    }

    fn until(&self, wait: &Wait, render: &Render) -> Result<Timestamp, Failure> {
        match wait {
            Wait::For(duration) => Ok(self.now.saturating_add(*duration).unwrap_or(Timestamp::MAX)),
            Wait::Until(time) => {
                let text = render.text(time)?;
                text.trim().parse().map_err(|_| {
                    Failure::new(400, format!("`{text}` is not a time to wait until."))
                        .with_hint("write it with its offset: `2026-03-01T08:00:00Z`")
                })
            }
        }
    }

    fn nested(&self, path: &str, name: &str, inputs: Map<String, Value>) -> Result<Wish, Failure> {
        let version = self.facts.known.newest_playbook(name).ok_or_else(|| {
            Failure::new(404, format!("There is no playbook `{name}`.")).with_hint("apply it, then try this run again")
        })?;
        if self.facts.run.cause.depth() >= DEEPEST {
            let message = format!("Playbooks run each other too deeply here: {DEEPEST} runs wait for this one.");
            return Err(Failure::new(400, message).with_hint("let none run itself, by way of others neither"));
        }
        Ok(Wish::Playbook {
            name: name.to_owned(),
            version,
            inputs,
            run: self.id_of(path),
        })
    }

    /// The id of a run that a step starts.
    pub(super) fn id_of(&self, path: &str) -> String {
        fitting(format!("{}/{path}", self.facts.run.id))
    }
}

/// Fills templates in.
pub(super) struct Render {
    literal: bool,
    roots: Roots,
}

impl Render {
    fn value(&self, value: &Value) -> Result<Value, Failure> {
        if self.literal {
            return Ok(value.clone());
        }
        Ok(self.roots.render(value)?)
    }

    fn text(&self, value: &Value) -> Result<String, Failure> {
        Ok(plain(&self.value(value)?))
    }

    fn map(&self, values: &Map<String, Value>) -> Result<Map<String, Value>, Failure> {
        let values = values.iter();
        let rendered = values.map(|(name, value)| Ok((name.clone(), self.value(value)?)));
        rendered.collect()
    }

    fn recipients(&self, values: &[Value]) -> Result<Vec<String>, Failure> {
        let mut all = Vec::new();
        for value in values {
            all.extend(texts(&self.value(value)?));
        }
        Ok(all)
    }
}

fn list_of(value: Value) -> Result<Vec<Value>, Failure> {
    match value {
        Value::Array(list) => Ok(list),
        other => Err(
            Failure::new(400, format!("A list is expected; this is {}.", kind_of(&other)))
                .with_hint("use a path that yields a list: `jsonpath('$.Look.rawData.Results[*]')`"),
        ),
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
