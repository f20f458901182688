//! `[[connection]]`: its own members, and beside them the integration's parameters.

use std::collections::BTreeMap;

use deskhand_command::{IntegrationDescription, Parameter};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::read::GivenConnection;
use crate::connections::{Connection, HealthCheck, SecretPlace, SiteScope, Users, VaultReference};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    site: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    share_to_internal_sites: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recipient_site: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tenants: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    users: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    groups: Option<Vec<String>>,
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    active: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    description: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ca_certificate: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    health_check: Option<HealthCheck>,
}

/// A connection on its way into a file; parameters come behind the members of its own.
#[derive(Serialize)]
pub(super) struct WithParameters {
    #[serde(flatten)]
    own: Written,
    #[serde(flatten)]
    values: BTreeMap<String, String>,
    #[serde(flatten)]
    secrets: BTreeMap<String, WrittenSecret>,
}

/// Where a secret is, as files have it.
#[derive(Serialize)]
#[serde(untagged)]
enum WrittenSecret {
    Sealed { sealed: bool },
    Vault(VaultReference),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretTable {
    sealed: Option<bool>,
    vault: Option<String>,
    path: Option<String>,
    field: Option<String>,
}

fn yes() -> bool {
    true
}

/// What is wrong, and where when that is known.
pub(super) type Wrong = (Option<usize>, String);

/// Reads a connection; what it is held against comes later.
pub(super) fn read(
    value: Spanned<DeValue<'_>>,
    integration: &IntegrationDescription,
) -> Result<GivenConnection, Wrong> {
    let span = value.span();
    let DeValue::Table(members) = value.into_inner() else {
        return Err((None, "a connection has members".to_owned()));
    };
    let (mut own, mut parameters) = (DeTable::new(), Vec::new());
    for (key, value) in members {
        match integration.parameter(key.get_ref()) {
            Some(parameter) => parameters.push((parameter, value)),
            None => _ = own.insert(key, value),
        }
    }
    let own = Spanned::new(span, DeValue::Table(own));
    let own = Written::deserialize(ValueDeserializer::from(own)).map_err(|error| unread(&error, integration))?;
    let mut given = GivenConnection {
        connection: own.into_connection().map_err(|message| (None, message))?,
        secrets: BTreeMap::new(),
    };
    for (parameter, value) in parameters {
        let at = value.span().start;
        given.take(parameter, value).map_err(|message| (Some(at), message))?;
    }
    Ok(given)
}

/// What the parser says; an unknown member could have been meant for a parameter, which it does not know of.
fn unread(error: &toml::de::Error, integration: &IntegrationDescription) -> Wrong {
    let mut message = error.message().to_owned();
    if message.starts_with("unknown field") {
        let members: Vec<String> = integration
            .parameters
            .iter()
            .map(|known| format!("`{}`", known.member()))
            .collect();
        message = format!("{message}, and the parameters {}", members.join(", "));
    }
    (error.span().map(|span| span.start), message)
}

impl GivenConnection {
    fn take(&mut self, parameter: &Parameter, value: Spanned<DeValue<'_>>) -> Result<(), String> {
        let key = parameter.key.to_owned();
        let member = parameter.member();
        if parameter.secret {
            let place = self.secret(&key, &member, value)?;
            if self.connection.secrets.insert(key, place).is_some() {
                return Err(format!("`{member}` is there twice"));
            }
            return Ok(());
        }
        let text = match toml::Value::deserialize(ValueDeserializer::from(value)) {
            Ok(toml::Value::String(text)) => text,
            Ok(toml::Value::Integer(number)) => number.to_string(),
            Ok(toml::Value::Boolean(flag)) => flag.to_string(),
            _ => return Err(format!("`{member}` is a text or a whole number")),
        };
        if self.connection.values.insert(key, text).is_some() {
            return Err(format!("`{member}` is there twice"));
        }
        Ok(())
    }

