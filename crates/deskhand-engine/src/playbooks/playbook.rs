//! A playbook as it runs: names resolved to places, everything checked.

use std::time::Duration;

use deskhand_command::event_source::Search;
use serde::Serialize;
use serde_json::{Map, Value};

/// A playbook: what sets it off, and its steps.
///
/// Values with templates are JSON whose texts may hold `{{ … }}`; a text that is one expression and nothing else keeps the
/// type of what it yields.
#[derive(Debug, Clone)]
pub struct Playbook {
    /// Its name, each once in a desk.
    pub name: String,
    /// What it is for, in a sentence.
    pub summary: String,
    /// What it is given when it is started by hand, by a schedule or by another playbook.
    pub inputs: Vec<Input>,
    /// What sets it off, beside people.
    pub triggers: Vec<Trigger>,
    /// Its steps, in the order of the file.
    pub steps: Vec<Step>,
}

/// Something that a playbook is given.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    /// Its name.
    pub name: String,
    /// What it has to be.
    pub kind: InputKind,
    /// What it is when nobody says; without it the input is required.
    pub default: Option<Value>,
    /// What it is for.
    pub help: String,
}

/// What an input has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum InputKind {
    /// Text.
    Text,
    /// A number.
    Number,
    /// True or false.
    Flag,
    /// A list.
    List,
    /// Anything.
    Any,
}

impl InputKind {
    /// Whether a value is of this kind.
    pub fn fits(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Number => value.is_number(),
            Self::Flag => value.is_boolean(),
            Self::List => value.is_array(),
            Self::Any => true,
        }
    }

    /// The kind as people call it.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Flag => "flag (true or false)",
            Self::List => "list",
            Self::Any => "value",
        }
    }
}

/// What sets a playbook off.
#[derive(Debug, Clone)]
pub enum Trigger {
    /// An event that was taken.
    Event(EventMatch),
    /// An event that was dismissed by a rule, a step or a person.
    Dismissal(EventMatch),
    /// A time; the text is for the schedules to read.
    Schedule {
        /// `every 15 minutes` or a cron expression.
        when: String,
        /// The time zone of a cron expression.
        zone: Option<String>,
        /// What the playbook is given.
        inputs: Map<String, Value>,
    },
    /// The failure of a run of another playbook, or of any.
    Failure {
        /// The other playbook; `None` is any but this one.
        of: Option<String>,
    },
}

/// Which events.
#[derive(Debug, Clone, Default)]
pub struct EventMatch {
    /// Only of this connection.
    pub connection: Option<String>,
    /// Only of this event source.
    pub source: Option<String>,
    /// Only those whose record matches.
    pub search: Option<Search>,
    /// How often one record may set a playbook off within a day, where its file says so.
    pub at_most: Option<u32>,
}

impl Playbook {
    /// How often one record may set it off within a day when its file does not say.
    pub const AT_MOST: u32 = 25;

    /// How often one record may set it off within a day; of several triggers, what the most generous says.
    pub fn at_most(&self) -> u32 {
        let triggers = self.triggers.iter().filter_map(|trigger| match trigger {
            Trigger::Event(event) | Trigger::Dismissal(event) => Some(event.at_most.unwrap_or(Self::AT_MOST)),
            Trigger::Schedule { .. } | Trigger::Failure { .. } => None,
        });
        triggers.max().unwrap_or(Self::AT_MOST)
    }
}

/// The place of a step in [`Playbook::steps`].
pub type StepIndex = usize;

/// A step: when it is its turn, what it does, and what becomes of its failure.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its name, each once in a playbook; what later steps read it under.
    pub name: String,
    /// The for-each or repeat step that it is a part of.
    pub inside: Option<StepIndex>,
    /// What has to come first, all of the same part; nothing: it begins with its part.
    pub after: Vec<After>,
    /// Which of those have to.
    pub join: Join,
    /// How often it is tried, and how.
    pub retries: Retries,
    /// Whether its failure is the run's.
    pub on_failure: OnFailure,
    /// What it does.
    pub does: Does,
}

/// A step that comes first, and which way it has to have gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    /// The step.
    pub step: StepIndex,
    /// Its branch; `None` is any but `failed`.
    pub branch: Option<String>,
}

/// The branch of a step that failed; a step behind it takes the failure over.
pub const FAILED: &str = "failed";

/// The branch of a condition whose value is none of its branches.
pub const OTHERS: &str = "others";

/// The branches of an approval.
pub const ANSWERS: [&str; 3] = ["approved", "rejected", "expired"];

/// Which of the steps before have to have ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Join {
    /// Each that is not skipped; at least one has to lead here.
    #[default]
    All,
    /// The first that leads here; those that end later change nothing.
    Any,
}

