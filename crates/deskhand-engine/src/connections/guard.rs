//! Which changes of a connection need its secrets again.

use deskhand_command::IntegrationDescription;

use super::{Connection, SecretPlace};

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

/// The sealed secrets of `after`, by key, that cannot be taken over from `before`, with what changed.
///
/// `given` are the keys of those that come with the change.
pub fn secrets_to_give_again(
    before: &Connection,
    after: &Connection,
    given: &[&str],
    integration: &IntegrationDescription,
) -> Option<(Vec<String>, Vec<&'static str>)> {
    let changed = needs_secret_again(before, after, integration);
    let kept = after
        .secrets
        .iter()
        .filter(|(key, place)| **place == SecretPlace::Sealed && !given.contains(&key.as_str()));
    let kept: Vec<String> = kept.map(|(key, _)| key.clone()).collect();
    (!changed.is_empty() && !kept.is_empty()).then_some((kept, changed))
}

fn trimmed<'a>(connection: &'a Connection, key: &str) -> &'a str {
    connection.values.get(key).map_or("", |value| value.trim())
}

#[cfg(test)]
mod tests {
    use super::super::VaultReference;
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

    #[test]
    fn a_secret_that_comes_with_the_change_or_lies_in_a_vault_is_not_asked_for() {
        let before = connection("Main");
        let mut after = before.clone();
        after.agent = Some("branch".to_owned());
        let asked = secrets_to_give_again(&before, &after, &[], &TOY);
        assert_eq!(asked, Some((vec!["privatekey".to_owned()], vec!["agent"])));
        assert_eq!(secrets_to_give_again(&before, &after, &["privatekey"], &TOY), None);
        let reference = VaultReference {
            vault: "prod".to_owned(),
            path: "psa".to_owned(),
            field: None,
        };
        after
            .secrets
            .insert("privatekey".to_owned(), SecretPlace::Vault(reference));
        assert_eq!(secrets_to_give_again(&before, &after, &[], &TOY), None);
    }
}
