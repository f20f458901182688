//! What an integration is handed to open a connection, put together when it is needed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use deskhand_command::{Failure, IntegrationDescription, Parameter, Settings};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest as _, Sha256};

use super::near::sentence;
use super::{Agent, Agents, Connection, SecretPlace, unknown};
use crate::desk::DeskStore;
use crate::secrets::{Keys, SecretError};
use crate::vaults::Vaults;

/// Where secrets and routes come from.
pub(super) struct Sources<'a> {
    pub(super) integration: &'a IntegrationDescription,
    pub(super) store: &'a dyn DeskStore,
    pub(super) keys: &'a Keys,
    pub(super) vaults: &'a Vaults,
    pub(super) agents: &'a Agents,
    pub(super) shared_limits: Option<&'a PathBuf>,
}

/// The parameters of a connection, complete; `given` are secrets that somebody has just typed.
pub(super) async fn settle(
    connection: &Connection,
    given: &BTreeMap<String, SecretString>,
    from: &Sources<'_>,
) -> Result<Settings, Failure> {
    let agent = agent_of(connection, from.agents)?;
    let mut settings = Settings {
        values: values(connection, from.integration),
        ca_certificate: connection.ca_certificate.as_ref().map(|pem| pem.clone().into_bytes()),
        shared_limits: from.shared_limits.cloned(),
        ..Settings::default()
    };
    for parameter in from.integration.parameters.iter().filter(|parameter| parameter.secret) {
        let secret = match (given.get(parameter.key), connection.secrets.get(parameter.key)) {
            (Some(typed), _) => typed.clone(),
            (None, Some(place)) => from.secret(place, &connection.name, parameter).await?,
            (None, None) => continue,
        };
        settings.secrets.insert(parameter.key.to_owned(), secret);
    }
    if let Some(agent) = agent {
        let password = match &agent.password {
            Some(place) => Some(from.password(place, agent).await?),
            None => None,
        };
        settings.route = Some(agent.route(password.as_ref()));
    }
    Ok(settings)
}

/// The connection's agent; one that is not declared any more makes everything fail that would have gone through it.
pub(super) fn agent_of<'a>(connection: &Connection, agents: &'a Agents) -> Result<Option<&'a Agent>, Failure> {
    let Some(name) = &connection.agent else {
        return Ok(None);
    };
    let known = || unknown("agent", name, agents.keys().map(String::as_str));
    let found = agents.get(name).ok_or_else(|| {
        let message = format!(
            "the connection `{}` goes through an agent, and {}",
            connection.name,
            known()
        );
        Failure::new(502, sentence(&message))
            .with_hint("agents are declared by the operator of the desk; nothing is sent around one that is missing")
    });
    found.map(Some)
}

/// What was given, and the defaults of the rest.
pub(super) fn values(connection: &Connection, integration: &IntegrationDescription) -> BTreeMap<String, String> {
    let mut values = connection.values.clone();
    for parameter in integration.parameters {
        if let Some(default) = parameter.default {
            values
                .entry(parameter.key.to_owned())
                .or_insert_with(|| default.to_owned());
        }
    }
    values
}

impl Sources<'_> {
    async fn secret(&self, place: &SecretPlace, name: &str, parameter: &Parameter) -> Result<SecretString, Failure> {
        match place {
            SecretPlace::Vault(reference) => self.vaults.read(reference).await,
            SecretPlace::Sealed => {
                let sealed = self.sealed(name, parameter.key).await?;
                sealed.ok_or_else(|| {
                    let message = format!("The {} of the connection `{name}` is not there.", parameter.title);
                    Failure::new(400, message).with_hint("give it again, or name a vault")
                })
            }
        }
    }

    async fn password(&self, place: &SecretPlace, agent: &Agent) -> Result<SecretString, Failure> {
        match place {
            SecretPlace::Vault(reference) => self.vaults.read(reference).await,
            SecretPlace::Sealed => {
                let sealed = self.sealed(&agent.sealed_as(), Agent::PASSWORD).await?;
                sealed.ok_or_else(|| {
                    let message = format!("The password of the agent `{}` is not there.", agent.name);
                    Failure::new(400, message).with_hint("seal it again, or name a vault")
                })
            }
        }
    }

    async fn sealed(&self, connection: &str, parameter: &str) -> Result<Option<SecretString>, Failure> {
        let secrets = self.store.secrets(connection).await;
        let secrets = secrets.map_err(|error| SecretError::from(error).failure())?;
        let Some(sealed) = secrets.into_iter().find(|known| known.parameter == parameter) else {
            return Ok(None);
        };
        self.keys.open(&sealed).map(Some).map_err(|error| error.failure())
    }
}

/// What tells settings apart; it is kept in memory only, because secrets are part of it.
pub(super) fn digest(settings: &Settings) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut add = |part: &[u8]| {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    };
    for (key, value) in &settings.values {
        add(key.as_bytes());
        add(value.as_bytes());
    }
    add(b"");
    for (key, secret) in &settings.secrets {
        add(key.as_bytes());
        add(secret.expose_secret().as_bytes());
    }
    add(b"");
    add(settings
        .route
        .as_ref()
        .map_or("", ExposeSecret::expose_secret)
        .as_bytes());
    add(settings.ca_certificate.as_deref().unwrap_or_default());
    hash.finalize().into()
}
