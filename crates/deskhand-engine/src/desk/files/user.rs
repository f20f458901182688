//! `[[user]]`

use serde::{Deserialize, Serialize};

use super::site::known_zone;
use crate::connections::User;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenUser {
    name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    groups: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sites: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    operator: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mail: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time_zone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    date_format: Option<String>,
}

impl WrittenUser {
    pub(super) fn into_user(self) -> Result<User, String> {
        if self.sites.is_empty() && !self.operator {
            return Err("a user works for at least one of the `sites`, or is an `operator`".to_owned());
        }
        if let Some(zone) = &self.time_zone {
            known_zone(zone)?;
        }
        Ok(User {
            name: self.name,
            groups: self.groups,
            sites: self.sites,
            operator: self.operator,
            mail: self.mail,
            time_zone: self.time_zone,
            date_format: self.date_format,
        })
    }

    pub(super) fn of(user: &User) -> Self {
        let user = user.clone();
        Self {
            name: user.name,
            groups: user.groups,
            sites: user.sites,
            operator: user.operator,
            mail: user.mail,
            time_zone: user.time_zone,
            date_format: user.date_format,
        }
    }
}
