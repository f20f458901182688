//! Which changes of a connection need its secrets again.

use deskhand_command::IntegrationDescription;

use super::Connection;

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
