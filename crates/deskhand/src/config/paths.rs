//! Where files lie when nobody says otherwise.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::exit::BadInput;

/// The profile file: `$XDG_CONFIG_HOME/deskhand/profiles.toml`.
pub(super) fn profiles_path() -> Option<PathBuf> {
    Some(folder("XDG_CONFIG_HOME", ".config")?.join("deskhand/profiles.toml"))
}

/// The store to use: the one named, or `$XDG_DATA_HOME/deskhand/deskhand.sqlite`, whose folder is made.
pub(crate) fn store_path(named: Option<&Path>) -> anyhow::Result<PathBuf> {
    if let Some(path) = named {
        return Ok(path.to_owned());
    }
    let folder = folder("XDG_DATA_HOME", ".local/share")
        .ok_or_else(|| {
            BadInput::new("there is no home folder to keep the store in").hint("name a file with `--store`")
        })?
        .join("deskhand");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    Ok(folder.join("deskhand.sqlite"))
}

/// Where processes tell each other what the PSA asked them to wait for; `None` where nothing can be kept.
pub(super) fn limits_folder() -> Option<PathBuf> {
    let folder = folder("XDG_DATA_HOME", ".local/share")?.join("deskhand/limits");
    std::fs::create_dir_all(&folder).ok()?;
    Some(folder)
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
