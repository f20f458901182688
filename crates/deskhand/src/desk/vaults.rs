//! The operator's vaults and agents, made of the configuration.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use deskhand_command::SystemClock;
use deskhand_engine::connections::{Agent, Agents, SecretPlace, VaultReference};
use deskhand_engine::vaults::{Vault, Vaults};
use deskhand_vault::{
    EnvironmentVault, ExecVault, FolderVault, HashicorpOptions, HashicorpVault, KvVersion, ReadVariable, Token,
};

use crate::config::{self, Operator, variable_of};
use crate::exit::BadInput;

/// All vaults of the configuration.
pub(super) fn vaults(operator: &Operator) -> anyhow::Result<Vaults> {
    let mut vaults = Vaults::new(Arc::new(SystemClock));
    for vault in &operator.vaults {
        let (name, made, cache) = made(vault)?;
        vaults = vaults.with(name, made, Duration::from_secs(cache));
    }
    Ok(vaults)
}

fn made(vault: &config::Vault) -> anyhow::Result<(&str, Arc<dyn Vault>, u64)> {
    Ok(match vault {
        config::Vault::Hashicorp(vault) => (&vault.name, hashicorp(vault)?, vault.cache_seconds),
        config::Vault::Exec(vault) => {
            let timeout = Duration::from_secs(vault.timeout_seconds);
            let made = ExecVault::new(&vault.command, timeout).map_err(|why| wrong(&vault.name, &why))?;
            (&vault.name, Arc::new(made), vault.cache_seconds)
        }
        config::Vault::Env(vault) => {
            let read: ReadVariable = Arc::new(|name| variable_of(name).map(Into::into));
            (
                &vault.name,
                Arc::new(EnvironmentVault::new(read, vault.allow.clone())),
                0,
            )
        }
        config::Vault::File(vault) => (&vault.name, Arc::new(FolderVault::new(&vault.folder)), 0),
    })
}

fn hashicorp(vault: &config::HashicorpVault) -> anyhow::Result<Arc<dyn Vault>> {
    let version = match vault.version {
        1 => KvVersion::One,
        2 => KvVersion::Two,
        other => return Err(wrong(&vault.name, &format!("`version` is 1 or 2, not {other}")).into()),
    };
    let file = vault.token_file.clone();
    let token: Token = Arc::new(move || match &file {
        Some(file) => match std::fs::read_to_string(file) {
            Ok(token) => Ok(token.trim().to_owned().into()),
            Err(error) => Err(format!("the token's file `{}` cannot be read: {error}", file.display())),
        },
        None => variable_of("VAULT_TOKEN")
            .map(Into::into)
            .ok_or_else(|| "there is neither a `token_file` nor the variable VAULT_TOKEN".to_owned()),
    });
    let ca_certificate = vault.ca_certificate.as_deref().map(certificate).transpose()?;
    let made = HashicorpVault::new(HashicorpOptions {
        address: vault.address.clone(),
        mount: vault.mount.clone(),
        version,
        namespace: vault.namespace.clone(),
        token,
        ca_certificate,
        timeout: Duration::from_secs(vault.timeout_seconds),
    });
    Ok(Arc::new(made.map_err(|why| wrong(&vault.name, &why))?))
}

/// All agents of the configuration.
pub(super) fn agents(operator: &Operator) -> anyhow::Result<Agents> {
    let mut agents = Agents::new();
    for agent in &operator.agents {
        let password = match (&agent.vault, &agent.path) {
            (Some(vault), Some(path)) => Some(SecretPlace::Vault(VaultReference {
                vault: vault.clone(),
                path: path.clone(),
                field: agent.field.clone(),
            })),
            (None, None) => None,
            _ => {
                return Err(
                    BadInput::new(format!("agent `{}`: `vault` and `path` go together", agent.name))
                        .hint("the password of an agent is in a vault: name the vault, and the path in it")
                        .into(),
                );
            }
        };
        let made = Agent::new(&agent.name, &agent.proxy, password)
            .map_err(|why| BadInput::new(format!("agent `{}`: {why}", agent.name)))?;
        agents.insert(agent.name.clone(), made);
    }
    Ok(agents)
}

pub(super) fn certificate(file: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).map_err(|error| BadInput::unreadable("certificate authority", file, &error).into())
}

fn wrong(vault: &str, why: &str) -> BadInput {
    BadInput::new(format!("vault `{vault}`: {why}"))
}
