//! Connections: whether they can be opened, and whom they name.

use std::collections::BTreeMap;

use deskhand_command::{Integration as _, Parameter, Settings};
use deskhand_connectwise::ConnectWise;
use deskhand_engine::connections::{Connection, SecretPlace, Users, VaultReference};
use deskhand_engine::desk::files::GivenConnection;
use deskhand_engine::mail::is_address;

use super::check::Wrong;
use super::names::Names;
use super::user::no_address;

pub(super) fn wrong(
    given: &GivenConnection,
    names: &Names,
    vault_refusal: &dyn Fn(&VaultReference) -> Option<String>,
) -> Vec<Wrong> {
    let connection = &given.connection;
    let mut wrong = parameters(connection);
    wrong.extend(users(connection, names));
    for (key, place) in &connection.secrets {
        if let SecretPlace::Vault(reference) = place
            && let Some(why) = vault_refusal(reference)
        {
            wrong.push(Wrong::at(&[&member(key), "path"], why));
        }
    }
    let letters = connection.health_check.iter().flat_map(|check| &check.mail_to);
    for (number, address) in letters.enumerate().filter(|(_, address)| !is_address(address)) {
        let place = ["health_check", "mail_to", &number.to_string()];
        wrong.push(Wrong::at(&place, no_address(address)));
    }
    wrong
}

fn users(connection: &Connection, names: &Names) -> Vec<Wrong> {
    let Users::Listed { users, groups } = &connection.users else {
        return Vec::new();
    };
    let at = |list: &str, number: usize, message: String| Wrong::at(&[list, &number.to_string()], message);
    let users = users.iter().enumerate().filter_map(|(number, name)| {
        let message = names.unknown_user(name)?;
        Some(at("users", number, message))
    });
    let groups = groups.iter().enumerate().filter_map(|(number, name)| {
        let message = names.unknown_group(name)?;
        Some(at("groups", number, message))
    });
    users.chain(groups).collect()
}

/// Parameters that cannot be; whatever cannot be told of one by itself, opening the connection tells.
fn parameters(connection: &Connection) -> Vec<Wrong> {
    let wrong = ConnectWise::complaints(&connection.values);
    if !wrong.is_empty() {
        let wrong = wrong.into_iter();
        return wrong
            .map(|(key, message)| Wrong::at(&[&member(key)], message))
            .collect();
    }
    let integration = ConnectWise::default();
    let mut parameters = integration.description().parameters.iter();
    let is_there = |key: &str| connection.values.get(key).is_some_and(|value| !value.trim().is_empty());
    if !parameters.all(|known| known.secret || !known.required || is_there(known.key)) {
        return Vec::new();
    }
    // Nothing is sent by that, so that any key will do.
    let secrets = connection.secrets.keys();
    let settings = Settings {
        values: connection.values.clone(),
        secrets: secrets
            .map(|key| (key.clone(), "key".into()))
            .collect::<BTreeMap<_, _>>(),
        ca_certificate: connection.ca_certificate.as_ref().map(|pem| pem.clone().into_bytes()),
        ..Settings::default()
    };
    match integration.open(&settings) {
        Err(failure) if !connection.secrets.is_empty() => vec![Wrong::at(&[], failure.message)],
        _ => Vec::new(),
    }
}

/// What files call a parameter.
fn member(key: &str) -> String {
    let parameter = ConnectWise::default().description().parameter(key);
    parameter.map_or_else(|| key.to_owned(), Parameter::member)
}
