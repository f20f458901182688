//! Who acts on a desk by the command line.

use deskhand_engine::connections::{Actor, Connection, User, authorize, find_user, unknown};
use deskhand_engine::desk::Desk;

use crate::config;
use crate::exit::BadInput;

/// Whoever acts: one of the desk's users, or whoever runs the program, as its operator.
pub(crate) struct Person {
    /// The name, as journals have it.
    pub(crate) name: String,
    /// The user; `None` when nobody was named, or the desk has no users.
    pub(crate) user: Option<User>,
}

impl Person {
    /// The one whom an option names, else `DESKHAND_USER`; a desk with users has to know the name.
    pub(crate) fn find(named: Option<&str>, desk: &Desk) -> anyhow::Result<Self> {
        let Some(name) = config::person(named) else {
            return Ok(Self {
                name: config::person_or_operator(None),
                user: None,
            });
        };
        if name.trim().is_empty() {
            return Err(BadInput::new("nobody has an empty name")
                .hint("name somebody with `--as`, or leave it away")
                .into());
        }
        let user = find_user(&desk.users, &name).map_err(BadInput::from)?.cloned();
        Ok(Self { name, user })
    }

    /// The name of somebody who may define what the desk does, which operators may.
    pub(crate) fn defining(self) -> anyhow::Result<String> {
        match &self.user {
            Some(user) if !user.operator => Err(BadInput::new(format!("`{}` is no operator", self.name))
                .hint("what the desk does is defined by its operators: users with `operator = true`")
                .into()),
            _ => Ok(self.name),
        }
    }

    /// The name of somebody who may look after runs of this site.
    pub(crate) fn working_for(self, site: &str) -> anyhow::Result<String> {
        match &self.user {
            Some(user) if user.at(site).is_none() => Err(theirs(user, site).into()),
            _ => Ok(self.name),
        }
    }

    /// The person at work for this site, or for each of theirs.
    pub(crate) fn acting(&self, desk: &Desk, site: Option<&str>) -> anyhow::Result<Vec<Actor>> {
        if let Some(site) = site {
            return Ok(vec![self.at(desk, site)?]);
        }
        Ok(match &self.user {
            Some(user) if !user.operator => user.sites.iter().filter_map(|site| user.at(site)).collect(),
            // Operators see everything from anywhere.
            _ => vec![self.operator_at(&desk.first_internal_site().unwrap_or_default())],
        })
    }

    /// The person at work for the site where most can be done with a connection; operators work where it is at home.
    pub(crate) fn acting_on(&self, desk: &Desk, site: Option<&str>, connection: &Connection) -> anyhow::Result<Actor> {
        if let Some(site) = site {
            return self.at(desk, site);
        }
        let home = connection.site.home();
        let Some(user) = self.user.as_ref().filter(|user| !user.operator) else {
            return Ok(self.operator_at(home));
        };
        let acting = user.sites.iter().filter_map(|site| user.at(site));
        let best = acting.max_by_key(|actor| {
            let access = authorize(actor, connection, &desk.sites);
            (access.edit || actor.site == home, access.run.is_ok())
        });
        best.ok_or_else(|| BadInput::new(format!("`{}` works for no site", self.name)).into())
    }

    fn at(&self, desk: &Desk, site: &str) -> anyhow::Result<Actor> {
        if !desk.sites.contains_key(site) {
            return Err(BadInput::new(unknown("site", site, desk.sites.keys().map(String::as_str))).into());
        }
        match &self.user {
            Some(user) => user.at(site).ok_or_else(|| theirs(user, site).into()),
            None => Ok(self.operator_at(site)),
        }
    }

    fn operator_at(&self, site: &str) -> Actor {
        match &self.user {
            Some(user) if user.operator => Actor {
                name: user.name.clone(),
                groups: user.groups.clone(),
                site: site.to_owned(),
                operator: true,
            },
            _ => Actor {
                name: self.name.clone(),
                ..Actor::desk(site)
            },
        }
    }
}

fn theirs(user: &User, site: &str) -> BadInput {
    BadInput::new(format!("`{}` does not work for the site `{site}`", user.name))
        .hint(format!("theirs are: {}", user.sites.join(", ")))
}
