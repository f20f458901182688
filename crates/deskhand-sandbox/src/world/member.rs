//! Who may sign in, and what their security role lets them do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// An API member with keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// The login company.
    pub company: String,
    /// The public key.
    pub public_key: String,
    /// The private key.
    pub private_key: String,
    /// What it may do.
    pub role: Role,
}

/// A security role: for each line, the levels it is allowed; lines that are missing allow nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// True for a role that may do everything.
    #[serde(default)]
    pub everything: bool,
    /// `Service Desk > Service Tickets` → levels.
    #[serde(default)]
    pub lines: BTreeMap<String, Vec<Level>>,
}

/// What can be done to the records of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the vendor's own names")]
pub enum Level {
    Add,
    Edit,
    Delete,
    Inquire,
}

impl Member {
    /// A member whose role allows everything.
    pub fn with_every_right(company: &str, public_key: &str, private_key: &str) -> Self {
        Self {
            company: company.to_owned(),
            public_key: public_key.to_owned(),
            private_key: private_key.to_owned(),
            role: Role {
                everything: true,
                lines: BTreeMap::new(),
            },
        }
    }

    /// A member whose role allows these levels of these lines, and nothing else.
    pub fn with_rights(public_key: &str, private_key: &str, rights: &[(&str, Level)]) -> Self {
        let mut member = Self::with_every_right("sandbox", public_key, private_key);
        member.role.everything = false;
        for (line, level) in rights {
            member.role.lines.entry((*line).to_owned()).or_default().push(*level);
        }
        member
    }

    pub(super) fn has_keys(&self, company: &str, public_key: &str, private_key: &str) -> bool {
        self.company.eq_ignore_ascii_case(company) && self.public_key == public_key && self.private_key == private_key
    }
}

impl Role {
    /// Whether this line is allowed at this level.
    pub fn allows(&self, line: &str, level: Level) -> bool {
        self.everything || self.lines.get(line).is_some_and(|levels| levels.contains(&level))
    }
}
