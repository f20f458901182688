//! What somebody sees of the desk's connections.

use std::sync::Arc;

use super::{Access, Actor, Connection, authorize};
use crate::desk::Desk;

/// A connection as somebody sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The definition; a tenant's is a copy.
    pub connection: Arc<Connection>,
    /// Who sees it, and for which site.
    pub actor: Actor,
    /// What they may do with it.
    pub access: Access,
}

/// The connections that somebody sees, by name; `acting` has them once for each site that they work for.
///
/// Who sees one for several sites sees it for the one where most can be done with it.
pub fn seen(acting: &[Actor], desk: &Desk) -> Vec<Seen> {
    let connections = desk.connections.values();
    connections
        .filter_map(|connection| {
            let each = acting
                .iter()
                .map(|actor| (actor, authorize(actor, connection, &desk.sites)));
            let (actor, access) = each
                .filter(|(_, access)| access.see)
                .max_by_key(|(_, access)| (access.edit, access.run.is_ok(), !access.copy))?;
            let copy = access.copy.then(|| Arc::new(connection.copy_for(&actor.site)));
            Some(Seen {
                connection: copy.unwrap_or_else(|| Arc::clone(connection)),
                actor: actor.clone(),
                access,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::toy::{connection, sites};
    use super::super::{SiteScope, Users};
    use super::*;

    fn desk() -> Desk {
        let shared = Connection {
            tenants: vec!["Acme".to_owned()],
            ..connection("Shared")
        };
        let south = Connection {
            site: SiteScope::One("South".to_owned()),
            ..connection("Southern")
        };
        let secret = Connection {
            users: Users::Listed {
                users: vec!["bob".to_owned()],
                groups: Vec::new(),
            },
            ..connection("Bob's")
        };
        let all = [connection("Main"), shared, south, secret];
        Desk {
            sites: sites(),
            connections: all.map(|one| (one.name.clone(), Arc::new(one))).into(),
            ..Desk::default()
        }
    }

    fn ann(site: &str) -> Actor {
        Actor {
            name: "ann".to_owned(),
            groups: Vec::new(),
            site: site.to_owned(),
            operator: false,
        }
    }

    #[test]
    fn c7_c12_c13_people_see_what_their_sites_have_and_no_more() {
        for (acting, expected) in [
            (vec![ann("North")], &["Main", "Shared"][..]),
            (vec![ann("North"), ann("South")], &["Main", "Shared", "Southern"]),
            (vec![ann("Acme")], &["Shared"]),
            (vec![ann("Client")], &[]),
            (vec![], &[]),
            (vec![Actor::desk("North")], &["Bob's", "Main", "Shared", "Southern"]),
        ] {
            let found = seen(&acting, &desk());
            let names: Vec<_> = found.iter().map(|seen| seen.connection.name.as_str()).collect();
            assert_eq!(names, expected, "{acting:?}");
        }
    }

    #[test]
    fn c12_a_tenant_sees_a_copy_and_whoever_works_for_the_master_too_sees_it_all() {
        let copy = seen(&[ann("Acme")], &desk()).remove(0);
        assert!(copy.access.copy && copy.connection.secrets.is_empty());
        for acting in [[ann("Acme"), ann("North")], [ann("North"), ann("Acme")]] {
            let all = seen(&acting, &desk());
            let shared = all.iter().find(|seen| seen.connection.name == "Shared").unwrap();
            assert_eq!((shared.actor.site.as_str(), shared.access.copy), ("North", false));
        }
    }
}
