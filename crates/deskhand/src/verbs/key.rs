//! `deskhand key`: what secrets are sealed with.

use std::io::{self, Write as _};

use clap::Subcommand;
use deskhand_engine::secrets::{new_key, rotate};
use secrecy::ExposeSecret as _;

use super::apply::secret_trouble;
use crate::desk::{self, DeskOptions};
use crate::exit::{BadInput, Exit};

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Print a new key, to be kept in a file that only the program can read
    New,
    /// Seal everything anew that is sealed with an older key; the program may run meanwhile
    Rotate(DeskOptions),
}

pub(super) async fn run(verb: &Verb) -> anyhow::Result<Exit> {
    match verb {
        Verb::New => {
            let key = new_key(&desk::random).map_err(secret_trouble)?;
            writeln!(io::stdout(), "{}", key.expose_secret())?;
            Ok(Exit::Successful)
        }
        Verb::Rotate(options) => rotated(options).await,
    }
}

async fn rotated(options: &DeskOptions) -> anyhow::Result<Exit> {
    let desk = options.open().await?;
    let keyring = desk.keyring.as_deref().ok_or_else(|| {
        BadInput::new("there is no key")
            .hint("`deskhand key new` prints one; name its file as `key_file` below `[seal]`")
    })?;
    let rotated = rotate(&*desk.store, keyring, &desk::random)
        .await
        .map_err(secret_trouble)?;
    let mut to = io::stdout().lock();
    writeln!(to, "{} secrets were sealed anew", rotated.resealed)?;
    for error in &rotated.unreadable {
        writeln!(to, "left as it is: {}", error.failure().message)?;
    }
    if rotated.unreadable.is_empty() {
        writeln!(
            to,
            "Nothing is sealed with an older key any more: take the old files out of the configuration"
        )?;
        return Ok(Exit::Successful);
    }
    Ok(Exit::Partial)
}
