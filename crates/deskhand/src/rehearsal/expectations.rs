//! A file of expectations: what happens at the desk, and what should come of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::exit::BadInput;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expectations {
    /// The playbook's file, and after it those of playbooks that it runs; beside this file.
    pub(crate) playbooks: Vec<PathBuf>,
    /// The connection's name, as the playbooks have it.
    #[serde(default = "acme")]
    pub(crate) connection: String,
    /// The desk that it works on.
    #[serde(default)]
    pub(crate) sandbox: SandboxOptions,
    /// What sets the playbook off.
    pub(crate) start: Start,
    /// What happens before, in order: commands that somebody else runs on the PSA.
    #[serde(default, rename = "change")]
    pub(crate) changes: Vec<ChangeBefore>,
    /// What people answer.
    #[serde(default, rename = "answer")]
    pub(crate) answers: Vec<Answer>,
    /// What should come of it.
    pub(crate) expect: Expect,
}

/// The desk that it works on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SandboxOptions {
    /// So many tickets.
    pub(crate) tickets: u64,
    /// Which ones; the same number, the same tickets.
    pub(crate) seed: Option<u64>,
    /// The time when it begins.
    pub(crate) now: Option<Timestamp>,
}

impl Default for SandboxOptions {
    fn default() -> Self {
        Self {
            tickets: 50,
            seed: None,
            now: None,
        }
    }
}

/// What sets the playbook off.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Start {
    /// Who or what.
    pub(crate) by: StartedBy,
    /// What it is given, when it is started by hand.
    #[serde(default)]
    pub(crate) inputs: Map<String, Value>,
    /// How long time may be moved forward at most: `7d`.
    #[serde(default)]
    pub(crate) within: Option<String>,
}

/// What sets a playbook off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum StartedBy {
    /// A person.
    Hand,
    /// An event of what was changed before.
    Event,
    /// Its next due time.
    Schedule,
}

/// A command that somebody else runs on the PSA before.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeBefore {
    /// Its slug.
    pub(crate) command: String,
    /// Its inputs.
    #[serde(default)]
    pub(crate) inputs: Map<String, Value>,
}

/// What somebody answers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    /// The step that asks.
    pub(crate) step: String,
    /// `approved` or `rejected`.
    #[serde(rename = "answer")]
    pub(crate) word: Word,
    /// Who.
    #[serde(default = "somebody")]
    pub(crate) by: String,
    /// So long after it was asked: `2h`.
    #[serde(default)]
    pub(crate) after: Option<String>,
}

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Word {
    Approved,
    Rejected,
}

/// What should come of it; what is not said is not looked at.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expect {
    /// `successful`, `partially-successful`, `failed`, `cancelled`, or `none`: it does not run at all.
    pub(crate) outcome: String,
    /// How steps end: `successful`, `partially-successful`, `failed`, `unknown`, `skipped`; a branch after a colon.
    #[serde(default)]
    pub(crate) steps: BTreeMap<String, String>,
    /// Tickets afterwards.
    #[serde(default, rename = "ticket")]
    pub(crate) tickets: Vec<ExpectedTicket>,
    /// What becomes of every ticket that is not named.
    #[serde(default)]
    pub(crate) other_tickets: Option<OtherTickets>,
    /// Letters that went out; all of them, when one is said, and none with `letter = []`.
    #[serde(default, rename = "letter")]
    pub(crate) letters: Option<Vec<ExpectedLetter>>,
}

/// What becomes of every ticket that is not named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OtherTickets {
    /// None is changed, gets a note, is made or deleted.
    Unchanged,
}

/// A ticket afterwards.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpectedTicket {
    pub(crate) id: i64,
    /// JSON pointers, and what is there.
    #[serde(default)]
    pub(crate) has: BTreeMap<String, Value>,
    /// How many notes were added to it.
    pub(crate) notes: Option<usize>,
    /// A part of one of them.
    pub(crate) note_contains: Option<String>,
    /// That it is no more.
    #[serde(default)]
    pub(crate) deleted: bool,
}

/// A letter.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpectedLetter {
    /// To whom.
    pub(crate) to: String,
    /// A part of its subject or its text.
    pub(crate) contains: String,
}

fn acme() -> String {
    "acme".to_owned()
}

fn somebody() -> String {
    "somebody".to_owned()
}

impl Expectations {
    /// Reads a file.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| BadInput::unreadable("file of expectations", path, &error))?;
        let read: Self = toml::from_str(&text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let line = text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
            BadInput::new(format!("`{}`, line {line}: {}", path.display(), error.message()))
                .hint("docs/guides/playbooks.md has every member of such a file")
        })?;
        if read.playbooks.is_empty() {
            return Err(BadInput::new(format!("`{}` names no playbook", path.display()))
                .hint("`playbooks = [\"triage.toml\"]`, relative to the file")
                .into());
        }
        Ok(read)
    }

    /// How long time may be moved forward.
    pub(crate) fn within(&self) -> anyhow::Result<SignedDuration> {
        span(self.start.within.as_deref().unwrap_or("7d"))
    }
}

impl Answer {
    /// How long after the question it comes.
    pub(crate) fn after(&self) -> anyhow::Result<SignedDuration> {
        self.after.as_deref().map_or(Ok(SignedDuration::ZERO), span)
    }
}

fn span(text: &str) -> anyhow::Result<SignedDuration> {
    let read = deskhand_engine::schedules::parse_duration(text).map_err(BadInput::new)?;
    Ok(SignedDuration::try_from(read)?)
}
