//! Sites: the parts of a deployment that are kept apart.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A site; what belongs to it is seen by no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub kind: SiteKind,
    /// What it is to other sites.
    pub role: SiteRole,
    /// Its time zone, by the name that the IANA database has for it.
    pub time_zone: Option<String>,
    /// What people want to know of it.
    pub description: String,
}

/// Whose a site is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SiteKind {
    /// The service provider's own.
    #[default]
    Internal,
    /// A client's.
    Client,
}

/// What a site is to other sites.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SiteRole {
    /// It neither shares with tenants nor is one.
    #[default]
    Alone,
    /// It may share its connections with tenants.
    Master,
    /// It sees what a master shares with it; beside that, it has what is its own.
    Tenant,
}

/// All sites of a deployment, by name.
pub type Sites = BTreeMap<String, Site>;

impl Site {
    /// An internal site that stands alone.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: SiteKind::Internal,
            role: SiteRole::Alone,
            time_zone: None,
            description: String::new(),
        }
    }

    /// Whether a connection that is shared to internal sites is shared to this one.
    ///
    /// A tenant has what is shared with it by name, and nothing by its kind.
    pub fn shares_internally(&self) -> bool {
        self.kind == SiteKind::Internal && self.role != SiteRole::Tenant
    }
}
