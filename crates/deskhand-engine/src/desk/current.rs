//! The desk as it is just now, made of its definitions.

use std::collections::BTreeMap;
use std::sync::Arc;

use deskhand_command::{EventSource, IntegrationDescription};

use super::files::{self, Defined, DeskFile};
use super::{Definition, Kind};
use crate::connections::{Connection, KnownUsers, SiteKind, Sites};

/// The desk's definitions, read. What others read (playbooks, schedules) is not in here.
#[derive(Default)]
pub struct Desk {
    /// The sites.
    pub sites: Sites,
    /// The users, by name.
    pub users: KnownUsers,
    /// The connections, by name.
    pub connections: BTreeMap<String, Arc<Connection>>,
    /// The event sources, by name.
    pub sources: BTreeMap<String, Arc<EventSource>>,
    /// What cannot be read: its kind, its name, and why. Another version of the program may have written it.
    pub unreadable: Vec<(Kind, String, String)>,
}

impl Desk {
    /// Reads definitions; one that cannot be read leaves the others as they are.
    pub fn read(definitions: &[Definition], integration: &IntegrationDescription) -> Self {
        let mut desk = Self::default();
        for definition in definitions.iter().filter(|known| is_read_here(known.kind)) {
            let file = DeskFile {
                name: format!("{} `{}`", definition.kind.table(), definition.name),
                text: definition.body.clone(),
            };
            match files::read(&[file], integration) {
                Ok(given) => given.into_iter().for_each(|given| desk.add(given.defined)),
                Err(problems) => {
                    let why = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
                    desk.unreadable.push((definition.kind, definition.name.clone(), why));
                }
            }
        }
        desk
    }

    /// The internal site that comes first by name: what works for no other works for it.
    pub fn first_internal_site(&self) -> Option<String> {
        let mut sites = self.sites.values();
        sites
            .find(|site| site.kind == SiteKind::Internal)
            .map(|site| site.name.clone())
    }

    fn add(&mut self, defined: Defined) {
        match defined {
            Defined::Site(site) => _ = self.sites.insert(site.name.clone(), site),
            Defined::User(user) => _ = self.users.insert(user.name.clone(), user),
            Defined::Connection(given) => {
                let connection = given.connection;
                self.connections.insert(connection.name.clone(), Arc::new(connection));
            }
            Defined::Source(source) => _ = self.sources.insert(source.name.clone(), Arc::from(source)),
            Defined::Playbook | Defined::Table(_) => {}
        }
    }
}

fn is_read_here(kind: Kind) -> bool {
    matches!(kind, Kind::Site | Kind::User | Kind::Connection | Kind::EventSource)
}
