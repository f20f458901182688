//! Applying a plan.

use std::collections::BTreeMap;

use jiff::Timestamp;
use secrecy::SecretString;

use super::Plan;
use crate::desk::{Definition, DeskStore, Kind, SealedSecret};
use crate::secrets::{Keyring, Random, SecretError};

/// What is there before a plan is made.
pub struct Known {
    /// The newest version of every definition that was not taken away.
    pub definitions: Vec<Definition>,
    /// Sealed secrets by connection and parameter; `None` where no key opens one.
    secrets: BTreeMap<(String, String), Option<SecretString>>,
}

/// Looks at what is there; secrets are opened to find out which of those that are given are new.
pub async fn look(store: &dyn DeskStore, keyring: Option<&Keyring>) -> Result<Known, SecretError> {
    let definitions = store.definitions().await?;
    let mut secrets = BTreeMap::new();
    for connection in definitions.iter().filter(|known| known.kind == Kind::Connection) {
        for sealed in store.secrets(&connection.name).await? {
            let opened = keyring.and_then(|keyring| keyring.open(&sealed).ok());
            secrets.insert((sealed.connection, sealed.parameter), opened);
        }
    }
    Ok(Known { definitions, secrets })
}

/// Makes a plan true; returns the definitions that changed.
///
/// Killed in between, no secret was sent to an address that it was not given for, and applying again ends it.
pub async fn apply(
    plan: &Plan,
    store: &dyn DeskStore,
    keyring: Option<&Keyring>,
    random: &Random,
    (by, at): (&str, Timestamp),
) -> Result<Vec<Definition>, SecretError> {
    let sealed = sealed(plan, keyring, random)?;
    for connection in &plan.redirected {
        store.forget_secrets(connection).await?;
    }
    put(
        store,
        sealed
            .iter()
            .filter(|secret| !plan.redirected.contains(&secret.connection)),
    )
    .await?;
    let changed = store.apply(&plan.wanted, by, at).await?;
    put(
        store,
        sealed
            .iter()
            .filter(|secret| plan.redirected.contains(&secret.connection)),
    )
    .await?;
    for (connection, stay) in &plan.forget {
        forget_but(store, connection, stay).await?;
    }
    Ok(changed)
}

/// Before anything is written: without a key, nothing is.
fn sealed(plan: &Plan, keyring: Option<&Keyring>, random: &Random) -> Result<Vec<SealedSecret>, SecretError> {
    plan.can_be_sealed(keyring)?;
    let secrets = plan.secrets.iter().zip(keyring.into_iter().cycle());
    secrets
        .map(|(new, keyring)| keyring.seal(&new.connection, &new.parameter, &new.value, random))
        .collect()
}

impl Plan {
    /// Whether there is a key for the secrets that are given, which applying needs.
    pub fn can_be_sealed(&self, keyring: Option<&Keyring>) -> Result<(), SecretError> {
        if self.secrets.is_empty() || keyring.is_some() {
            Ok(())
        } else {
            Err(SecretError::NoKey)
        }
    }
}

async fn put(store: &dyn DeskStore, secrets: impl Iterator<Item = &SealedSecret>) -> Result<(), SecretError> {
    for secret in secrets {
        store.put_secret(secret).await?;
    }
    Ok(())
}

/// Forgets what is of no more use.
async fn forget_but(store: &dyn DeskStore, connection: &str, stay: &[String]) -> Result<(), SecretError> {
    let kept = store.secrets(connection).await?;
    store.forget_secrets(connection).await?;
    put(store, kept.iter().filter(|secret| stay.contains(&secret.parameter))).await
}

impl Known {
    pub(super) fn find(&self, kind: Kind, name: &str) -> Option<&Definition> {
        let mut definitions = self.definitions.iter();
        definitions.find(|known| known.kind == kind && known.name == name)
    }

    /// The name of a definition that differs from this one in case alone.
    pub(super) fn like(&self, kind: Kind, name: &str) -> Option<&str> {
        let names = self.definitions.iter().filter(|known| known.kind == kind);
        let mut names = names.map(|known| known.name.as_str());
        names.find(|known| *known != name && known.to_lowercase() == name.to_lowercase())
    }

    pub(super) fn is_sealed(&self, connection: &str, parameter: &str) -> bool {
        self.sealed_keys(connection).any(|known| known == parameter)
    }

    pub(super) fn sealed_keys<'a>(&'a self, connection: &'a str) -> impl Iterator<Item = &'a str> {
        let places = self.secrets.keys();
        places
            .filter(move |(of, _)| of == connection)
            .map(|(_, parameter)| parameter.as_str())
    }

    pub(super) fn secret(&self, connection: &str, parameter: &str) -> Option<&SecretString> {
        let place = (connection.to_owned(), parameter.to_owned());
        self.secrets.get(&place)?.as_ref()
    }
}
