//! Where files lie when nobody says otherwise.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use deskhand_engine::connections::OPERATOR;
use deskhand_store::StoreAddress;

use super::Operator;
use crate::exit::BadInput;

/// The profile file: `$XDG_CONFIG_HOME/deskhand/profiles.toml`.
pub(super) fn profiles_path() -> Option<PathBuf> {
    Some(folder("XDG_CONFIG_HOME", ".config")?.join("deskhand/profiles.toml"))
}

/// The operator's configuration: `$XDG_CONFIG_HOME/deskhand/deskhand.toml`.
pub(super) fn operator_path() -> Option<PathBuf> {
    Some(folder("XDG_CONFIG_HOME", ".config")?.join("deskhand/deskhand.toml"))
}

/// The store to use: the one named, or that of the environment, or that of the operator's configuration, or
/// `$XDG_DATA_HOME/deskhand/deskhand.sqlite`, whose folder is made.
pub(crate) fn store_address(named: Option<&Path>) -> anyhow::Result<StoreAddress> {
    match named {
        Some(_) => store_of(named, &Operator::default()),
        None => store_of(None, &Operator::read(None)?),
    }
}

/// The store to use, with this configuration.
pub(crate) fn store_of(named: Option<&Path>, operator: &Operator) -> anyhow::Result<StoreAddress> {
    let named = named.map(Path::to_owned);
    let named = named.or_else(|| variable_of("DESKHAND_STORE").map(PathBuf::from));
    if let Some(named) = named.or_else(|| operator.store.as_ref().map(PathBuf::from)) {
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

/// Where processes tell each other what the PSA asked them to wait for; `None` where nothing can be kept.
pub(crate) fn limits_folder() -> Option<PathBuf> {
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

/// Who acts: named by an option, else by `DESKHAND_USER`; `None`: whoever runs the program, as its operator.
pub(crate) fn person(named: Option<&str>) -> Option<String> {
    named.map(str::to_owned).or_else(|| variable_of("DESKHAND_USER"))
}

/// Who acts, as journals have it.
pub(crate) fn person_or_operator(named: Option<&str>) -> String {
    person(named).unwrap_or_else(|| OPERATOR.to_owned())
}

/// An environment variable that is set to something.
pub(crate) fn variable_of(name: &str) -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is where the program reads the environment"
    )]
    env::var(name).ok().filter(|value| !value.is_empty())
}
