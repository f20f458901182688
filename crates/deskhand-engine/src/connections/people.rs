//! Who works on the desk, and who acts just now.

use super::Connection;

/// Somebody who uses the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The name.
    pub name: String,
    /// The groups that the user is in.
    pub groups: Vec<String>,
    /// The sites that the user works for.
    pub sites: Vec<String>,
    /// Whether the user runs the desk: sees all definitions and changes them.
    pub operator: bool,
    /// Where letters go.
    pub mail: Option<String>,
    /// The time zone that times are shown in.
    pub time_zone: Option<String>,
    /// The form that times are typed and shown in.
    pub date_format: Option<String>,
}

/// Who acts, and for which site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The name.
    pub name: String,
    /// The groups.
    pub groups: Vec<String>,
    /// The site that is acted for.
    pub site: String,
    /// Whether it is an operator, whom lists of users do not keep out.
    pub operator: bool,
}

/// Who may use a connection.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Users {
    /// Everybody at a site that has it.
    #[default]
    Everybody,
    /// These, and no others.
    Listed {
        /// By name.
        users: Vec<String>,
        /// By group.
        groups: Vec<String>,
    },
}

impl User {
    /// The user at work for a site; `None` when it is not one of theirs.
    pub fn at(&self, site: &str) -> Option<Actor> {
        let theirs = self.operator || self.sites.iter().any(|known| known == site);
        theirs.then(|| Actor {
            name: self.name.clone(),
            groups: self.groups.clone(),
            site: site.to_owned(),
            operator: self.operator,
        })
    }
}

impl Actor {
    /// The desk itself, which works for a site by schedules and playbooks that operators have applied.
    pub fn desk(site: impl Into<String>) -> Self {
        Self {
            name: "desk".to_owned(),
            groups: Vec::new(),
            site: site.into(),
            operator: true,
        }
    }
}

impl Users {
    /// Whether somebody is among them.
    pub fn include(&self, actor: &Actor) -> bool {
        match self {
            Self::Everybody => true,
            Self::Listed { users, groups } => {
                users.contains(&actor.name) || groups.iter().any(|group| actor.groups.contains(group))
            }
        }
    }
}

impl Connection {
    /// Whether lists of users leave this one in.
    pub(super) fn is_for(&self, actor: &Actor) -> bool {
        actor.operator || self.users.include(actor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_works_for_sites_that_are_theirs() {
        let mut user = User {
            name: "ann".to_owned(),
            groups: vec!["first line".to_owned()],
            sites: vec!["North".to_owned()],
            operator: false,
            mail: None,
            time_zone: None,
            date_format: None,
        };
        assert_eq!(user.at("North").map(|actor| actor.site), Some("North".to_owned()));
        assert_eq!(user.at("South"), None);
        user.operator = true;
        assert!(user.at("South").is_some());
    }
}
