//! What applying files would change, worked out before anything is.

use std::collections::{BTreeMap, BTreeSet};

use deskhand_command::IntegrationDescription;
use secrecy::{ExposeSecret as _, SecretString};

use super::apply::Known;
use super::read::GivenConnection;
use super::{Defined, Given, Problem, broken, staying};
use crate::connections::{Connection, Sites, Surroundings, complaints, give_again, needs_secret_again, unknown};
use crate::desk::{Definition, Desk, Kind, Wanted};

/// What applying comes to.
#[derive(Default)]
pub struct Plan {
    /// What people are told, by kind and name.
    pub changes: Vec<Change>,
    /// The definitions that change.
    pub wanted: Vec<Wanted>,
    /// Secrets to be sealed.
    pub(super) secrets: Vec<NewSecret>,
    /// Connections whose secrets would be sent elsewhere by the change; until it is made, they have none.
    pub(super) redirected: BTreeSet<String>,
    /// Connections some of whose sealed secrets are of no more use, with the keys of those that stay.
    pub(super) forget: BTreeMap<String, Vec<String>>,
}

/// One thing that changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// What becomes of it.
    pub what: Becomes,
}

/// What becomes of a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Becomes {
    /// It is new.
    Created,
    /// It is another one now.
    Changed,
    /// Nothing but a secret of it is another one.
    Secret,
    /// It is taken away.
    Removed,
}

pub(super) struct NewSecret {
    pub(super) connection: String,
    pub(super) parameter: String,
    pub(super) value: SecretString,
}

/// What applying `given` changes; with `prune`, what is not among it is taken away.
///
/// Everything that is wrong is returned at once, also with what is not given and would be broken; then nothing may be applied.
pub fn plan(
    given: &[Given],
    known: &Known,
    integration: &IntegrationDescription,
    names: (&[String], &[String]),
    prune: bool,
) -> Result<Plan, Vec<Problem>> {
    let desk = Desk::read(&known.definitions, integration);
    let sites = sites(given, &desk, prune);
    let (agents, vaults) = names;
    let around = Surroundings {
        integration,
        sites: &sites,
        agents,
        vaults,
    };
    let (mut plan, mut problems) = (Plan::default(), Vec::new());
    for one in given {
        let before = known.find(one.kind, &one.name);
        let mut wrong: Vec<String> = if prune { None } else { known.like(one.kind, &one.name) }
            .map(|other| format!("there is `{other}` already, and names that differ in case alone are taken for one"))
            .into_iter()
            .collect();
        let mut secret_changed = false;
        match &one.defined {
            Defined::Connection(connection) => {
                wrong.extend(complaints(&connection.connection, &around));
                let readable = desk.connections.get(&one.name).map(AsRef::as_ref);
                let before = before.map(|_| readable.ok_or(Unreadable)).transpose();
                wrong.extend(secret_complaints(connection, before, known, integration));
                secret_changed = plan.keep_secrets(connection, before, known, integration);
            }
            Defined::User(user) => {
                let missing = user.sites.iter().filter(|site| !sites.contains_key(*site));
                wrong.extend(missing.map(|site| unknown("site", site, sites.keys().map(String::as_str))));
            }
            _ => {}
        }
        problems.extend(wrong.into_iter().map(|message| one.problem(&message)));
        plan.define(one, before, secret_changed);
    }
    if prune {
        plan.prune(given, &known.definitions);
    } else {
        problems.extend(broken_connections(given, known, &desk, &around));
    }
    if problems.is_empty() {
        plan.changes.sort();
        return Ok(plan);
    }
    problems.sort();
    Err(problems)
}

/// What is wrong with the connections that stay as they are, now that sites are others.
fn broken_connections(given: &[Given], known: &Known, desk: &Desk, around: &Surroundings<'_>) -> Vec<Problem> {
    let names = given.iter().map(|one| (one.kind, one.name.as_str())).collect();
    let stay = staying(&names, &known.definitions, around.integration);
    let wrong = |sites: &Sites| {
        let around = Surroundings { sites, ..*around };
        let of = |one: &Given| match &one.defined {
            Defined::Connection(stays) => complaints(&stays.connection, &around),
            _ => Vec::new(),
        };
        let wrong = stay
            .iter()
            .flat_map(|one| of(one).into_iter().map(|message| one.problem(&message)));
        wrong.collect::<Vec<_>>()
    };
    broken(wrong(around.sites), &wrong(&desk.sites))
}

impl Given {
    fn problem(&self, message: &str) -> Problem {
        self.problem_at(&[], message)
    }

