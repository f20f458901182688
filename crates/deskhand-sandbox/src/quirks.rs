//! Points on which what is known of the vendor disagrees, each with the answer that is not the usual one.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One way to behave otherwise; without it the sandbox does what is better attested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quirk {
    /// `fields` with a name that the record's kind does not have is refused; else the name is ignored.
    RefuseUnknownFields,
    /// `/system/info` asks for no keys.
    OpenSystemInfo,
    /// A request without client id is answered; else 403.
    NoClientIdNeeded,
    /// A request without client id is a bad request.
    ClientIdBadRequest,
    /// A request without client id is stopped before the PSA, in words that are no JSON.
    ClientIdGateway,
    /// `>=` with a date finds nothing, as one server was seen to do.
    DateAtOrAfterFindsNothing,
    /// Notes that are read have neither `internalFlag` nor `externalFlag`, which the answer to a new note has.
    NotesWithoutFlags,
    /// `/service/tickets` lists project tickets, too.
    ListProjectTickets,
    /// A `PATCH` of a path such as `company/identifier` succeeds and does nothing.
    IgnoreIdentifierPaths,
}

/// The quirks of a sandbox; by default none.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quirks(BTreeSet<Quirk>);

/// There is no quirk of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no quirk `{0}`")]
pub struct QuirkError(String);

impl Quirk {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::RefuseUnknownFields,
        Self::OpenSystemInfo,
        Self::NoClientIdNeeded,
        Self::ClientIdBadRequest,
        Self::ClientIdGateway,
        Self::DateAtOrAfterFindsNothing,
        Self::NotesWithoutFlags,
        Self::ListProjectTickets,
        Self::IgnoreIdentifierPaths,
    ];

    /// Its name, as the program and the control interface have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::RefuseUnknownFields => "refuse-unknown-fields",
            Self::OpenSystemInfo => "open-system-info",
            Self::NoClientIdNeeded => "no-client-id-needed",
            Self::ClientIdBadRequest => "client-id-bad-request",
            Self::ClientIdGateway => "client-id-gateway",
            Self::DateAtOrAfterFindsNothing => "date-at-or-after-finds-nothing",
            Self::NotesWithoutFlags => "notes-without-flags",
            Self::ListProjectTickets => "list-project-tickets",
            Self::IgnoreIdentifierPaths => "ignore-identifier-paths",
        }
    }

    /// What it does, in a line.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::RefuseUnknownFields => "Unknown names in `fields` are refused with 400, not ignored",
            Self::OpenSystemInfo => "`/system/info` asks for no keys",
            Self::NoClientIdNeeded => "A request without client id is answered, not refused with 403",
            Self::ClientIdBadRequest => "A request without client id is refused with 400",
            Self::ClientIdGateway => "A request without client id is refused with 400 and plain text",
            Self::DateAtOrAfterFindsNothing => "`>=` with a date finds nothing",
            Self::NotesWithoutFlags => "Notes are read without internalFlag and externalFlag",
            Self::ListProjectTickets => "`/service/tickets` lists project tickets, too",
            Self::IgnoreIdentifierPaths => "A PATCH of `company/identifier` and the like succeeds and does nothing",
        }
    }
}

impl fmt::Display for Quirk {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Quirk {
    type Err = QuirkError;

    fn from_str(name: &str) -> Result<Self, QuirkError> {
        let quirk = Self::ALL.into_iter().find(|quirk| quirk.name() == name);
        quirk.ok_or_else(|| QuirkError(name.to_owned()))
    }
}

impl Quirks {
    /// Whether this is one of them.
    pub fn has(&self, quirk: Quirk) -> bool {
        self.0.contains(&quirk)
    }

    /// Adds one.
    pub fn add(&mut self, quirk: Quirk) {
        self.0.insert(quirk);
    }
}

impl FromIterator<Quirk> for Quirks {
    fn from_iter<T: IntoIterator<Item = Quirk>>(quirks: T) -> Self {
        Self(quirks.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_quirk_has_one_name_everywhere() {
        let quirks: Quirks = Quirk::ALL.into_iter().collect();
        let names: BTreeSet<_> = Quirk::ALL.iter().map(|quirk| quirk.name()).collect();
        let written: BTreeSet<String> = serde_json::from_value(serde_json::to_value(quirks).unwrap()).unwrap();
        assert_eq!(written.iter().map(String::as_str).collect::<BTreeSet<_>>(), names);
        assert!(Quirk::ALL.iter().all(|quirk| quirk.name().parse() == Ok(*quirk)));
        let unknown = "no-such".parse::<Quirk>().unwrap_err();
        assert_eq!(unknown.to_string(), "there is no quirk `no-such`");
    }
}
