//! A store that is there already, for verbs that look at it.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use deskhand_store::SqliteStore;

use crate::config;
use crate::exit::BadInput;

#[derive(Debug, Args)]
pub(crate) struct StoreOptions {
    /// The store, a SQLite file [default: deskhand/deskhand.sqlite below the data folder]
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
}

impl StoreOptions {
    /// Opens the store; one that is not there yet is not made by looking at it, and `maker` says what makes one.
    pub(super) async fn open(&self, maker: &str) -> anyhow::Result<Arc<SqliteStore>> {
        let path = config::store_path(self.store.as_deref())?;
        if !path.exists() {
            return Err(BadInput::new(format!("there is no store `{}`", path.display()))
                .hint(format!("{maker}; name another with `--store`"))
                .into());
        }
        super::open_store(&path).await
    }
}
