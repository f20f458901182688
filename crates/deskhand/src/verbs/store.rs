//! `deskhand store`: the store as a whole.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::stored::StoreOptions;
use crate::exit::{BadInput, Exit};

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Copy the store to another file, also while something writes to it
    Backup(BackupOptions),
}

#[derive(Debug, Args)]
pub(crate) struct BackupOptions {
    #[command(flatten)]
    store: StoreOptions,
    /// The file to make, which must not be there yet
    #[arg(value_name = "FILE")]
    to: PathBuf,
}

pub(super) async fn run(verb: &Verb) -> anyhow::Result<Exit> {
    match verb {
        Verb::Backup(options) => backup(options).await,
    }
}

async fn backup(options: &BackupOptions) -> anyhow::Result<Exit> {
    let to = &options.to;
    if to.exists() {
        let bad = BadInput::new(format!("there is a file `{}` already", to.display()));
        return Err(bad.hint("name another file, or delete this one").into());
    }
    let maker = "`deskhand ingest` makes one, and so does the first command that writes";
    let store = options.store.open(maker).await?;
    store.backup(to).await.map_err(super::store_trouble)?;
    writeln!(
        io::stdout(),
        "Backed up to {}; with `--store` it is a store like any other",
        to.display()
    )?;
    Ok(Exit::Successful)
}
