//! `deskhand runs prune`: forgetting what is over.

use std::io::{self, Write as _};

use clap::Args;
use deskhand_command::{Clock as _, SystemClock};
use jiff::{SignedDuration, Timestamp};

use super::open;
use crate::exit::Exit;
use crate::verbs::store_trouble;
use crate::verbs::stored::StoreOptions;

#[derive(Debug, Args)]
pub(crate) struct PruneOptions {
    #[command(flatten)]
    store: StoreOptions,
    /// Those that ended more than this many days ago
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..))]
    older_than: u32,
}

pub(super) async fn prune(options: &PruneOptions) -> anyhow::Result<Exit> {
    let store = open(&options.store).await?;
    let age = SignedDuration::from_hours(24 * i64::from(options.older_than));
    let before = SystemClock.now().saturating_sub(age).unwrap_or(Timestamp::MIN);
    let mut deleted = 0;
    loop {
        let some = store.prune_runs(before).await.map_err(store_trouble)?;
        deleted += some;
        if some == 0 {
            break;
        }
    }
    writeln!(io::stdout(), "{deleted} runs were deleted")?;
    Ok(Exit::Successful)
}
