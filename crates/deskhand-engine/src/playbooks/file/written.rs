//! The members of a file as they are written. Their comments are the help that editors show.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A playbook of a Deskhand desk.
///
/// Texts of steps may hold templates: `{{ inputs.board }}`. A text that is one template keeps the type of its value.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "its members are read one by one, so that every problem is found"
)]
pub(super) struct WrittenFile {
    /// What the playbook is called.
    pub(super) playbook: WrittenPlaybook,
    /// What it is given when people, schedules or other playbooks start it.
    #[serde(default)]
    pub(super) input: Vec<WrittenInput>,
    /// What sets it off, beside people.
    #[serde(default)]
    pub(super) trigger: Vec<WrittenTrigger>,
    /// What it does.
    pub(super) step: Vec<WrittenStep>,
}

/// What the playbook is called.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenPlaybook {
    /// Its name, each once in a desk: letters, digits, blanks and `-_.:@`.
    pub(super) name: String,
    /// What it is for, in a sentence.
    #[serde(default)]
    pub(super) summary: String,
}

/// Something that the playbook is given; templates read it as `{{ inputs.name }}`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenInput {
    /// Its name.
    pub(super) name: String,
    /// What it has to be.
    #[serde(default)]
    pub(super) kind: WrittenKind,
    /// What it is when nobody says. Without it the input is required.
    pub(super) default: Option<Value>,
    /// What it is for.
    #[serde(default)]
    pub(super) help: String,
}

/// What an input has to be.
#[derive(Deserialize, JsonSchema, Clone, Copy, Default)]
#[serde(rename_all = "kebab-case")]
pub(super) enum WrittenKind {
    /// Text.
    #[default]
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

/// What sets the playbook off: exactly one of `event`, `dismissal`, `schedule` and `failure_of`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenTrigger {
    /// An event that was taken. `{}` is each.
    pub(super) event: Option<WrittenMatch>,
    /// An event that was dismissed by a rule, a step or a person. `{}` is each.
    pub(super) dismissal: Option<WrittenMatch>,
    /// How often one ticket may set the playbook off within a day, with `event` or `dismissal`: 1 to 1000. 25 when left out.
    pub(super) at_most: Option<u32>,
    /// A time: `every 15 minutes`, or a cron expression such as `0 7 * * 1-5`.
    pub(super) schedule: Option<String>,
    /// The time zone of a cron expression, such as `Europe/Berlin`. UTC when left out.
    pub(super) zone: Option<String>,
    /// What the schedule gives the playbook.
    pub(super) inputs: Option<Map<String, Value>>,
    /// A run of this playbook that failed; `*` is any other.
    pub(super) failure_of: Option<String>,
}

/// Which events.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenMatch {
    /// Only those of this connection.
    pub(super) connection: Option<String>,
    /// Only those of this event source.
    pub(super) source: Option<String>,
    /// Only those whose record matches: `{$.priority.name} contains "Priority 1"`.
    pub(super) search: Option<String>,
}

/// A step: its name, when it is its turn, and exactly one thing that it does.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenStep {
    /// Its name, each once in a playbook. Later steps read what it yields as `PlaybookData["its name"]`.
    #[expect(
        dead_code,
        reason = "it is read before the rest, so that problems of the rest can name it"
    )]
    pub(super) name: String,
    /// The steps before it: `Look`, or `Is it open: yes` for a branch. The step written before it when left out, `[]` for none.
    pub(super) after: Option<OneOrMany>,
    /// Whether it waits for each step before it that is not skipped (`all`), or for the first that leads here (`any`).
    pub(super) join: Option<WrittenJoin>,
    /// The for-each or repeat step that it is a part of.
    pub(super) inside: Option<String>,
    /// How often a command, playbook or mail is tried again when it fails.
    pub(super) retries: Option<u32>,
    /// How long to wait before it is tried again, or between two turns of a repeat step: `30s`.
    pub(super) pause: Option<String>,
    /// Whether its failure ends the run (`stop`), or what comes after goes on (`go_on`).
    pub(super) on_failure: Option<WrittenOnFailure>,

    /// Runs a command, named as on the command line: `fetch-event`.
    pub(super) command: Option<String>,
    /// The connection that the command runs on, by its name.
    pub(super) connection: Option<String>,
    /// What a command or a playbook is given, by the names of its inputs.
    pub(super) inputs: Option<Map<String, Value>>,
    /// Whether the command says only what it would send.
    pub(super) dry_run: Option<bool>,

    /// Chooses a branch: a template that yields its name.
    pub(super) condition: Option<String>,
    /// The names of the branches. Anything else is `others`.
    pub(super) branches: Option<Vec<String>>,

    /// Works values out, which later steps read.
    pub(super) format: Option<Map<String, Value>>,

    /// Does the steps that are inside it once for each element of a list, one after another.
    pub(super) for_each: Option<Value>,

    /// Does the steps that are inside it until this template yields true.
    pub(super) repeat_until: Option<String>,
    /// How many turns there are at most; one more would be a failure.
    pub(super) limit: Option<u32>,

    /// Waits so long: `2h`.
    pub(super) wait: Option<String>,
    /// Waits until a time, which a template yields.
    pub(super) wait_until: Option<String>,

    /// Asks people, who answer `approved` or `rejected`.
    pub(super) approval: Option<String>,
    /// Who may answer. Everybody who may see the run when left out.
    pub(super) by: Option<Vec<String>>,
    /// Whom to write to that there is a question.
    pub(super) notify: Option<OneOrMany>,
    /// After how long the answer is `expired`: `3d`. Never when left out.
    pub(super) expires: Option<String>,

    /// Runs another playbook and waits for it.
    pub(super) playbook: Option<String>,

    /// Writes a letter.
    pub(super) mail: Option<WrittenMail>,

    /// Links the run's event to an incident.
    pub(super) escalate: Option<WrittenEscalation>,

    /// Dismisses the run's event, for this reason.
    pub(super) dismiss: Option<String>,

    /// Ends the run as failed, with this message.
    pub(super) fail: Option<String>,
}

/// A text, or a list of texts.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a text or a list of texts is expected")]
pub(super) enum OneOrMany {
    /// One.
    One(String),
    /// Several, or none.
    Many(Vec<String>),
}

impl OneOrMany {
    pub(super) fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
    }
}

/// Which of the steps before it a step waits for.
#[derive(Deserialize, JsonSchema, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub(super) enum WrittenJoin {
    /// Each that is not skipped.
    All,
    /// The first that leads here.
    Any,
}

/// What becomes of a failure.
#[derive(Deserialize, JsonSchema, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub(super) enum WrittenOnFailure {
    /// The run ends as failed.
    Stop,
    /// What comes after goes on; the run ends as partially successful.
    GoOn,
}

/// A letter.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenMail {
    /// To whom: an address, a list of them, or a template that yields either.
    pub(super) to: OneOrMany,
    /// The subject.
    pub(super) subject: String,
    /// The text.
    pub(super) text: String,
}

/// An incident.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenEscalation {
    /// Its type; an event is linked to one of a type once.
    pub(super) incident_type: String,
    /// Its title.
    pub(super) title: String,
}