    fn secret(&mut self, key: &str, member: &str, value: Spanned<DeValue<'_>>) -> Result<SecretPlace, String> {
        let wrong = || {
            format!(
                "`{member}` is the secret itself, which is sealed then, or where it is: `{{ vault = \"…\", path = \"…\" }}`, or \
                 `{{ sealed = true }}` for the one that is sealed already"
            )
        };
        if let DeValue::String(text) = value.get_ref() {
            if text.trim().is_empty() {
                return Err(format!("`{member}` is empty"));
            }
            self.secrets.insert(key.to_owned(), SecretString::from(text.trim()));
            return Ok(SecretPlace::Sealed);
        }
        // The parser's own words could quote what stands there.
        let table = SecretTable::deserialize(ValueDeserializer::from(value)).map_err(|_| wrong())?;
        match table {
            SecretTable {
                sealed: Some(true),
                vault: None,
                path: None,
                field: None,
            } => Ok(SecretPlace::Sealed),
            SecretTable {
                sealed: None,
                vault: Some(vault),
                path: Some(path),
                field,
            } => Ok(SecretPlace::Vault(VaultReference { vault, path, field })),
            _ => Err(wrong()),
        }
    }
}

impl Written {
    fn into_connection(self) -> Result<Connection, String> {
        let site = match (self.site, self.share_to_internal_sites, self.recipient_site) {
            (Some(site), false, None) => SiteScope::One(site),
            (None, true, Some(recipient)) => SiteScope::SharedToInternalSites { recipient },
            (_, true, None) => {
                return Err("a connection shared to internal sites needs a `recipient_site`".to_owned());
            }
            (Some(_), true, _) => {
                return Err(
                    "a connection is for one `site`, or `share_to_internal_sites` is true; take one out".to_owned(),
                );
            }
            (_, false, Some(_)) => {
                return Err("`recipient_site` has a meaning only with `share_to_internal_sites = true`".to_owned());
            }
            (None, false, None) => {
                return Err(
                    "a connection needs a `site`, or `share_to_internal_sites = true` and a `recipient_site`"
                        .to_owned(),
                );
            }
        };
        let users = match (self.users, self.groups) {
            (None, None) => Users::Everybody,
            (users, groups) => Users::Listed {
                users: users.unwrap_or_default(),
                groups: groups.unwrap_or_default(),
            },
        };
        Ok(Connection {
            name: self.name,
            site,
            tenants: self.tenants,
            users,
            active: self.active,
            description: self.description,
            agent: self.agent,
            values: BTreeMap::new(),
            secrets: BTreeMap::new(),
            health_check: self.health_check,
            ca_certificate: self.ca_certificate,
        })
    }

    fn of(connection: &Connection) -> Self {
        let connection = connection.clone();
        let (site, recipient_site) = match connection.site {
            SiteScope::One(site) => (Some(site), None),
            SiteScope::SharedToInternalSites { recipient } => (None, Some(recipient)),
        };
        let (users, groups) = match connection.users {
            Users::Everybody => (None, None),
            Users::Listed { users, groups } => (Some(users), (!groups.is_empty()).then_some(groups)),
        };
        Self {
            name: connection.name,
            site,
            share_to_internal_sites: recipient_site.is_some(),
            recipient_site,
            tenants: connection.tenants,
            users,
            groups,
            active: connection.active,
            description: connection.description,
            agent: connection.agent,
            ca_certificate: connection.ca_certificate,
            health_check: connection.health_check,
        }
    }
}

impl WithParameters {
    pub(super) fn of(connection: &Connection, integration: &IntegrationDescription) -> Self {
        let member = |key: &str| {
            integration
                .parameter(key)
                .map_or_else(|| key.to_owned(), Parameter::member)
        };
        let values = connection.values.iter();
        let secrets = connection.secrets.iter();
        Self {
            own: Written::of(connection),
            values: values.map(|(key, value)| (member(key), value.clone())).collect(),
            secrets: secrets.map(|(key, place)| (member(key), place.into())).collect(),
        }
    }
}

impl From<&SecretPlace> for WrittenSecret {
    fn from(place: &SecretPlace) -> Self {
        match place {
            SecretPlace::Sealed => Self::Sealed { sealed: true },
            SecretPlace::Vault(reference) => Self::Vault(reference.clone()),
        }
    }
}
