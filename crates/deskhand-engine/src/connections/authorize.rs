//! Who may see, use and change what.

use deskhand_command::Failure;

use super::{Actor, Connection, SiteKind, SiteRole, SiteScope, Sites};

/// What somebody may do with a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// See that it is there, and its parameters that are no secrets.
    pub see: bool,
    /// Run commands on it, or why not.
    pub run: Result<(), Denied>,
    /// Change it or take it away.
    pub edit: bool,
    /// Take its definition away as a file, with where its secrets are. The secrets themselves are in no file.
    pub export: bool,
    /// Whether what is seen is a tenant's copy: [`Connection::copy_for`].
    pub copy: bool,
}

/// Why a connection cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// Somebody who is not among its users.
    NotAUser,
    /// There is no such site.
    NoSuchSite,
    /// It belongs to another site.
    OtherSite,
    /// It is shared to internal sites, and this is none.
    NotInternal,
    /// It is not active.
    Inactive,
}

/// What a site is to a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    /// It is at home there.
    Home,
    /// It is shared to it as to every internal site.
    Shared,
    /// It is a tenant that it was shared with.
    Tenant,
    /// Nothing.
    Outside(Denied),
}

/// What `actor` may do with a connection, given all sites of the deployment.
///
/// A person has to be among the connection's users, which operators always are. Whoever acts for a site to which the
/// connection is nothing cannot use it, operators neither.
pub fn authorize(actor: &Actor, connection: &Connection, sites: &Sites) -> Access {
    let stands = stands(&actor.site, connection, sites);
    let person = connection.is_for(actor);
    let outside = matches!(stands, Stands::Outside(_));
    let edit = person && (stands == Stands::Home || actor.operator && stands != Stands::Tenant);
    Access {
        see: person && (actor.operator || !outside),
        run: match stands {
            _ if !person => Err(Denied::NotAUser),
            Stands::Outside(why) => Err(why),
            _ if !connection.active => Err(Denied::Inactive),
            _ => Ok(()),
        },
        edit,
        export: edit,
        copy: stands == Stands::Tenant,
    }
}

fn stands(site: &str, connection: &Connection, sites: &Sites) -> Stands {
    let Some(here) = sites.get(site) else {
        return Stands::Outside(Denied::NoSuchSite);
    };
    let home = connection.site.home();
    if site == home {
        // It can have become a client's since.
        let is_shared = matches!(connection.site, SiteScope::SharedToInternalSites { .. });
        return if is_shared && !here.shares_internally() {
            Stands::Outside(Denied::NotInternal)
        } else {
            Stands::Home
        };
    }
    let by_master = sites.get(home).is_some_and(|home| home.role == SiteRole::Master);
    if here.role == SiteRole::Tenant && by_master && connection.tenants.iter().any(|tenant| tenant == site) {
        return Stands::Tenant;
    }
    match connection.site {
        SiteScope::SharedToInternalSites { .. } if here.shares_internally() => Stands::Shared,
        SiteScope::SharedToInternalSites { .. } if here.kind == SiteKind::Client => {
            Stands::Outside(Denied::NotInternal)
        }
        SiteScope::One(_) | SiteScope::SharedToInternalSites { .. } => Stands::Outside(Denied::OtherSite),
    }
}

