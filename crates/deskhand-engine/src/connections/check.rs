//! Whether a connection's definition can be.

use deskhand_command::{IntegrationDescription, Parameter};

use super::near::unknown;
use super::{Connection, SecretPlace, SiteKind, SiteRole, SiteScope, Sites};

/// What a definition is held against.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// The integration that opens it.
    pub integration: &'a IntegrationDescription,
    /// All sites.
    pub sites: &'a Sites,
    /// The agents that the operator declared, by name.
    pub agents: &'a [String],
    /// The vaults that the operator declared, by name.
    pub vaults: &'a [String],
}

/// Names that begin like this are the desk's own, for secrets that are no connection's.
pub(crate) const RESERVED: &str = "agent:";

/// Everything that is wrong with a connection, each in a fragment that names the member at fault.
pub fn complaints(connection: &Connection, around: &Surroundings<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    name(connection, &mut wrong);
    site(connection, around.sites, &mut wrong);
    tenants(connection, around.sites, &mut wrong);
    parameters(connection, around, &mut wrong);
    if let Some(agent) = &connection.agent
        && !around.agents.contains(agent)
    {
        let unknown = unknown("agent", agent, around.agents.iter().map(String::as_str));
        wrong.push(format!("{unknown}; {}", declared("agent")));
    }
    if let Some(check) = &connection.health_check
        && check.every_minutes == 0
    {
        wrong.push("the health check runs every so many minutes, at least 1".to_owned());
    }
    if let Some(pem) = &connection.ca_certificate
        && !pem.contains("-----BEGIN CERTIFICATE-----")
    {
        wrong.push(
            "`ca_certificate` is the certificate itself as PEM, beginning with -----BEGIN CERTIFICATE-----".to_owned(),
        );
    }
    wrong
}

fn name(connection: &Connection, wrong: &mut Vec<String>) {
    let name = &connection.name;
    if name.trim().is_empty() || name.trim() != name || name.chars().any(char::is_control) {
        wrong.push("a connection's name is some visible text without blanks around it".to_owned());
    }
    if name.starts_with(RESERVED) {
        wrong.push(format!("a connection's name cannot begin with `{RESERVED}`"));
    }
}

fn site(connection: &Connection, sites: &Sites, wrong: &mut Vec<String>) {
    let home = connection.site.home();
    match (sites.get(home), &connection.site) {
        (None, _) => wrong.push(unknown("site", home, sites.keys().map(String::as_str))),
        (Some(site), SiteScope::SharedToInternalSites { .. }) if !site.shares_internally() => {
            let is = if site.kind == SiteKind::Client {
                "a client's"
            } else {
                "a tenant"
            };
            wrong.push(format!(
                "the recipient site of a connection shared to internal sites is an internal one, and `{home}` is {is}"
            ));
        }
        _ => {}
    }
}

fn tenants(connection: &Connection, sites: &Sites, wrong: &mut Vec<String>) {
    if connection.tenants.is_empty() {
        return;
    }
    let home = connection.site.home();
    if sites.get(home).is_some_and(|site| site.role != SiteRole::Master) {
        wrong.push(format!(
            "only a master shares with tenants, and the site `{home}` is none; take `tenants` out, or give the site `role = \"master\"`"
        ));
    }
    for tenant in &connection.tenants {
        match sites.get(tenant) {
            None => {
                let tenants = sites.values().filter(|site| site.role == SiteRole::Tenant);
                wrong.push(unknown("tenant", tenant, tenants.map(|site| site.name.as_str())));
            }
            Some(site) if site.role != SiteRole::Tenant => wrong.push(format!(
                "the site `{tenant}` is no tenant; give it `role = \"tenant\"`, or take it out of `tenants`"
            )),
            Some(_) => {}
        }
    }
}

fn parameters(connection: &Connection, around: &Surroundings<'_>, wrong: &mut Vec<String>) {
    for parameter in around.integration.parameters {
        if parameter.secret {
            secret(connection, parameter, around, wrong);
        } else if parameter.required && parameter.default.is_none() {
            let value = connection.values.get(parameter.key);
            if value.is_none_or(|value| value.trim().is_empty()) {
                wrong.push(missing(parameter));
            }
        }
    }
}

fn secret(connection: &Connection, parameter: &Parameter, around: &Surroundings<'_>, wrong: &mut Vec<String>) {
    match connection.secrets.get(parameter.key) {
        None if parameter.required => wrong.push(missing(parameter)),
        Some(SecretPlace::Vault(reference)) if !around.vaults.contains(&reference.vault) => {
            let unknown = unknown("vault", &reference.vault, around.vaults.iter().map(String::as_str));
            wrong.push(format!("{unknown}; {}", declared("vault")));
        }
        _ => {}
    }
}

