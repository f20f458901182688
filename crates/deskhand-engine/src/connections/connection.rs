//! A connection as it is defined: everything but its secrets.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Users;

/// A connection's definition. Its secrets are elsewhere: sealed in the store, or in a vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Its name, by which it is chosen; each once in a desk.
    pub name: String,
    /// Which sites it is for.
    pub site: SiteScope,
    /// Tenants that see it, and cannot change it.
    pub tenants: Vec<String>,
    /// Who may use it.
    pub users: Users,
    /// Whether it can be used.
    pub active: bool,
    /// What people want to know of it.
    pub description: String,
    /// The agent that calls go through; without one they go directly.
    pub agent: Option<String>,
    /// The integration's parameters that are no secrets, by key.
    pub values: BTreeMap<String, String>,
    /// Where the others are, by key.
    pub secrets: BTreeMap<String, SecretPlace>,
    /// How its health is looked after.
    pub health_check: Option<HealthCheck>,
    /// A certificate authority to trust as well, as PEM.
    pub ca_certificate: Option<String>,
}

/// Which sites a connection is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SiteScope {
    /// This one.
    One(String),
    /// Every internal site.
    SharedToInternalSites {
        /// The internal site that it is at home in: what it ingests lands there.
        recipient: String,
    },
}

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretPlace {
    /// In the store, sealed.
    Sealed,
    /// In a vault; it is fetched when a call needs it, and never kept.
    Vault(VaultReference),
}

/// A secret in a vault.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VaultReference {
    /// The vault, by the name that the operator declared it under.
    pub vault: String,
    /// Where in it.
    pub path: String,
    /// Which part of what is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// How a connection's health is looked after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HealthCheck {
    /// Test Connection runs every so many minutes, at least 1.
    pub every_minutes: u32,
    /// Who gets a letter when it fails, and when it is well again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mail_to: Vec<String>,
}

impl SiteScope {
    /// The site that the connection is at home in.
    pub fn home(&self) -> &str {
        match self {
            Self::One(site) => site,
            Self::SharedToInternalSites { recipient } => recipient,
        }
    }
}

impl Connection {
    /// The site that events land in when somebody ingests for `site`.
    ///
    /// It is the connection's home, except for a tenant: what it ingests stays with it, and nothing flows back.
    pub fn lands_in<'a>(&'a self, site: &'a str) -> &'a str {
        if self.tenants.iter().any(|tenant| tenant == site) {
            site
        } else {
            self.site.home()
        }
    }

    /// The keys of its sealed secrets.
    pub fn sealed(&self) -> impl Iterator<Item = &str> {
        let sealed = self.secrets.iter().filter(|(_, place)| **place == SecretPlace::Sealed);
        sealed.map(|(key, _)| key.as_str())
    }

    /// What a tenant sees of it: nothing of other tenants and people, and not where its secrets are.
    #[must_use]
    pub fn copy_for(&self, tenant: &str) -> Self {
        Self {
            tenants: self.tenants.iter().filter(|name| *name == tenant).cloned().collect(),
            users: Users::Everybody,
            secrets: BTreeMap::new(),
            health_check: None,
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::toy::connection;
    use super::*;

    #[test]
    fn c9_what_is_ingested_lands_in_the_recipient_site() {
        let mut shared = connection("Main");
        assert_eq!(shared.lands_in("North"), "North");
        shared.site = SiteScope::SharedToInternalSites {
            recipient: "North".to_owned(),
        };
        assert_eq!(shared.lands_in("South"), "North");
    }

    #[test]
    fn c12_what_a_tenant_has_of_a_connection_is_a_copy_without_secrets_from_which_nothing_flows_back() {
        let mut shared = connection("Main");
        shared.tenants = vec!["Acme".to_owned(), "Other".to_owned()];
        shared.users = Users::Listed {
            users: vec!["ann".to_owned()],
            groups: Vec::new(),
        };
        assert_eq!(shared.lands_in("Acme"), "Acme");
        let copy = shared.copy_for("Acme");
        assert_eq!((copy.tenants.len(), copy.secrets.len()), (1, 0));
        assert_eq!((copy.values, copy.users), (shared.values, Users::Everybody));
    }
}