/// How often a step is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retries {
    /// After the first time.
    pub times: u32,
    /// Before each.
    pub pause: Duration,
}

/// Whether a step's failure is the run's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnFailure {
    /// Nothing new begins, and the run fails.
    #[default]
    Stop,
    /// What comes after it goes on; the run ends as partially successful.
    GoOn,
}

/// What a step does.
#[derive(Debug, Clone)]
pub enum Does {
    /// Runs a command.
    Command {
        /// Its slug.
        command: String,
        /// The connection's name, a template.
        connection: Value,
        /// Its inputs by display name, with templates.
        inputs: Map<String, Value>,
        /// Whether it says only what it would send.
        dry_run: bool,
    },
    /// Chooses a branch by a value.
    Condition {
        /// Yields the branch's name.
        value: Value,
        /// The branches; anything else is `others`.
        branches: Vec<String>,
    },
    /// Works values out.
    Format {
        /// What the step's output is, with templates.
        values: Map<String, Value>,
    },
    /// Does its part once for each element of a list, one after another.
    ForEach {
        /// Yields the list.
        list: Value,
    },
    /// Does its part again until something holds.
    Repeat {
        /// Yields true when it is over; looked at after each time.
        until: Value,
        /// At most so often; one more would be a failure.
        limit: u32,
        /// Between two times.
        pause: Duration,
    },
    /// Waits.
    Wait(Wait),
    /// Asks people, and waits for days if need be.
    Approval {
        /// What is asked, with templates.
        question: Value,
        /// Who may answer; nobody named: everybody who may see the run.
        by: Vec<String>,
        /// Whom to write to, with templates.
        notify: Vec<Value>,
        /// After this long the answer is `expired`.
        expires: Option<Duration>,
    },
    /// Runs another playbook, and waits for it.
    Playbook {
        /// Its name.
        name: String,
        /// What it is given, with templates.
        inputs: Map<String, Value>,
    },
    /// Writes a letter.
    Mail {
        /// To whom, with templates: a text or a list of them.
        to: Value,
        /// The subject, with templates.
        subject: Value,
        /// The text, with templates.
        text: Value,
    },
    /// Links the run's event to an incident.
    Escalate {
        /// The incident's type.
        incident_type: Value,
        /// Its title, with templates.
        title: Value,
    },
    /// Dismisses the run's event.
    Dismiss {
        /// Why, with templates.
        reason: Value,
    },
    /// Does a pass of an ingestion job; no playbook file has such a step, runs of the job do.
    Ingest {
        /// The job.
        job: String,
    },
    /// Tests a connection for its health; no playbook file has such a step either.
    Check {
        /// The connection.
        connection: String,
    },
    /// Ends the run as failed.
    Fail {
        /// Why, with templates.
        message: Value,
    },
}

/// How long a step waits.
#[derive(Debug, Clone)]
pub enum Wait {
    /// This long.
    For(Duration),
    /// Until a time, a template that yields it.
    Until(Value),
}

impl Does {
    /// Whether other steps can be part of it.
    pub fn has_part(&self) -> bool {
        matches!(self, Self::ForEach { .. } | Self::Repeat { .. })
    }

    /// Its branches beside `failed`, where it has any.
    pub fn branches(&self) -> Vec<&str> {
        match self {
            Self::Condition { branches, .. } => {
                let named = branches.iter().map(String::as_str);
                named.chain([OTHERS]).collect()
            }
            Self::Approval { .. } => ANSWERS.to_vec(),
            _ => Vec::new(),
        }
    }
}

impl Playbook {
    /// What a run sees as its inputs: what it was given, and the defaults of what it was not.
    pub fn inputs_with(&self, given: &Map<String, Value>) -> Map<String, Value> {
        let defaults = self.inputs.iter().filter_map(|input| {
            let default = input.default.clone()?;
            Some((input.name.clone(), default))
        });
        let mut inputs: Map<String, Value> = defaults.collect();
        inputs.extend(given.iter().map(|(name, value)| (name.clone(), value.clone())));
        inputs
    }

    /// The first input that has no default and was not given.
    pub fn missing_input(&self, given: &Map<String, Value>) -> Option<&Input> {
        let mut inputs = self.inputs.iter();
        inputs.find(|input| input.default.is_none() && !given.contains_key(&input.name))
    }

    /// The steps that are part of this one, or of the playbook itself, in the order of the file.
    pub fn part_of(&self, inside: Option<StepIndex>) -> impl Iterator<Item = (StepIndex, &Step)> {
        let steps = self.steps.iter().enumerate();
        steps.filter(move |(_, step)| step.inside == inside)
    }
}
