//! Every name that can be referred to: of what is given, and of what is there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use deskhand_command::Failure;
use deskhand_engine::connections::{Actor, Connection, Denied, KnownUsers, Sites, authorize, unknown};
use deskhand_engine::desk::files::{Defined, Given, Reading};
use deskhand_engine::desk::{Definition, Desk, Kind};
use deskhand_engine::playbooks::{self, KnownPlaybook};

use super::check::Wrong;
use crate::desk::OpenDesk;

/// Every name that can be referred to.
pub(super) struct Names {
    /// `None`: nobody knows.
    pub(super) connections: Option<Vec<String>>,
    pub(super) playbooks: Vec<KnownPlaybook>,
    /// Users and their groups; `None`: nobody knows, or anybody can be anybody because there are no users.
    pub(super) people: Option<Vec<String>>,
    sources: BTreeSet<String>,
    commands: BTreeSet<&'static str>,
    /// `None`: nobody knows all of them.
    sites: Option<Sites>,
    users: KnownUsers,
    defined: BTreeMap<String, Arc<Connection>>,
}

impl Names {
    pub(super) fn of(reading: &Reading, definitions: &[Definition]) -> Self {
        let mut desk = Desk::read(definitions, &OpenDesk::integration());
        for one in &reading.given {
            match &one.defined {
                Defined::Site(site) => _ = desk.sites.insert(site.name.clone(), site.clone()),
                Defined::User(user) => _ = desk.users.insert(user.name.clone(), user.clone()),
                Defined::Connection(given) => {
                    let connection = Arc::new(given.connection.clone());
                    desk.connections.insert(connection.name.clone(), connection);
                }
                _ => {}
            }
        }
        let unread = |kind: Kind| reading.unread.iter().any(|(unread, _)| *unread == kind);
        let users = desk.users.values();
        let people: BTreeSet<String> = users
            .flat_map(|user| user.groups.iter().chain([&user.name]).cloned())
            .collect();
        let knows_people = !desk.users.is_empty() && !unread(Kind::User);
        let mut sources = named(Kind::EventSource, reading, definitions);
        sources.insert(deskhand_command::EventSource::default_source().name);
        Self {
            connections: Some(named(Kind::Connection, reading, definitions).into_iter().collect()),
            people: knows_people.then(|| people.into_iter().collect()),
            playbooks: playbooks_of(&reading.given, definitions),
            commands: commands(),
            sources,
            sites: (!unread(Kind::Site)).then_some(desk.sites),
            users: desk.users,
            defined: desk.connections,
        }
    }

    /// Without a desk around them.
    pub(super) fn of_playbooks_alone(given: &[Given]) -> Self {
        Self {
            connections: None,
            people: None,
            playbooks: playbooks_of(given, &[]),
            commands: commands(),
            sources: BTreeSet::new(),
            sites: None,
            users: KnownUsers::new(),
            defined: BTreeMap::new(),
        }
    }

    pub(super) fn unknown_command(&self, name: &str) -> Option<String> {
        missing("command", name, self.commands.iter().copied())
    }

    pub(super) fn unknown_source(&self, name: &str) -> Option<String> {
        missing("event source", name, self.sources.iter().map(String::as_str))
    }

    pub(super) fn unknown_connection(&self, name: &str) -> Option<String> {
        let known = self.connections.iter().flatten();
        missing("connection", name, known.map(String::as_str))
    }

    pub(super) fn unknown_site(&self, name: &str) -> Option<String> {
        let known = self.sites.as_ref()?;
        missing("site", name, known.keys().map(String::as_str))
    }

    pub(super) fn unknown_user(&self, name: &str) -> Option<String> {
        let known = || self.users.keys().map(String::as_str);
        self.people.as_ref().and_then(|_| missing("user", name, known()))
    }

    pub(super) fn unknown_group(&self, name: &str) -> Option<String> {
        let groups: BTreeSet<&str> = self
            .users
            .values()
            .flat_map(|user| user.groups.iter().map(String::as_str))
            .collect();
        self.people
            .as_ref()
            .and_then(|_| missing("group", name, groups.into_iter()))
    }

    /// The playbook of this name, or that there is none.
    pub(super) fn playbook(&self, name: &str) -> Result<&KnownPlaybook, String> {
        let mut known = self.playbooks.iter();
        known
            .find(|known| known.name == name)
            .ok_or_else(|| unknown("playbook", name, self.playbooks.iter().map(|known| known.name.as_str())))
    }

    /// Why a connection cannot be used for a site that something is to work for.
    pub(super) fn wrong_site(&self, site: Option<&str>, connection: Option<&str>) -> Option<Wrong> {
        let site = site?;
        let sites = self.sites.as_ref()?;
        if let Some(message) = self.unknown_site(site) {
            return Some(Wrong::at(&["site"], message));
        }
        let connection = self.defined.get(connection?)?;
        let actor = Actor::desk(site);
        match authorize(&actor, connection, sites).run {
            // Which connections are in use changes from day to day.
            Ok(()) | Err(Denied::Inactive) => None,
            Err(denied) => Some(Wrong::at(
                &["site"],
                in_one_line(denied.failure(&connection.name, &actor)),
            )),
        }
    }
}

/// What was refused and what to do, as a fragment.
fn in_one_line(failure: Failure) -> String {
    let mut message = failure.message.trim_end_matches('.').to_owned();
    if let Some(first) = message.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    match failure.hint {
        Some(hint) => format!("{message}; {hint}"),
        None => message,
    }
}

fn named(kind: Kind, reading: &Reading, definitions: &[Definition]) -> BTreeSet<String> {
    let given = reading.given.iter().filter(|one| one.kind == kind);
    let unread = reading.unread.iter().filter(|(unread, _)| *unread == kind);
    let there = definitions.iter().filter(|one| one.kind == kind && !one.removed);
    given
        .map(|one| &one.name)
        .chain(unread.map(|(_, name)| name))
        .chain(there.map(|one| &one.name))
        .cloned()
        .collect()
}

fn commands() -> BTreeSet<&'static str> {
    let declarations = deskhand_connectwise::declarations().iter();
    declarations.map(|known| known.slug).collect()
}

fn playbooks_of(given: &[Given], definitions: &[Definition]) -> Vec<KnownPlaybook> {
    let new = given.iter().filter(|one| one.kind == Kind::Playbook);
    let mut playbooks: Vec<_> = new.filter_map(|one| playbooks::sketch(&one.body)).collect();
    let old = definitions.iter().filter(|one| one.kind == Kind::Playbook);
    for sketched in old.filter_map(|one| playbooks::sketch(&one.body)) {
        if playbooks.iter().all(|known| known.name != sketched.name) {
            playbooks.push(sketched);
        }
    }
    playbooks
}

fn missing<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = known.collect();
    (!known.contains(&name)).then(|| unknown(what, name, known))
}
