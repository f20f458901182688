//! The desk as it is just now, made of its definitions.

use std::collections::BTreeMap;
use std::sync::Arc;

use deskhand_command::{EventSource, IntegrationDescription};
use jiff::Timestamp;

use super::files::{self, Defined, DeskFile};
use super::{Definition, Kind};
use crate::connections::{Connection, KnownUsers, Sites};

/// The desk's definitions, read. What others read (playbooks, schedules) is not in here.
#[derive(Default)]
pub struct Desk {
    /// The sites.
    pub sites: Sites,
    /// The users, by name.
    pub users: KnownUsers,
    /// The connections, by name.
    pub connections: BTreeMap<String, Arc<Connection>>,
    /// When each connection was defined as it is.
    pub defined_at: BTreeMap<String, Timestamp>,
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
                Ok(given) => {
                    for given in given {
                        desk.add(given.defined);
                    }
                    if definition.kind == Kind::Connection {
                        desk.defined_at.insert(definition.name.clone(), definition.applied_at);
                    }
                }
                Err(problems) => {
                    let why = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
                    desk.unreadable.push((definition.kind, definition.name.clone(), why));
                }
            }
        }
        desk
    }

    /// Whether there is a definition that cannot be read.
    pub fn is_unreadable(&self, kind: Kind, name: &str) -> bool {
        let mut unreadable = self.unreadable.iter();
        unreadable.any(|(of, known, _)| *of == kind && known == name)
    }

    /// The internal site that comes first by name, tenants left out: what works for no other works for it.
    pub fn first_internal_site(&self) -> Option<String> {
        let mut sites = self.sites.values();
        sites
            .find(|site| site.shares_internally())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connections::{Site, SiteRole};

    #[test]
    fn what_works_for_no_site_works_for_none_of_the_tenants() {
        let mut desk = Desk::default();
        let tenant = Site {
            role: SiteRole::Tenant,
            ..Site::new("Acme")
        };
        desk.sites.insert("Acme".to_owned(), tenant);
        assert_eq!(desk.first_internal_site(), None);
        desk.sites.insert("Head office".to_owned(), Site::new("Head office"));
        assert_eq!(desk.first_internal_site().as_deref(), Some("Head office"));
    }
}