impl Denied {
    /// In words, for whoever wanted to use the connection.
    pub fn failure(self, connection: &str, actor: &Actor) -> Failure {
        let site = &actor.site;
        let (status, message, hint) = match self {
            Self::NotAUser => (
                403,
                format!("The connection `{connection}` is not for `{}`.", actor.name),
                "add the user, or a group of theirs, to the connection's users",
            ),
            Self::NoSuchSite => (
                403,
                format!("There is no site `{site}`."),
                "use one of the desk's sites, or define this one",
            ),
            Self::OtherSite => (
                403,
                format!("The connection `{connection}` is not for the site `{site}`."),
                "use a connection of this site, or share this one",
            ),
            Self::NotInternal => (
                403,
                format!(
                    "The connection `{connection}` is shared to internal sites, and `{site}` is a client's or a tenant."
                ),
                "make a connection for this site",
            ),
            Self::Inactive => (
                409,
                format!("The connection `{connection}` is not active."),
                "set `active = true` in its definition when it may be used again",
            ),
        };
        Failure::new(status, message).with_hint(hint)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Users;
    use super::super::toy::{connection, sites};
    use super::*;

    /// Everything that a row of a table says: see, run, edit, export.
    type Row = (bool, Result<(), Denied>, bool, bool);

    const ALL: Row = (true, Ok(()), true, true);
    const USE: Row = (true, Ok(()), false, false);

    fn nothing(why: Denied) -> Row {
        (false, Err(why), false, false)
    }

    fn person(site: &str) -> Actor {
        Actor {
            name: "ann".to_owned(),
            groups: vec!["first line".to_owned()],
            site: site.to_owned(),
            operator: false,
        }
    }

    fn shared() -> Connection {
        Connection {
            site: SiteScope::SharedToInternalSites {
                recipient: "North".to_owned(),
            },
            ..connection("Main")
        }
    }

    fn assert_rows(connection: &Connection, rows: &[(Actor, Row)]) {
        for (actor, expected) in rows {
            let access = authorize(actor, connection, &sites());
            let found = (access.see, access.run, access.edit, access.export);
            assert_eq!(found, *expected, "{actor:?}");
        }
    }

    #[test]
    fn c7_a_connection_of_one_site_is_used_seen_and_changed_there_only() {
        let elsewhere = nothing(Denied::OtherSite);
        assert_rows(
            &connection("Main"),
            &[
                (person("North"), ALL),
                (person("South"), elsewhere),
                (person("Client"), elsewhere),
                (person("Acme"), elsewhere),
                (person("Nowhere"), nothing(Denied::NoSuchSite)),
                (Actor::desk("North"), ALL),
                (Actor::desk("South"), (true, Err(Denied::OtherSite), true, true)),
            ],
        );
    }

    #[test]
    fn c8_a_connection_shared_to_internal_sites_is_used_by_each_of_them_and_by_no_client() {
        assert_rows(
            &shared(),
            &[
                (person("North"), ALL),
                (person("South"), USE),
                (person("Client"), nothing(Denied::NotInternal)),
                (person("Acme"), nothing(Denied::OtherSite)),
                (Actor::desk("South"), ALL),
                (Actor::desk("Client"), (true, Err(Denied::NotInternal), true, true)),
            ],
        );
    }

    #[test]
    fn c8_a_recipient_site_that_became_a_clients_or_a_tenant_uses_it_no_more() {
        for (kind, role) in [
            (SiteKind::Client, SiteRole::Alone),
            (SiteKind::Internal, SiteRole::Tenant),
        ] {
            let mut sites = sites();
            let home = sites.get_mut("North").unwrap();
            (home.kind, home.role) = (kind, role);
            let access = authorize(&person("North"), &shared(), &sites);
            let row = (access.see, access.run, access.edit, access.export);
            assert_eq!(row, nothing(Denied::NotInternal), "{kind:?} {role:?}");
        }
    }

    #[test]
    fn c12_chosen_tenants_see_and_use_a_masters_connection_and_cannot_change_or_export_it() {
        for mut given in [connection("Main"), shared()] {
            given.tenants = vec!["Acme".to_owned(), "South".to_owned()];
            let other = nothing(Denied::OtherSite);
            assert_rows(
                &given,
                &[
                    (person("North"), ALL),
                    (person("Acme"), USE),
                    (Actor::desk("Acme"), USE),
                    (person("Other tenant"), other),
                ],
            );
            assert!(authorize(&person("Acme"), &given, &sites()).copy);
            assert!(!authorize(&person("North"), &given, &sites()).copy);
        }
    }

    #[test]
    fn c12_a_site_that_is_no_master_shares_with_nobody_and_one_that_is_no_tenant_gets_nothing() {
        let mut given = connection("Main");
        given.tenants = vec!["South".to_owned(), "Client".to_owned()];
        assert_rows(
            &given,
            &[
                (person("South"), nothing(Denied::OtherSite)),
                (person("Client"), nothing(Denied::OtherSite)),
            ],
        );
        let of_no_master = Connection {
            site: SiteScope::One("South".to_owned()),
            tenants: vec!["Acme".to_owned()],
            ..connection("Main")
        };
        assert_rows(&of_no_master, &[(person("Acme"), nothing(Denied::OtherSite))]);
    }

    #[test]
    fn c13_whoever_is_not_among_the_users_can_neither_see_use_nor_change_it() {
        let by_name = |name: &str| Users::Listed {
            users: vec![name.to_owned()],
            groups: Vec::new(),
        };
        let by_group = |name: &str| Users::Listed {
            users: Vec::new(),
            groups: vec![name.to_owned()],
        };
        let rows = [
            (Users::Everybody, ALL),
            (by_name("ann"), ALL),
            (by_group("first line"), ALL),
            (by_name("bob"), nothing(Denied::NotAUser)),
            (by_name("first line"), nothing(Denied::NotAUser)),
            (by_group("ann"), nothing(Denied::NotAUser)),
        ];
        for (users, expected) in rows {
            let given = Connection {
                users,
                tenants: vec!["Acme".to_owned()],
                ..connection("Main")
            };
            assert_rows(&given, &[(person("North"), expected), (Actor::desk("North"), ALL)]);
            let tenants = authorize(&person("Acme"), &given, &sites());
            assert_eq!((tenants.see, tenants.edit), (expected.0, false));
        }
    }

    #[test]
    fn c14_an_inactive_connection_runs_nothing_for_anybody_and_can_still_be_changed() {
        let given = Connection {
            active: false,
            tenants: vec!["Acme".to_owned()],
            ..shared()
        };
        let off = Err(Denied::Inactive);
        assert_rows(
            &given,
            &[
                (person("North"), (true, off, true, true)),
                (person("South"), (true, off, false, false)),
                (person("Acme"), (true, off, false, false)),
                (Actor::desk("North"), (true, off, true, true)),
            ],
        );
    }

    #[test]
    fn c7_c8_c13_c14_a_refusal_says_whose_connection_it_is_and_what_to_do() {
        let rows = [
            (Denied::NotAUser, 403, "is not for `ann`"),
            (Denied::NoSuchSite, 403, "no site `North`"),
            (Denied::OtherSite, 403, "`Main` is not for the site `North`"),
            (Denied::NotInternal, 403, "shared to internal sites"),
            (Denied::Inactive, 409, "`Main` is not active"),
        ];
        for (denied, status, words) in rows {
            let failure = denied.failure("Main", &person("North"));
            assert_eq!(failure.status_code, status);
            assert!(failure.message.contains(words), "{}", failure.message);
            assert!(failure.hint.is_some());
        }
    }
}
