//! What a step works on, templates filled in; noted before anything is done, so that nothing changes it afterwards.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a step works on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase", tag = "does")]
pub enum Wish {
    /// Runs a command.
    Command(Wanted),
    /// Runs a command once for each element of inputs that take one value, one after another.
    Batch {
        /// The command with the lists.
        #[serde(flatten)]
        wanted: Wanted,
        /// The inputs that are given element by element.
        each: Vec<String>,
        /// How many elements they have.
        times: usize,
    },
    /// Writes a letter.
    Mail(Letter),
    /// Does a pass of an ingestion job.
    Ingest {
        /// The job.
        job: String,
    },
    /// Tests a connection.
    Check {
        /// The connection.
        connection: String,
    },
    /// Does its part once for each element.
    ForEach {
        /// The elements.
        list: Vec<Value>,
    },
    /// An element of a for-each step.
    Element {
        /// Its number, from 0.
        index: usize,
    },
    /// Does its part again until something holds.
    Repeat,
    /// A turn of a repeat step.
    Turn {
        /// Its number, from 0.
        index: usize,
        /// Not before.
        at: Timestamp,
    },
    /// Waits.
    Wait {
        /// Until then.
        until: Timestamp,
    },
    /// Asks people.
    Approval {
        /// What is asked.
        question: String,
        /// Who may answer; nobody named: everybody who may see the run.
        by: Vec<String>,
        /// Who is written to.
        notify: Vec<String>,
        /// When nobody can answer any more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<Timestamp>,
    },
    /// Runs another playbook, and waits for it.
    Playbook {
        /// Its name.
        name: String,
        /// Its version.
        version: i64,
        /// What it is given.
        inputs: Map<String, Value>,
        /// The run's id.
        run: String,
    },
    /// Chooses a branch.
    Condition {
        /// The value.
        value: Value,
    },
    /// Works values out; they are its output.
    Format,
    /// Links an event to an incident.
    Escalate {
        /// The event.
        event: i64,
        /// The incident's type.
        incident_type: String,
        /// Its title.
        title: String,
    },
    /// Dismisses an event.
    Dismiss {
        /// The event.
        event: i64,
        /// Why.
        reason: String,
    },
    /// Ends the run as failed.
    Fail {
        /// Why.
        message: String,
    },
}

/// A command with all that it takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wanted {
    /// The command's slug.
    pub command: String,
    /// The connection.
    pub connection: String,
    /// The inputs by display name.
    pub inputs: Map<String, Value>,
    /// Whether it says only what it would send.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
}

/// A letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Letter {
    /// To whom.
    pub to: Vec<String>,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
}

impl Wish {
    /// As the journal has it.
    pub(in crate::runs) fn to_json(&self) -> Value {
        // Maps with text keys, numbers and texts: there is nothing that JSON could not hold.
        serde_json::to_value(self).unwrap_or_default()
    }

    /// What the journal has; `None` when a step failed before it knew what to work on, or a later version has written it.
    pub(in crate::runs) fn from_json(json: &Value) -> Option<Self> {
        Self::deserialize(json).ok()
    }
}
