//! `[[user]]`

use serde::{Deserialize, Serialize};

use crate::connections::User;
use crate::dates::written;

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
    #[serde(default, deserialize_with = "written::zone", skip_serializing_if = "Option::is_none")]
    time_zone: Option<String>,
    #[serde(
        default,
        deserialize_with = "written::pattern",
        skip_serializing_if = "Option::is_none"
    )]
    date_form: Option<String>,
}

impl WrittenUser {
    pub(super) fn into_user(self) -> Result<User, String> {
        if self.sites.is_empty() && !self.operator {
            return Err("a user works for at least one of the `sites`, or is an `operator`".to_owned());
        }
        Ok(User {
            name: self.name,
            groups: self.groups,
            sites: self.sites,
            operator: self.operator,
            mail: self.mail,
            time_zone: self.time_zone,
            date_form: self.date_form,
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
            date_form: user.date_form,
        }
    }
}
