//! Where files lie when nobody says otherwise.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use deskhand_store::StoreAddress;
use sha2::{Digest as _, Sha256};

use crate::exit::BadInput;

/// The profile file: `$XDG_CONFIG_HOME/deskhand/profiles.toml`.
pub(super) fn profiles_path() -> Option<PathBuf> {
    Some(folder("XDG_CONFIG_HOME", ".config")?.join("deskhand/profiles.toml"))
}

/// The store to use: the one named, or that of the environment, or `$XDG_DATA_HOME/deskhand/deskhand.sqlite`, whose
/// folder is made.
pub(crate) fn store_address(named: Option<&Path>) -> anyhow::Result<StoreAddress> {
    let named = named.map(Path::to_owned);
    if let Some(named) = named.or_else(|| variable_of("DESKHAND_STORE").map(PathBuf::from)) {
        return StoreAddress::read(&named).map_err(|bad| BadInput::new(bad.message).hint(bad.hint).into());
    }
    let folder = folder("XDG_DATA_HOME", ".local/share")
        .ok_or_else(|| {
            BadInput::new("there is no home folder to keep the store in")
                .hint("name one with `--store` or DESKHAND_STORE")
        })?
        .join("deskhand");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    Ok(StoreAddress::File(folder.join("deskhand.sqlite")))
}

/// Where processes on one connection tell each other what the PSA asked them to wait for; `None` where nothing can be kept.
pub(super) fn limits_path(connection: &str) -> Option<PathBuf> {
    let folder = folder("XDG_DATA_HOME", ".local/share")?.join("deskhand/limits");
    std::fs::create_dir_all(&folder).ok()?;
    let digest = Sha256::digest(connection.as_bytes());
    let name = digest
        .iter()
        .take(8)
        .fold(String::new(), |name, byte| format!("{name}{byte:02x}"));
    Some(folder.join(name))
}

/// A folder by its variable, else below the home folder.
fn folder(variable: &str, below_home: &str) -> Option<PathBuf> {
    let named = variable_of(variable)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    named.or_else(|| Some(PathBuf::from(variable_of("HOME")?).join(below_home)))
}

/// An environment variable that is set to something.
pub(super) fn variable_of(name: &str) -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is where the program reads the environment"
    )]
    env::var(name).ok().filter(|value| !value.is_empty())
}
