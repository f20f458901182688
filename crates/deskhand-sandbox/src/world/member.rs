//! Who may call.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::role::{Level, ROLE_LINES, Reach, Right, Role};

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
    /// The identifier, which goes into `enteredBy` and `updatedBy` of what the member writes; the public key when it is
    /// empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub identifier: String,
    /// What it may do.
    pub role: Role,
}

impl Member {
    /// A member whose role allows everything.
    pub fn with_every_right(company: &str, public_key: &str, private_key: &str) -> Self {
        Self {
            company: company.to_owned(),
            public_key: public_key.to_owned(),
            private_key: private_key.to_owned(),
            identifier: String::new(),
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
            let rights = member.role.lines.entry((*line).to_owned()).or_default();
            rights.push(Right::from(*level));
        }
        member
    }

    /// The same member whose role allows this level of this line for its own records only.
    #[must_use]
    pub fn with_my(mut self, line: &str, level: Level) -> Self {
        let rights = self.role.lines.entry(line.to_owned()).or_default();
        rights.retain(|right| right.level != level);
        rights.push(Right {
            level,
            reach: Reach::My,
        });
        self
    }

    /// Those that every sandbox knows; all have the private key `private`.
    ///
    /// `public` may do everything, `inquire` may look at everything, `tickets` may look at service tickets only,
    /// `nothing` has a role without a single right.
    pub fn known_from_the_start() -> Vec<Self> {
        let inquire = ROLE_LINES.map(|line| (line, Level::Inquire));
        let tickets = [("Service Desk > Service Tickets", Level::Inquire)];
        vec![
            Self::with_every_right("sandbox", "public", "private"),
            Self::with_rights("inquire", "private", &inquire),
            Self::with_rights("tickets", "private", &tickets),
            Self::with_rights("nothing", "private", &[]),
        ]
    }

    /// The same member with another identifier than its public key.
    #[must_use]
    pub fn named(mut self, identifier: &str) -> Self {
        identifier.clone_into(&mut self.identifier);
        self
    }

    /// Who the member is in the records that it writes.
    pub fn identifier(&self) -> &str {
        if self.identifier.is_empty() {
            &self.public_key
        } else {
            &self.identifier
        }
    }

    pub(super) fn has_keys(&self, company: &str, public_key: &str, private_key: &str) -> bool {
        self.company.eq_ignore_ascii_case(company) && self.public_key == public_key && self.private_key == private_key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_allows_what_its_lines_say() {
        let members = Member::known_from_the_start();
        let allowed = |at: usize, line: &str, level| members[at].role.allows(line, level);
        assert!(allowed(0, "Service Desk > Service Tickets", Level::Delete));
        assert!(allowed(1, "System > Table Setup", Level::Inquire) && !allowed(1, "System > Table Setup", Level::Edit));
        assert!(
            allowed(2, "Service Desk > Service Tickets", Level::Inquire)
                && !allowed(2, "Companies > Contacts", Level::Inquire)
        );
        assert!(ROLE_LINES.iter().all(|line| !allowed(3, line, Level::Inquire)));
    }

    #[test]
    fn a_line_with_a_slip_is_found() {
        let slip = Member::with_rights("p", "q", &[("Service Desk > Service Ticket", Level::Inquire)]);
        assert_eq!(slip.role.unknown_line(), Some("Service Desk > Service Ticket"));
        assert!(
            Member::known_from_the_start()
                .iter()
                .all(|member| member.role.unknown_line().is_none())
        );
    }
}
