//! What is noted of a write.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A write that is about to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The caller's key, or the run's id.
    pub key: String,
    /// Which of the key's writes it is: `ticket 101`.
    pub step: String,
    /// The command's slug.
    pub command: String,
    /// The vendor's path that is written to: `service/tickets/101/notes`.
    pub target: String,
    /// The request as text: verb, path and body.
    pub request: String,
    /// The server's time when it is sent, as well as that is known.
    pub sent_at: Timestamp,
    /// The mark that the record will carry, if it carries one.
    pub marker: Option<String>,
}

/// The number of a write in its journal.
pub type WriteId = i64;

/// A write as the journal has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// Its number.
    pub id: WriteId,
    /// What was to be sent.
    pub intent: Intent,
    /// What became of it; `None` while nobody knows, because it is under way or its process ended.
    pub ending: Option<Ending>,
}

/// What became of a write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Ending {
    /// It took effect, once.
    Done {
        /// The record that it made or changed, where there is one.
        record: Option<i64>,
    },
    /// It certainly had no effect.
    NotDone {
        /// Why.
        reason: String,
    },
    /// It may have taken effect, and looking did not tell: a person has to decide.
    Unknown {
        /// What was found.
        reason: String,
    },
}

/// A caller's key, with what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The caller's key.
    pub key: String,
    /// The command's slug.
    pub command: String,
    /// The inputs as JSON, names resolved.
    pub inputs: String,
}

/// What a journal says to a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// The key is new.
    New,
    /// The same was asked for before.
    Again,
    /// The key stands for something else.
    Taken,
}

impl Ending {
    /// The word for it: `done`, `not done`, `unknown`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Done { .. } => "done",
            Self::NotDone { .. } => "not done",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// Why, where there is something to say.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Done { .. } => None,
            Self::NotDone { reason } | Self::Unknown { reason } => Some(reason),
        }
    }
}
