//! Who works on the desk, and who acts just now.

use std::collections::BTreeMap;

use deskhand_command::Failure;

use super::near::sentence;
use super::{Connection, unknown};
use crate::dates::DateForm;

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
    pub date_form: Option<String>,
}

/// How journals call whoever runs the program and names no user.
pub const OPERATOR: &str = "operator";

/// All users of a desk, by name.
pub type KnownUsers = BTreeMap<String, User>;

/// The user of this name; `None` when the desk has no users, and anybody is taken for who they say.
pub fn find_user<'a>(users: &'a KnownUsers, name: &str) -> Result<Option<&'a User>, Failure> {
    if users.is_empty() {
        return Ok(None);
    }
    users.get(name).map(Some).ok_or_else(|| {
        let words = unknown("user", name, users.keys().map(String::as_str));
        Failure::new(403, sentence(&words)).with_hint("act as one of the desk's users, by their name")
    })
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

    /// The form that the user has chosen for times; what they have not chosen is the deployment's.
    pub fn dates(&self, deployment: &DateForm) -> Result<DateForm, String> {
        deployment.overridden(self.date_form.as_deref(), self.time_zone.as_deref())
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

    fn ann() -> User {
        User {
            name: "ann".to_owned(),
            groups: vec!["first line".to_owned()],
            sites: vec!["North".to_owned()],
            operator: false,
            mail: None,
            time_zone: None,
            date_form: None,
        }
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_nearest_and_anybody_will_do_when_there_are_no_users() {
        assert_eq!(find_user(&KnownUsers::new(), "anybody"), Ok(None));
        let users = KnownUsers::from([("ann".to_owned(), ann())]);
        assert_eq!(find_user(&users, "ann"), Ok(Some(&ann())));
        let refused = find_user(&users, "anne").unwrap_err();
        assert_eq!(refused.status_code, 403);
        assert_eq!(refused.message, "There is no user `anne`; did you mean `ann`?");
    }

    #[test]
    fn g4_a_user_has_the_deployments_form_for_times_but_for_what_they_have_chosen() {
        let deployment = DateForm::new("dd/MM/yyyy HH:mm", "Europe/Berlin").unwrap();
        assert_eq!(ann().dates(&deployment), Ok(deployment.clone()));
        let user = User {
            date_form: Some("M/d/yyyy h:mm tt".to_owned()),
            ..ann()
        };
        let time = "2026-07-01T08:30:00Z".parse().unwrap();
        assert_eq!(user.dates(&deployment).unwrap().show(time), "7/1/2026 10:30 AM");
    }

    #[test]
    fn a_user_works_for_sites_that_are_theirs() {
        let mut user = ann();
        assert_eq!(user.at("North").map(|actor| actor.site), Some("North".to_owned()));
        assert_eq!(user.at("South"), None);
        user.operator = true;
        assert!(user.at("South").is_some());
    }
}
