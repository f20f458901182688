//! Everything that runs is a playbook; what is not one becomes one of one step.

use serde_json::{Value, json};

use super::Plan;
use crate::playbooks::{Does, Join, OnFailure, Playbook, Retries, Step};

impl Plan {
    /// The playbook of one step that a plan comes to; `None` for a playbook of the desk.
    pub fn to_playbook(&self) -> Option<Playbook> {
        let (name, does) = match self {
            Self::Playbook { .. } => return None,
            Self::Command {
                command,
                connection,
                inputs,
            } => {
                let does = Does::Command {
                    command: command.clone(),
                    connection: Value::String(connection.clone()),
                    inputs: inputs.clone(),
                    dry_run: false,
                };
                ("Command", does)
            }
            Self::Ingest { job } => ("Ingest", Does::Ingest { job: job.clone() }),
            Self::Check { connection } => {
                let connection = connection.clone();
                ("Check", Does::Check { connection })
            }
            Self::Letter { to, subject, text } => {
                let does = Does::Mail {
                    to: json!(to),
                    subject: Value::String(subject.clone()),
                    text: Value::String(text.clone()),
                };
                ("Letter", does)
            }
        };
        Some(one_step(name, does))
    }
}

fn one_step(name: &str, does: Does) -> Playbook {
    let step = Step {
        name: name.to_owned(),
        inside: None,
        after: Vec::new(),
        join: Join::All,
        retries: Retries::default(),
        on_failure: OnFailure::Stop,
        does,
    };
    Playbook {
        name: name.to_owned(),
        summary: String::new(),
        inputs: Vec::new(),
        triggers: Vec::new(),
        steps: vec![step],
    }
}
