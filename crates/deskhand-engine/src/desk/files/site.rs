//! `[[site]]`

use serde::{Deserialize, Serialize};

use crate::connections::{Site, SiteKind, SiteRole};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenSite {
    name: String,
    #[serde(default)]
    kind: SiteKind,
    #[serde(default, skip_serializing_if = "is_alone")]
    role: SiteRole,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time_zone: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    description: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks like this")]
fn is_alone(role: &SiteRole) -> bool {
    *role == SiteRole::Alone
}

impl WrittenSite {
    pub(super) fn into_site(self) -> Result<Site, String> {
        if let Some(zone) = &self.time_zone {
            known_zone(zone)?;
        }
        Ok(Site {
            name: self.name,
            kind: self.kind,
            role: self.role,
            time_zone: self.time_zone,
            description: self.description,
        })
    }

    pub(super) fn of(site: &Site) -> Self {
        Self {
            name: site.name.clone(),
            kind: site.kind,
            role: site.role,
            time_zone: site.time_zone.clone(),
            description: site.description.clone(),
        }
    }
}

/// Refuses what is no time zone.
fn known_zone(zone: &str) -> Result<(), String> {
    match jiff::tz::TimeZone::get(zone) {
        Ok(_) => Ok(()),
        Err(_) => Err(format!(
            "there is no time zone `{zone}`; write one of the IANA database's names, such as Europe/Vienna"
        )),
    }
}