/// Where vaults and agents are declared: in no file of a desk.
fn declared(what: &str) -> String {
    format!("{what}s are declared as [[{what}]] in the operator's configuration (docs/guides/serve.md)")
}

fn missing(parameter: &Parameter) -> String {
    format!("the {} is missing (`{}`)", parameter.title, parameter.member())
}

#[cfg(test)]
mod tests {
    use super::super::VaultReference;
    use super::super::toy::{TOY, connection, sites};
    use super::*;
    use crate::health::HealthCheck;

    fn wrong(connection: &Connection) -> Vec<String> {
        let (agents, vaults) = (["branch".to_owned()], ["prod".to_owned()]);
        complaints(
            connection,
            &Surroundings {
                integration: &TOY,
                sites: &sites(),
                agents: &agents,
                vaults: &vaults,
            },
        )
    }

    fn assert_wrong(connection: &Connection, expected: &str) {
        let wrong = wrong(connection);
        assert!(wrong.len() == 1 && wrong[0].contains(expected), "{wrong:?}");
    }

    #[test]
    fn c1_c15_each_required_parameter_that_is_missing_is_named_and_those_with_a_default_may_be() {
        assert_eq!(wrong(&connection("Main")), [""; 0]);
        for (key, title) in [("serverurl", "Server URL"), ("companyid", "Company ID")] {
            let mut given = connection("Main");
            given.values.insert(key.to_owned(), " ".to_owned());
            assert_wrong(&given, title);
            given.values.remove(key);
            assert_wrong(&given, title);
        }
        let mut given = connection("Main");
        given.secrets.clear();
        assert_wrong(&given, "the Private Key is missing (`private_key`)");
    }

    #[test]
    fn c7_c9_an_unknown_site_is_named_with_the_nearest_and_a_recipient_is_internal() {
        let at = |site| Connection {
            site,
            ..connection("Main")
        };
        assert_wrong(
            &at(SiteScope::One("Nroth".to_owned())),
            "no site `Nroth`; did you mean `North`?",
        );
        let shared = |recipient: &str| {
            at(SiteScope::SharedToInternalSites {
                recipient: recipient.to_owned(),
            })
        };
        assert_eq!(wrong(&shared("South")), [""; 0]);
        assert_wrong(&shared("Client"), "`Client` is a client's");
        assert_wrong(&shared("Acme"), "`Acme` is a tenant");
        assert_wrong(&shared("Soth"), "did you mean `South`?");
    }

    #[test]
    fn c12_only_a_master_shares_and_only_with_tenants() {
        let with = |home: &str, tenant: &str| Connection {
            site: SiteScope::One(home.to_owned()),
            tenants: vec![tenant.to_owned()],
            ..connection("Main")
        };
        assert_eq!(wrong(&with("North", "Acme")), [""; 0]);
        assert_wrong(&with("South", "Acme"), "only a master shares with tenants");
        assert_wrong(&with("North", "South"), "`South` is no tenant");
        assert_wrong(&with("North", "Acne"), "no tenant `Acne`; did you mean `Acme`?");
    }

    #[test]
    fn c10_c17_agents_and_vaults_are_those_that_the_operator_declared() {
        let through = |agent: &str| Connection {
            agent: Some(agent.to_owned()),
            ..connection("Main")
        };
        assert_eq!(wrong(&through("branch")), [""; 0]);
        assert_wrong(&through("brunch"), "no agent `brunch`; did you mean `branch`?");
        let kept_in = |vault: &str| {
            let reference = VaultReference {
                vault: vault.to_owned(),
                path: "psa".to_owned(),
                field: None,
            };
            let mut given = connection("Main");
            given
                .secrets
                .insert("privatekey".to_owned(), SecretPlace::Vault(reference));
            given
        };
        assert_eq!(wrong(&kept_in("prod")), [""; 0]);
        assert_wrong(&kept_in("staging"), "no vault `staging`; there are `prod`");
    }

    #[test]
    fn names_health_checks_and_certificates_are_held_against_what_they_can_be() {
        for name in ["", " ", " Main", "agent:branch", "a\nb"] {
            assert_eq!(wrong(&connection(name)).len(), 1, "{name:?}");
        }
        let mut given = connection("Main");
        given.health_check = Some(HealthCheck {
            every_minutes: 0,
            mail_to: Vec::new(),
        });
        given.ca_certificate = Some("/etc/passwd".to_owned());
        assert_eq!(wrong(&given).len(), 2);
    }

    #[test]
    fn c11_a_description_is_optional() {
        let mut given = connection("Main");
        assert!(given.description.is_empty() && wrong(&given).is_empty());
        given.description = "The PSA of the north".to_owned();
        assert!(wrong(&given).is_empty());
    }
}