    /// Something that is wrong with the member at a place such as `["alert", "to"]`.
    pub fn problem_at(&self, place: &[&str], message: &str) -> Problem {
        Problem {
            file: self.file.clone(),
            line: self.lines.find(place).unwrap_or(self.line),
            message: format!("{} `{}`: {message}", self.kind.table(), self.name),
        }
    }
}

/// All sites that there will be.
fn sites(given: &[Given], desk: &Desk, prune: bool) -> Sites {
    let mut sites = if prune { Sites::new() } else { desk.sites.clone() };
    for one in given {
        if let Defined::Site(site) = &one.defined {
            sites.insert(site.name.clone(), site.clone());
        }
    }
    sites
}

/// The stored definition cannot be read, so that nobody knows where its secrets were sent.
#[derive(Clone, Copy)]
struct Unreadable;

type Before<'a> = Result<Option<&'a Connection>, Unreadable>;

/// What decides where secrets are sent, and changes.
fn redirects(before: Before<'_>, after: &Connection, integration: &IntegrationDescription) -> Vec<&'static str> {
    match before {
        Ok(Some(before)) => needs_secret_again(before, after, integration),
        Ok(None) => Vec::new(),
        Err(Unreadable) => vec!["stored definition"],
    }
}

/// Sealed secrets that are not there, or that must not be taken over.
fn secret_complaints(
    given: &GivenConnection,
    before: Before<'_>,
    known: &Known,
    integration: &IntegrationDescription,
) -> Vec<String> {
    let title = |key: &str| integration.parameter(key).map_or("secret", |parameter| parameter.title);
    let connection = &given.connection;
    let kept = connection.sealed().filter(|key| !given.secrets.contains_key(*key));
    let (there, lacking): (Vec<&str>, Vec<&str>) = kept.partition(|key| known.is_sealed(&connection.name, key));
    let changed = redirects(before, connection, integration);
    let mut wrong: Vec<String> = lacking
        .into_iter()
        .map(|key| {
            format!(
                "there is no sealed {} yet; write it out once, or name a vault",
                title(key)
            )
        })
        .collect();
    if !changed.is_empty() && !there.is_empty() {
        let titles: Vec<&str> = there.into_iter().map(title).collect();
        wrong.push(give_again(&titles, &changed));
    }
    wrong
}

impl Plan {
    /// Whether a secret is another one afterwards.
    fn keep_secrets(
        &mut self,
        given: &GivenConnection,
        before: Before<'_>,
        known: &Known,
        integration: &IntegrationDescription,
    ) -> bool {
        let connection = &given.connection;
        let name = &connection.name;
        let redirected = !redirects(before, connection, integration).is_empty();
        let mut changed = false;
        for (key, value) in &given.secrets {
            let differs = known
                .secret(name, key)
                .is_none_or(|kept| kept.expose_secret() != value.expose_secret());
            changed |= differs;
            if differs || redirected {
                self.secrets.push(NewSecret {
                    connection: name.clone(),
                    parameter: key.clone(),
                    value: value.clone(),
                });
            }
        }
        if redirected {
            self.redirected.insert(name.clone());
        }
        let stay: Vec<String> = connection.sealed().map(str::to_owned).collect();
        if known.sealed_keys(name).any(|key| !stay.iter().any(|kept| kept == key)) {
            self.forget.insert(name.clone(), stay);
        }
        changed
    }

    fn define(&mut self, given: &Given, before: Option<&Definition>, secret_changed: bool) {
        let what = match before {
            None => Becomes::Created,
            Some(before) if before.body != given.body => Becomes::Changed,
            Some(_) if secret_changed => Becomes::Secret,
            Some(_) => return,
        };
        self.changes.push(Change {
            kind: given.kind,
            name: given.name.clone(),
            what,
        });
        if what != Becomes::Secret {
            self.wanted.push(Wanted {
                kind: given.kind,
                name: given.name.clone(),
                body: Some(given.body.clone()),
            });
        }
    }

    fn prune(&mut self, given: &[Given], definitions: &[Definition]) {
        let kept: BTreeSet<(Kind, &str)> = given.iter().map(|one| (one.kind, one.name.as_str())).collect();
        for gone in definitions
            .iter()
            .filter(|known| !kept.contains(&(known.kind, &known.name)))
        {
            self.changes.push(Change {
                kind: gone.kind,
                name: gone.name.clone(),
                what: Becomes::Removed,
            });
            self.wanted.push(Wanted {
                kind: gone.kind,
                name: gone.name.clone(),
                body: None,
            });
            if gone.kind == Kind::Connection {
                self.forget.insert(gone.name.clone(), Vec::new());
            }
        }
    }
}
