//! Everything that runs is a playbook; what is not one becomes one of one step.

use std::time::Duration;

use serde_json::{Value, json};

use super::Plan;
use crate::playbooks::{Does, Join, OnFailure, Playbook, Retries, Step};

/// A letter about failures is written for three days, however long its server is away or hangs.
const OF_A_LETTER: Retries = Retries {
    times: 3 * 24 * 12,
    pause: Duration::from_secs(5 * 60),
};

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
        let retries = match self {
            Self::Letter { .. } => OF_A_LETTER,
            _ => Retries::default(),
        };
        Some(one_step(name, retries, does))
    }
}

fn one_step(name: &str, retries: Retries, does: Does) -> Playbook {
    let step = Step {
        name: name.to_owned(),
        inside: None,
        after: Vec::new(),
        join: Join::All,
        retries,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_about_failures_outlives_a_weekend_without_a_mail_server_and_nothing_else_is_tried_by_itself() {
        let letter = Plan::Letter {
            to: vec!["noc@example.com".to_owned()],
            subject: "It failed".to_owned(),
            text: "It did.".to_owned(),
        };
        let retries = letter.to_playbook().unwrap().steps[0].retries;
        assert!(retries.pause * retries.times >= Duration::from_secs(60 * 3_600));
        let job = Plan::Ingest {
            job: "Tickets".to_owned(),
        };
        assert_eq!(job.to_playbook().unwrap().steps[0].retries, Retries::default());
    }
}
