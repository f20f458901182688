//! Which changes of a connection need its secrets again.

use deskhand_command::IntegrationDescription;

use super::open::Unsaved;
use super::{Actor, Connection, SecretPlace};
use crate::desk::{Desk, Kind};

/// What changed, in words, that decides where a connection's secrets are sent; nothing changed when it is empty.
///
/// Whoever may change a connection may not read its secrets. Without this, they could: by having them sent to themselves.
pub fn needs_secret_again(
    before: &Connection,
    after: &Connection,
    integration: &IntegrationDescription,
) -> Vec<&'static str> {
    let addresses = integration.parameters.iter().filter(|parameter| parameter.address);
    let mut changed: Vec<&'static str> = addresses
        .filter(|parameter| trimmed(before, parameter.key) != trimmed(after, parameter.key))
        .map(|parameter| parameter.title)
        .collect();
    if before.agent != after.agent {
        changed.push("agent");
    }
    if before.ca_certificate != after.ca_certificate {
        changed.push("certificate authority");
    }
    changed
}

/// Says that secrets have to come with a change, and why.
pub(crate) fn give_again(titles: &[&str], changed: &[&str]) -> String {
    format!(
        "the {} has to be given again, because the {} changed: whoever changes where a secret is sent has to know it",
        titles.join(" and the "),
        changed.join(" and the ")
    )
}

/// Why somebody may not have the secrets used that they have not typed; nothing when they may.
///
/// Operators decide what is read from vaults. Everybody else tests with what the connection has already, and where it is sent
/// already: otherwise a file of theirs, with an address of theirs, would be given any secret.
pub(super) fn wrong_secrets(
    desk: &Desk,
    actor: &Actor,
    unsaved: &Unsaved,
    integration: &IntegrationDescription,
) -> Vec<String> {
    let connection = &unsaved.connection;
    let before = desk.connections.get(&connection.name);
    let changed = before.map_or_else(Vec::new, |before| needs_secret_again(before, connection, integration));
    let title = |key: &str| integration.parameter(key).map_or("secret", |parameter| parameter.title);
    let (mut wrong, mut again) = (Vec::new(), Vec::new());
    for (key, place) in &connection.secrets {
        let title = title(key);
        if unsaved.secrets.contains_key(key) {
            continue;
        }
        let guarded = match place {
            SecretPlace::Sealed if before.is_none() && desk.is_unreadable(Kind::Connection, &connection.name) => {
                wrong.push(format!(
                    "the {title} has to be given again: the stored definition cannot be read"
                ));
                continue;
            }
            SecretPlace::Sealed => true,
            SecretPlace::Vault(_) => !actor.operator,
        };
        let is_new = before.is_none_or(|before| before.secrets.get(key) != Some(place));
        if guarded && is_new && matches!(place, SecretPlace::Vault(_)) {
            wrong.push(format!(
                "the {title} has to be given itself: only operators say what is read from vaults"
            ));
        } else if guarded && !changed.is_empty() {
            again.push(title);
        }
    }
    if !again.is_empty() {
        wrong.push(give_again(&again, &changed));
    }
    wrong
}

fn trimmed<'a>(connection: &'a Connection, key: &str) -> &'a str {
    connection.values.get(key).map_or("", |value| value.trim())
}

#[cfg(test)]
mod tests {
    use super::super::toy::{TOY, connection};
    use super::*;

    #[test]
    fn c5_what_decides_where_a_secret_is_sent_needs_it_again_and_nothing_else_does() {
        let before = connection("Main");
        let with = |change: fn(&mut Connection)| {
            let mut after = before.clone();
            change(&mut after);
            needs_secret_again(&before, &after, &TOY)
        };
        assert_eq!(
            with(|after| _ = after
                .values
                .insert("serverurl".to_owned(), "https://evil.test".to_owned())),
            ["Server URL"]
        );
        assert_eq!(with(|after| after.agent = Some("branch".to_owned())), ["agent"]);
        assert_eq!(
            with(|after| after.ca_certificate = Some("PEM".to_owned())),
            ["certificate authority"]
        );
        let harmless = with(|after| {
            after
                .values
                .insert("serverurl".to_owned(), " https://psa.test ".to_owned());
            after.values.insert("apiversion".to_owned(), "3.1".to_owned());
            after.description = "Another".to_owned();
            after.active = false;
        });
        assert_eq!(harmless, [""; 0]);
    }
}
