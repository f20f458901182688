//! What a security role allows: for each line, how far each level reaches.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A security role: for each line, what it is allowed; lines that are missing allow nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// True for a role that may do everything.
    #[serde(default)]
    pub everything: bool,
    /// `Service Desk > Service Tickets` → rights.
    #[serde(default)]
    pub lines: BTreeMap<String, Vec<Right>>,
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

/// How far a level reaches; the vendor has these three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// No record.
    None,
    /// The member's own records.
    ///
    /// Invented: which these are, for the vendor has not published it. Tickets are a member's own when their owner or
    /// their resources name it, and a new ticket is its author's own; records of other kinds are everybody's.
    My,
    /// Every record.
    All,
}

/// A level and how far it reaches: `Edit` for all records, `Edit My` for the member's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Right {
    /// What can be done.
    pub level: Level,
    /// To which records.
    pub reach: Reach,
}

const LEVELS: [(&str, Level); 4] = [
    ("Add", Level::Add),
    ("Edit", Level::Edit),
    ("Delete", Level::Delete),
    ("Inquire", Level::Inquire),
];
const REACHES: [(&str, Reach); 3] = [(" None", Reach::None), (" My", Reach::My), (" All", Reach::All)];

/// The lines of a security role that the sandbox asks for, module and line.
pub const ROLE_LINES: [&str; 6] = [
    "Companies > Company Maintenance",
    "Companies > Contacts",
    "Service Desk > Close Service Tickets",
    "Service Desk > Merge Tickets",
    "Service Desk > Service Tickets",
    "System > Table Setup",
];

impl Role {
    /// How far a level of a line reaches; of several rights the furthest counts.
    pub fn reach(&self, line: &str, level: Level) -> Reach {
        if self.everything {
            return Reach::All;
        }
        let rights = self.lines.get(line).into_iter().flatten();
        let of_level = rights.filter(|right| right.level == level);
        of_level.map(|right| right.reach).max().unwrap_or(Reach::None)
    }

    /// Whether this line is allowed at this level for some record at least.
    pub fn allows(&self, line: &str, level: Level) -> bool {
        self.reach(line, level) > Reach::None
    }

    /// A line that no role of the sandbox has: a slip of the pen that would silently allow nothing.
    pub fn unknown_line(&self) -> Option<&str> {
        let mut lines = self.lines.keys().map(String::as_str);
        lines.find(|line| !ROLE_LINES.contains(line))
    }
}

impl From<Level> for Right {
    fn from(level: Level) -> Self {
        Self {
            level,
            reach: Reach::All,
        }
    }
}

impl From<Right> for String {
    fn from(right: Right) -> Self {
        let level = LEVELS.iter().find(|(_, level)| *level == right.level);
        let reach = REACHES.iter().find(|(_, reach)| *reach == right.reach);
        // `All` goes without saying.
        let reach = reach.filter(|(_, reach)| *reach != Reach::All);
        [level.map(|(word, _)| *word), reach.map(|(word, _)| *word)]
            .into_iter()
            .flatten()
            .collect()
    }
}

impl TryFrom<String> for Right {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let right = LEVELS.iter().find_map(|(word, level)| {
            let rest = text.strip_prefix(word)?;
            let reach = REACHES.iter().find(|(word, _)| *word == rest).map(|(_, reach)| *reach);
            let reach = reach.or_else(|| rest.is_empty().then_some(Reach::All))?;
            Some(Self { level: *level, reach })
        });
        right.ok_or_else(|| {
            format!(
                "there is no right `{text}`; there are Add, Edit, Delete and Inquire, each with My behind it or not"
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_reads_as_it_is_written() {
        let rights: Vec<Right> = serde_json::from_str(r#"["Inquire","Edit My","Delete None","Add All"]"#).unwrap();
        let written = serde_json::to_string(&rights).unwrap();
        assert_eq!(written, r#"["Inquire","Edit My","Delete None","Add"]"#);
        assert_eq!(rights[0], Level::Inquire.into());
        for wrong in [r#""Edit Mine""#, r#""My""#, r#""EditMy""#, r#""""#] {
            assert!(serde_json::from_str::<Right>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_furthest_reach_counts() {
        let line = "Service Desk > Service Tickets";
        let my = |level| Right {
            level,
            reach: Reach::My,
        };
        let rights = vec![my(Level::Edit), Level::Edit.into(), my(Level::Delete)];
        let role = Role {
            everything: false,
            lines: BTreeMap::from([(line.to_owned(), rights)]),
        };
        let reach = |level| role.reach(line, level);
        assert_eq!(reach(Level::Edit), Reach::All);
        assert_eq!(reach(Level::Delete), Reach::My);
        assert_eq!(reach(Level::Inquire), Reach::None);
        assert!(role.allows(line, Level::Delete) && !role.allows(line, Level::Add));
    }
}
