//! The keys that secrets are sealed with, and the chance that sealing needs.

use std::path::Path;
use std::sync::Arc;

use deskhand_engine::secrets::{Keyring, SecretError};
use secrecy::{ExposeSecret as _, SecretString};

use crate::config::{Seal, variable_of};
use crate::exit::BadInput;

/// The systemd credential with the key.
const CREDENTIAL: &str = "deskhand-key";

/// The operator's keys, the current one first; `None` when there are none.
pub(crate) fn keyring(seal: &Seal) -> anyhow::Result<Option<Arc<Keyring>>> {
    let Some(mut text) = current(seal)? else {
        return Ok(None);
    };
    for file in &seal.old_key_files {
        text.push('\n');
        text.push_str(read(file)?.expose_secret());
    }
    let keyring = Keyring::from_text(&text.into());
    let keyring = keyring.map_err(|error| BadInput::new(format!("the key cannot be used: {error}")).hint(hint()))?;
    Ok(Some(Arc::new(keyring)))
}

fn current(seal: &Seal) -> anyhow::Result<Option<String>> {
    if let Some(file) = &seal.key_file {
        return Ok(Some(read(file)?.expose_secret().to_owned()));
    }
    if let Some(key) = variable_of("DESKHAND_KEY") {
        return Ok(Some(key));
    }
    let Some(folder) = variable_of("CREDENTIALS_DIRECTORY") else {
        return Ok(None);
    };
    let file = Path::new(&folder).join(CREDENTIAL);
    if file.exists() {
        return Ok(Some(read(&file)?.expose_secret().to_owned()));
    }
    Ok(None)
}

fn read(file: &Path) -> anyhow::Result<SecretString> {
    let text = std::fs::read_to_string(file).map_err(|error| BadInput::unreadable("key", file, &error))?;
    Ok(text.into())
}

fn hint() -> &'static str {
    "`deskhand key new` prints one; name its file as `key_file` below `[seal]` in the configuration"
}

/// Chance from the operating system.
pub(crate) fn random(to: &mut [u8]) -> Result<(), SecretError> {
    getrandom::fill(to).map_err(|_| SecretError::NoRandomness)
}
