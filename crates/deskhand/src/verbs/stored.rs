//! A store that is there already, for verbs that look at it.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use deskhand_store::Store;

use crate::config;
use crate::dates::Dates;
use crate::desk::Sight;
use crate::exit::BadInput;

#[derive(Debug, Args)]
pub(crate) struct StoreOptions {
    /// The store: a SQLite file, or postgres://… [env: `DESKHAND_STORE`; default:
    /// the configuration's, else deskhand/deskhand.sqlite below the data folder]
    #[arg(long, value_name = "STORE")]
    store: Option<PathBuf>,
}

impl StoreOptions {
    /// Opens the store, and says in which form whoever looks at it has times.
    pub(super) async fn open_with_dates(&self, maker: &str) -> anyhow::Result<(Arc<dyn Store>, Dates)> {
        let store = self.open(maker).await?;
        let dates = Dates::in_store(&*store).await?;
        Ok((store, dates))
    }

    /// Opens the store for whoever looks at it: with their form for times, and what they see.
    pub(super) async fn open_for_viewer(&self, maker: &str) -> anyhow::Result<(Arc<dyn Store>, Dates, Sight)> {
        let (store, dates) = self.open_with_dates(maker).await?;
        let sight = Sight::in_store(&*store).await?;
        Ok((store, dates, sight))
    }

    /// Opens the store; one that is not there yet is not made by looking at it, and `maker` says what makes one.
    pub(super) async fn open(&self, maker: &str) -> anyhow::Result<Arc<dyn Store>> {
        let address = config::store_address(self.store.as_deref())?;
        super::find_store(&address).await?.ok_or_else(|| {
            BadInput::new(format!("there is no store `{address}`"))
                .hint(format!("{maker}; name another with `--store`"))
                .into()
        })
    }
}
