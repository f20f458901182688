//! A connection in words and as JSON, without its secrets.

use std::collections::{BTreeMap, BTreeSet};

use deskhand_command::{IntegrationDescription, Parameter};
use deskhand_engine::connections::{Connection, SecretPlace, SiteScope, Users};
use deskhand_engine::health::Health;
use serde_json::{Value, json};

/// The site that it is at home in.
pub(super) fn site(connection: &Connection) -> String {
    connection.site.home().to_owned()
}

/// Everybody else that has it.
pub(super) fn shared_with(connection: &Connection) -> String {
    let internal =
        matches!(connection.site, SiteScope::SharedToInternalSites { .. }).then(|| "internal sites".to_owned());
    let all: Vec<_> = internal.into_iter().chain(connection.tenants.iter().cloned()).collect();
    all.join(", ")
}

/// Where its secrets are: vaults by name, or sealed.
pub(super) fn vaults(connection: &Connection) -> String {
    let places = connection.secrets.values().map(|place| match place {
        SecretPlace::Sealed => "(sealed)",
        SecretPlace::Vault(reference) => &reference.vault,
    });
    places
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect::<Vec<_>>()
        .join(", ")
}

pub(super) fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

pub(super) fn users(users: &Users) -> String {
    match users {
        Users::Everybody => "everybody at a site that has it".to_owned(),
        Users::Listed { users, groups } if users.is_empty() && groups.is_empty() => "nobody but operators".to_owned(),
        Users::Listed { users, groups } => {
            let groups = groups.iter().map(|group| format!("the group {group}"));
            users.iter().cloned().chain(groups).collect::<Vec<_>>().join(", ")
        }
    }
}

pub(super) fn place(place: &SecretPlace) -> String {
    match place {
        SecretPlace::Sealed => "sealed".to_owned(),
        SecretPlace::Vault(reference) => {
            let field = reference.field.as_ref().map(|field| format!(", field {field}"));
            format!(
                "in the vault {} at {}{}",
                reference.vault,
                reference.path,
                field.unwrap_or_default()
            )
        }
    }
}

/// The whole definition, and its health.
pub(super) fn as_json(connection: &Connection, health: &Health, integration: &IntegrationDescription) -> Value {
    let member = |key: &str| {
        let known = integration.parameter(key);
        known.map_or_else(|| key.to_owned(), Parameter::member)
    };
    let values: BTreeMap<_, _> = connection
        .values
        .iter()
        .map(|(key, value)| (member(key), value))
        .collect();
    let secrets: BTreeMap<_, _> = connection
        .secrets
        .iter()
        .map(|(key, place)| (member(key), place_json(place)))
        .collect();
    json!({
        "name": connection.name,
        "site": connection.site.home(),
        "sharedToInternalSites": matches!(connection.site, SiteScope::SharedToInternalSites { .. }),
        "tenants": connection.tenants,
        "users": users_json(&connection.users),
        "active": connection.active,
        "description": connection.description,
        "agent": connection.agent,
        "values": values,
        "secrets": secrets,
        "caCertificate": connection.ca_certificate,
        "healthCheck": connection.health_check.as_ref().map(|check| {
            json!({"everyMinutes": check.every_minutes, "mailTo": check.mail_to})
        }),
        "health": health,
    })
}

fn place_json(place: &SecretPlace) -> Value {
    match place {
        SecretPlace::Sealed => json!({"sealed": true}),
        SecretPlace::Vault(reference) => json!(reference),
    }
}

fn users_json(users: &Users) -> Value {
    match users {
        Users::Everybody => Value::Null,
        Users::Listed { users, groups } => json!({"users": users, "groups": groups}),
    }
}
